using System.Net;
using System.Net.Sockets;
using WildCam.Cli.Machine;

namespace WildCam.Tests.Machine;

public sealed class FreePortTests
{
    [Fact]
    public void No_port_is_given_out_twice_and_none_that_outgoing_connections_are_lent()
    {
        var ports = Enumerable.Range(0, 500).Select(_ => FreePort.Next()).ToArray();
        Assert.Equal(ports.Length, ports.Distinct().Count());
        var outgoing = int.Parse(
            File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0],
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(ports, p => Assert.InRange(p, 1024, outgoing - 1));
    }

    [Fact]
    public void A_port_that_a_server_listens_at_is_not_free()
    {
        using var server = new TcpListener(IPAddress.Loopback, FreePort.Next());
        server.Start();
        Assert.False(FreePort.IsFree(((IPEndPoint)server.LocalEndpoint).Port));
    }
}
