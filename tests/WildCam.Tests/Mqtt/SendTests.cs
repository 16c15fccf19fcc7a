using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>Messages of the application to a client: identifiers, window and bounds.</summary>
public sealed class SendTests
{
    static async Task<(RawPeer Peer, MqttServerConnection Connection)> Subscribed(
        TestBroker broker, string connect = Connect311, string qos = "01")
    {
        var peer = broker.Open();
        await peer.Send(connect);
        await peer.ReadPacket();
        var isV5 = Hex(connect)[8] == 5;
        await peer.Send(Packet("82", "0001", isV5 ? "00" : "", Field("d/#"), qos));
        await peer.ReadPacket();
        return (peer, broker.Admitted.Last());
    }

    [Fact(DisplayName = "[MQTT-2.3.1-2] [MQTT-3.8.4-6] Messages have the lower quality and own identifiers")]
    public async Task Messages_go_out()
    {
        using var broker = new TestBroker();
        var (peer, connection) = await Subscribed(broker);
        Assert.True(connection.TrySend("d/a", "x"u8, MqttQos.AtMostOnce));
        Assert.True(connection.TrySend("d/a", "y"u8, MqttQos.AtLeastOnce));
        Assert.True(connection.TrySend("d/a", default, MqttQos.AtLeastOnce));
        await peer.Expect("30 06 0003 642F61 78" + "32 08 0003 642F61 0001 79" + "32 07 0003 642F61 0002");
        var (zero, its) = await Subscribed(broker, Connect5.Replace("63", "64", StringComparison.Ordinal), "00");
        Assert.True(its.TrySend("d/a", "y"u8, MqttQos.AtLeastOnce));
        await zero.Expect("30 07 0003 642F61 00 79");
    }

    [Fact(DisplayName = "[MQTT-3.3.4-9] The window is the client's Receive Maximum; what waits goes in order")]
    public async Task The_window_holds()
    {
        using var broker = new TestBroker();
        const string receiveMaximum2 = "10 11 0004 4D515454 05 02 003C 03 21 0002 0001 63";
        var (peer, connection) = await Subscribed(broker, receiveMaximum2);
        for (byte i = 1; i <= 4; i++)
        {
            Assert.True(connection.TrySend("d", [i], MqttQos.AtLeastOnce));
        }

        Assert.True(connection.TrySend("d", [9], MqttQos.AtMostOnce));
        await peer.Expect("32 07 0001 64 0001 00 01" + "32 07 0001 64 0002 00 02" + "30 05 0001 64 00 09");
        await peer.Send("40 02 0002");
        await peer.Expect("32 07 0001 64 0003 00 03");
        await peer.Send("40 02 0007" + "40 02 0001" + "40 03 0003 00");
        await peer.Expect("32 07 0001 64 0004 00 04");
    }

    [Fact(DisplayName = "[MQTT-4.3.2-1] The sender hears of the client's acknowledgement, also of what had to wait")]
    public async Task Acknowledgements_are_told()
    {
        using var broker = new TestBroker(new MqttServerOptions { SendInFlightMax = 1 });
        var (peer, connection) = await Subscribed(broker);
        var received = new System.Collections.Concurrent.ConcurrentQueue<int>();
        Assert.True(connection.TrySend("d", [1], MqttQos.AtLeastOnce, () => received.Enqueue(1)));
        Assert.True(connection.TrySend("d", [2], MqttQos.AtLeastOnce, () => received.Enqueue(2)));
        Assert.True(connection.TrySend("d", [0], MqttQos.AtMostOnce, () => received.Enqueue(0)));
        await peer.Expect("32 06 0001 64 0001 01" + "30 04 0001 64 00");
        await peer.Send("40 02 0009" + "40 02 0001");
        await peer.Expect("32 06 0001 64 0002 02");
        await peer.Send("40 02 0001" + "40 02 0002");
        await TestBroker.Until(() => received.Count == 2, "both are told");
        Assert.Equal([1, 2], received);
    }

    [Fact(DisplayName = "MQTT 5.0, 3.4.2.1: a message that the client refused is not told as received")]
    public async Task Refusals_are_no_acknowledgements()
    {
        using var broker = new TestBroker();
        var (peer, connection) = await Subscribed(broker, Connect5);
        var received = new System.Collections.Concurrent.ConcurrentQueue<int>();
        Assert.True(connection.TrySend("d", [1], MqttQos.AtLeastOnce, () => received.Enqueue(1)));
        Assert.True(connection.TrySend("d", [2], MqttQos.AtLeastOnce, () => received.Enqueue(2)));
        await peer.Expect("32 07 0001 64 0001 00 01" + "32 07 0001 64 0002 00 02");
        await peer.Send("40 03 0001 97" + "40 02 0002");
        await TestBroker.Until(() => !received.IsEmpty, "the second is told");
        Assert.Equal([2], received);
    }

    [Fact(DisplayName = "A full send queue answers false, and takes again when there is room")]
    public async Task The_queue_is_bounded()
    {
        using var broker = new TestBroker(new MqttServerOptions { SendInFlightMax = 1, SendQueuePacketsMax = 3 });
        var (peer, connection) = await Subscribed(broker);
        Assert.True(connection.TrySend("d", [1], MqttQos.AtLeastOnce));
        await peer.Expect("32 06 0001 64 0001 01");
        for (var i = 0; i < 3; i++)
        {
            Assert.True(connection.TrySend("d", [2], MqttQos.AtLeastOnce));
        }

        Assert.False(connection.TrySend("d", [3], MqttQos.AtLeastOnce));
        await peer.Send("40 02 0001");
        await peer.Expect("32 06 0001 64 0002 02");
        await TestBroker.Until(() => connection.TrySend("d", [4], MqttQos.AtLeastOnce), "there is room again");
    }

    [Fact(DisplayName = "Bytes over SendQueueBytesMax, or the client's Maximum Packet Size, are not taken")]
    public async Task Bytes_are_bounded()
    {
        using var broker = new TestBroker(new MqttServerOptions { SendInFlightMax = 1, SendQueueBytesMax = 2048 });
        var (_, connection) = await Subscribed(broker);
        Assert.True(connection.TrySend("d", new byte[10], MqttQos.AtLeastOnce));
        Assert.True(connection.TrySend("d", new byte[1500], MqttQos.AtLeastOnce));
        Assert.False(connection.TrySend("d", new byte[1500], MqttQos.AtLeastOnce));

        const string packets20 = "10 13 0004 4D515454 05 02 003C 05 27 00000014 0001 64"; // [MQTT-3.1.2-24]
        var (small, its) = await Subscribed(broker, packets20);
        Assert.True(its.TrySend("d", new byte[14], MqttQos.AtMostOnce));
        Assert.False(its.TrySend("d", new byte[15], MqttQos.AtMostOnce));
        await small.Expect("30 12 0001 64 00" + new string('0', 28));
    }

    [Fact(DisplayName = "Without a matching filter, and after the end, nothing is taken")]
    public async Task Nothing_unasked()
    {
        using var broker = new TestBroker();
        var (peer, connection) = await Subscribed(broker);
        Assert.False(connection.TrySend("e", default, MqttQos.AtMostOnce));
        peer.Drop();
        await peer.ExpectEnd();
        Assert.False(connection.TrySend("d/a", default, MqttQos.AtMostOnce));
        Assert.True(connection.Closed.IsCancellationRequested);
        connection.Acknowledge(1);
    }
}
