using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WildCam.Cli.Machine;
using WildCam.Mqtt;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>Our client against mosquitto, a broker that others wrote: what it takes, the standard takes.</summary>
public sealed class OracleTests : IDisposable
{
    static readonly CancellationToken None = CancellationToken.None;

    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-oracle").FullName;
    readonly int _port = FreePort.Next();
    ForeignProgram? _broker;

    public void Dispose()
    {
        _broker?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task Our_client_publishes_and_subscribes_at_mosquitto(MqttVersion version)
    {
        await StartAsync();
        var received = new ConcurrentQueue<string>();
        await using var subscriber = await ConnectAsync(version, "sub", m =>
            received.Enqueue($"{m.Topic} {Encoding.UTF8.GetString(m.Payload)} {(int)m.Qos}"));
        Assert.Equal(MqttQos.AtLeastOnce, await subscriber.SubscribeAsync("a/+/#", MqttQos.AtLeastOnce, None));
        Assert.Equal(MqttQos.AtMostOnce, await subscriber.SubscribeAsync("zero", MqttQos.AtMostOnce, None));
        await using var publisher = await ConnectAsync(version, "pub");
        await publisher.PublishAsync("a/b", "one"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await publisher.PublishAsync("a/b/c", new byte[20_000], MqttQos.AtLeastOnce, None);
        await publisher.PublishAsync("zero", "two"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await publisher.PublishAsync("a/b", "three"u8.ToArray(), MqttQos.AtMostOnce, None);
        await KestrelBroker.Until(() => received.Count == 4, "four messages came");
        Assert.Equal(
            ["a/b one 1", "a/b three 0", "a/b/c " + new string('\0', 20_000) + " 1", "zero two 0"],
            received.Order(StringComparer.Ordinal));

        await subscriber.UnsubscribeAsync("a/+/#", None);
        await publisher.PublishAsync("a/b", "unheard"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await publisher.PublishAsync("zero", "last"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await KestrelBroker.Until(() => received.Count == 5, "the fifth message came");
        Assert.Equal("zero last 0", received.Last());
        await publisher.DisconnectAsync();
        Assert.False(publisher.IsConnected);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task Thousands_of_messages_in_a_window_are_acknowledged_by_mosquitto(MqttVersion version)
    {
        await StartAsync();
        var received = new ConcurrentQueue<int>();
        await using var subscriber = await ConnectAsync(version, "sub", m =>
            received.Enqueue(BitConverter.ToInt32(m.Payload.ToArray())));
        await subscriber.SubscribeAsync("n", MqttQos.AtLeastOnce, None);
        await using var publisher = await ConnectAsync(version, "pub");
        await Task.WhenAll(Enumerable.Range(0, 5000)
            .Select(i => publisher.PublishAsync("n", BitConverter.GetBytes(i), MqttQos.AtLeastOnce, None)));
        await KestrelBroker.Until(() => received.Count == 5000, "5000 messages came");
        Assert.Equal(Enumerable.Range(0, 5000), received);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task The_will_of_our_client_is_published_by_mosquitto(MqttVersion version)
    {
        await StartAsync();
        var received = new ConcurrentQueue<string>();
        await using var watcher = await ConnectAsync(version, "watcher", m => received.Enqueue(m.Topic));
        await watcher.SubscribeAsync("will/#", MqttQos.AtLeastOnce, None);
        var doomed = await ConnectAsync(version, "doomed", will: "will/aborted");
        doomed.Abort();
        await KestrelBroker.Until(() => received.Contains("will/aborted"), "the will of the aborted client came");

        var polite = await ConnectAsync(version, "polite", will: "will/polite");
        await polite.DisconnectAsync();
        if (version == MqttVersion.V5)
        {
            var asking = await ConnectAsync(version, "asking", will: "will/asked");
            await asking.DisconnectAsync(withWill: true);
            await KestrelBroker.Until(() => received.Contains("will/asked"), "the will that was asked for came");
        }

        Assert.DoesNotContain("will/polite", received);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task A_wrong_password_at_mosquitto_has_its_reason(MqttVersion version)
    {
        await StartAsync("allow_anonymous false");
        var e = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(version, "c"));
        Assert.Equal(MqttReason.NotAuthorized, e.Reason);
    }

    [Fact]
    public async Task Pings_keep_a_silent_client_alive_at_mosquitto()
    {
        await StartAsync();
        await using var client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Host = "127.0.0.1", Port = _port, ClientId = "p", KeepAliveSeconds = 1 }, None);

        // Mosquitto cuts off after 1.5 s and looks once a second; silence until then would end it.
        Assert.NotSame(client.Closed, await Task.WhenAny(client.Closed, Task.Delay(TimeSpan.FromSeconds(4), None)));
    }

    async Task StartAsync(string access = "allow_anonymous true")
    {
        var mosquitto = Components.Require("mosquitto");
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(
            configuration,
            string.Create(CultureInfo.InvariantCulture, $"listener {_port} 127.0.0.1\n{access}\n")
            + "max_queued_messages 0\npersistence false\n");
        _broker = new ForeignProgram(mosquitto, "-c", configuration);
        await KestrelBroker.Until(CanConnect, "mosquitto listens");
    }

    bool CanConnect()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    Task<MqttClient> ConnectAsync(
        MqttVersion version, string clientId, Action<MqttPublication>? received = null, string? will = null) =>
        MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = _port,
                Version = version,
                ClientId = clientId,
                Received = received,
                Will = will is null ? null : new MqttWill(will, "gone"u8.ToArray(), MqttQos.AtLeastOnce, false),
            },
            None);
}
