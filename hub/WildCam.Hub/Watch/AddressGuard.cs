using System.Net;
using System.Net.Sockets;

namespace WildCam.Hub.Watch;

/// <summary>A name leads to an address that messages may not go to.</summary>
public sealed class AddressRefusedException(string host) : Exception(
    $"{host} leads to an address that is not public. The operator may allow it: WildCam__Alerts__AllowedNetworks.");

/// <summary>
/// Which addresses messages may go to. People of a project type where webhooks lead, and the hub stands inside a
/// network that they may not see: so public addresses only, unless the operator allows others.
/// </summary>
public sealed class AddressGuard(IReadOnlyList<IPNetwork> allowed)
{
    // IANA's special-purpose registries for IPv4 and IPv6: all that is not globally reachable, and what carries an IPv4
    // address inside.
    static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
            "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    public bool Allows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(n => n.Contains(plain)) || !Array.Exists(Special, n => n.Contains(plain));
    }

    /// <summary>
    /// Resolves a name and connects to what was checked, so that a name cannot lead elsewhere in between.
    /// </summary>
    /// <exception cref="AddressRefusedException">One of its addresses is refused.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint to, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(to.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(to.Host, cancellationToken);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, Allows))
        {
            throw new AddressRefusedException(to.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
