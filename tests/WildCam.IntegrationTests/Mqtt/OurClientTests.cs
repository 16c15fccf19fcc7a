using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using WildCam.Cli.Machine;
using WildCam.Mqtt;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>Our client over TCP and TLS against the listener on Kestrel.</summary>
public sealed class OurClientTests
{
    static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task Messages_go_both_ways_over_tls_under_an_authority_of_our_own(MqttVersion version)
    {
        await using var broker = await KestrelBroker.StartAsync();
        var received = new TaskCompletionSource<int>();
        await using var client = await MqttClient.ConnectAsync(
            Tls(broker) with { Version = version, Received = m => received.TrySetResult((int)m.Payload.Length) }, None);
        await client.SubscribeAsync("t/#", MqttQos.AtLeastOnce, None);
        await client.PublishAsync("t/a", new byte[30_000], MqttQos.AtLeastOnce, None);
        Assert.Equal(30_000, await received.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        await client.DisconnectAsync();
        await KestrelBroker.Until(() => broker.Server.ConnectionCount == 0, "the connection ended");
        Assert.Empty(broker.Wills);
    }

    [Fact]
    public async Task Another_authority_or_another_name_is_not_trusted()
    {
        await using var broker = await KestrelBroker.StartAsync();
        await using var other = await KestrelBroker.StartAsync();
        await Assert.ThrowsAsync<AuthenticationException>(
            () => MqttClient.ConnectAsync(Tls(broker) with { Authority = other.Authority }, None));
        await Assert.ThrowsAsync<AuthenticationException>(
            () => MqttClient.ConnectAsync(Tls(broker) with { TlsName = "elsewhere" }, None));
    }

    [Fact]
    public async Task A_listener_that_stops_says_so_to_version_5()
    {
        var broker = await KestrelBroker.StartAsync();
        await using var client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, Version = MqttVersion.V5 }, None);
        await broker.DisposeAsync();
        var closed = await client.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(MqttReason.ServerShuttingDown, closed.Reason);
    }

    [Fact]
    public async Task Nobody_at_the_port_is_a_socket_exception()
    {
        await Assert.ThrowsAnyAsync<SocketException>(
            () => MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = FreePort.Next() }, None));
    }

    [Fact]
    public async Task Two_hundred_clients_at_once_lose_nothing()
    {
        await using var broker = await KestrelBroker.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await using var client = await MqttClient.ConnectAsync(
                new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = $"c{i}" }, None);
            await Task.WhenAll(Enumerable.Range(0, 50).Select(n => client.PublishAsync(
                $"up/{i}", Encoding.UTF8.GetBytes($"{n}"), MqttQos.AtLeastOnce, None)));
            await client.DisconnectAsync();
        })).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(200 * 50, broker.Arrivals.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(200 * 50, broker.Arrivals.Count);
    }

    static MqttClientOptions Tls(KestrelBroker broker) => new()
    {
        Host = "localhost",
        Port = broker.TlsPort,
        ClientId = "tls",
        UseTls = true,
        Authority = broker.Authority,
    };
}
