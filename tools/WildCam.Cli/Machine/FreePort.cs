using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WildCam.Cli.Machine;

/// <summary>
/// Ports for servers of this machine, below those that the system lends to outgoing connections: a port that is free
/// now is not the near end of somebody's connection by the time the server asks for it.
/// </summary>
static class FreePort
{
    const string LentRange = "/proc/sys/net/ipv4/ip_local_port_range";
    const int First = 12_000;
    const int UsualEnd = 32_768;
    static readonly int End = ReadEnd();
    static int _last = Random.Shared.Next(First, End);

    /// <summary>A free port that this process has not given out lately.</summary>
    /// <exception cref="CommandException">None is free.</exception>
    public static int Next()
    {
        for (var tries = End - First; tries > 0; tries--)
        {
            var port = First + ((int)((uint)Interlocked.Increment(ref _last) % (uint)(End - First)));
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new CommandException($"All ports from {First} to {End - 1} are in use.");
    }

    /// <summary>Whether a server can listen there, at any address of this machine; at 0, any port, always.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Any, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int ReadEnd()
    {
        var lent = File.Exists(LentRange) ? File.ReadAllText(LentRange).Split('\t', ' ')[0] : "";
        return int.TryParse(lent, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end > First + 1000
            ? end
            : UsualEnd;
    }
}
