using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>Keep-alive and the other deadlines, by a clock of the test. MQTT 3.1.1 and 5.0, 3.1.2.10.</summary>
public sealed class KeepAliveTests
{
    static readonly MqttServerOptions Options = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PacketTimeout = TimeSpan.FromSeconds(30),
        KeepAliveMax = TimeSpan.FromSeconds(100),
        WriteTimeout = TimeSpan.FromSeconds(20),
        CloseTimeout = TimeSpan.FromSeconds(5),
    };

    readonly ManualClock _clock = new();

    [Theory(DisplayName = "[MQTT-3.1.2-24] Half as long again as the keep-alive, and no longer")]
    [InlineData("003C", 90)]
    [InlineData("0001", 1.5)]
    [InlineData("0000", 150)] // none asked for: KeepAliveMax counts
    [InlineData("FFFF", 150)] // more than KeepAliveMax
    public async Task Silence_ends(string keepAlive, double seconds)
    {
        using var broker = new TestBroker(Options, _clock);
        var peer = broker.Open();
        await peer.Send("10 0D 0004 4D515454 04 02 " + keepAlive + " 0001 63");
        await peer.Expect(ConnAck311);
        await Settle(broker);
        _clock.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        await peer.Send("C0 00");
        await peer.Expect("D0 00");
        await Settle(broker);
        _clock.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.False(broker.Admitted.Single().Closed.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await Sweep(peer);
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "[MQTT-3.1.2-22] 5.0: the keep-alive's end is told 0x8D")]
    public async Task Version_5_is_told()
    {
        using var broker = new TestBroker(Options, _clock);
        var peer = await broker.Open().Hello5();
        await Settle(broker);
        _clock.Advance(TimeSpan.FromSeconds(91));
        await Sweep(peer);
        Assert.Equal(0x8D, (await peer.ReadPacket())[2]);
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "No CONNECT within ConnectTimeout ends, whatever else trickles in")]
    public async Task Connect_timeout()
    {
        using var broker = new TestBroker(Options, _clock);
        var peer = broker.Open();
        await peer.Send("10 0D 0004");
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(peer.Serving.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await Sweep(peer);
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "A packet that is not whole within PacketTimeout ends, though bytes come")]
    public async Task Packet_timeout()
    {
        using var broker = new TestBroker(Options, _clock);
        var peer = await broker.Open().Hello311();
        await peer.Send("30 20 0001");
        await TestBroker.Until(() => broker.Admitted.Single().IsMidPacket, "the packet is begun");
        _clock.Advance(TimeSpan.FromSeconds(20));
        await peer.Send("61 62");
        await Settle(broker);
        Assert.False(peer.Serving.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(10.1));
        await Sweep(peer);
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "Who does not read within WriteTimeout is cut")]
    public async Task Write_timeout()
    {
        using var broker = new TestBroker(Options, _clock);
        var peer = await broker.Open(pauseBytes: 16).Hello311();
        await peer.Send(Packet("82", "0001", Field("d"), "00"));
        await peer.Expect("90 03 0001 00");
        Assert.True(broker.Admitted.Single().TrySend("d", new byte[100], MqttQos.AtMostOnce));
        await Task.Yield();
        await TestBroker.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return peer.Connection.WasCut;
            },
            "the connection was cut");
        await peer.Serving.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The server has handled what it answered, and waits for more.</summary>
    static Task Settle(TestBroker broker) =>
        TestBroker.Until(() => broker.Admitted.Single().IsReading, "the server waits for bytes");

    /// <summary>Looks at the deadlines, without moving the clock, until the connection has ended.</summary>
    Task Sweep(RawPeer peer) => TestBroker.Until(
        () =>
        {
            _clock.Advance(TimeSpan.Zero);
            return peer.Serving.IsCompleted;
        },
        "the connection ended");
}
