using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>PUBLISH and PUBACK. MQTT 3.1.1 and 5.0, 3.3 and 3.4.</summary>
public sealed class PublishTests
{
    [Fact(DisplayName = "[MQTT-4.3.2-2] Quality of service 1 is acknowledged with its identifier, 0 is not")]
    public async Task Quality_1_is_acknowledged()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send("30 05 0003 612F62" + "32 09 0003 612F62 1234 7879" + "3A 07 0003 612F62 1235" + "C0 00");
        await peer.Expect("40 02 1234" + "40 02 1235" + "D0 00");
        Assert.Equal(
            [("a/b", "", 0, false), ("a/b", "xy", 1, false), ("a/b", "", 1, true)],
            broker.Arrivals.Select(a => (a.Topic, a.Text, (int)a.Qos, a.IsDuplicate)));
        Assert.Same(broker.Arrivals.First().Topic, broker.Arrivals.Last().Topic);
    }

    [Fact(DisplayName = "5.0 3.3: properties of a PUBLISH are checked and passed over")]
    public async Task Properties_are_passed_over()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello5();
        await peer.Send(Packet(
            "32", Field("a"), "0001", "2A", "01 01", "02 00000010", "03" + Field("t/x"), "08" + Field("re"),
            "09 0002 0000", "26" + Field("k") + Field("v"), "26" + Field("k") + Field("v"),
            "26" + Field("") + Field(""), "78"));
        await peer.Expect("40 02 0001");
        Assert.Equal("x", Assert.Single(broker.Arrivals).Text);
    }

    [Fact(DisplayName = "[MQTT-3.3.1-5] 3.1.1: a retained message is taken as an ordinary one")]
    public async Task Retained_311_is_ordinary()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send("33 05 0001 61 0001");
        await peer.Expect("40 02 0001");
        Assert.True(Assert.Single(broker.Arrivals).IsRetained);
    }

    [Theory(DisplayName = "Wrong PUBLISHes end the connection; version 5 is told why")]
    [InlineData("36 05 0001 61 0001", "81")] // [MQTT-3.3.1-4] quality 3
    [InlineData("34 05 0001 61 0001", "9B")] // [MQTT-3.2.2-11] quality 2
    [InlineData("38 03 0001 61", "81")] // [MQTT-3.3.1-2] duplicate of quality 0
    [InlineData("32 05 0001 61 0000", "82")] // [MQTT-2.3.1-1] identifier 0
    [InlineData("30 03 0001 23", "90")] // [MQTT-3.3.2-2] wildcard
    [InlineData("30 03 0001 2B", "90")]
    [InlineData("30 03 0001 00", "81")] // [MQTT-1.5.3-2]
    [InlineData("30 05 0003 EDA080", "81")] // [MQTT-1.5.3-1] a surrogate
    [InlineData("30 02 0000", "90")] // [MQTT-4.7.3-1]
    [InlineData("30 02 0001", "81")] // ends early
    [InlineData("30 01 00", "81")]
    public async Task Wrong_PUBLISH_ends(string packet, string reason)
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        await old.Send(packet);
        await old.ExpectEnd();
        var modern = await broker.Open().Hello5();
        var bytes = Hex(packet);

        // The same with an empty property list, where the packet has room for one.
        var withList = reason == "81" && bytes.Length < 6 ? bytes : [bytes[0], (byte)(bytes[1] + 1), .. bytes[2..], 0];
        await modern.SendBytes(withList);
        var goodbye = await modern.ReadPacket();
        Assert.Equal("E0" + reason, Convert.ToHexString([goodbye[0], goodbye[2]]));
        await modern.ExpectEnd();
        Assert.Empty(broker.Arrivals);
    }

    [Theory(DisplayName = "5.0: a retained PUBLISH and topic aliases are told 0x9A and 0x94")]
    [InlineData("33 06 0001 61 0001 00", "9A")] // [MQTT-3.2.2-14]
    [InlineData("32 09 0001 61 0001 03 23 0001", "94")] // [MQTT-3.3.2-9]
    [InlineData("32 08 0000 0001 03 23 0001", "94")]
    [InlineData("32 08 0001 61 0001 02 0B 01", "82")] // [MQTT-3.3.4-6] subscription identifier
    [InlineData("32 08 0001 61 0001 02 01 02", "82")] // payload format 2
    [InlineData("32 0A 0001 61 0001 04 01 00 01 00", "82")] // twice
    [InlineData("32 08 0001 61 0001 02 11 00", "82")] // not in PUBLISH
    [InlineData("32 08 0001 61 0001 02 7F 00", "81")] // unknown
    [InlineData("32 07 0001 61 0001 05 01", "81")] // list longer than the packet
    public async Task Wrong_properties_end(string packet, string reason)
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello5();
        await peer.Send(packet);
        var goodbye = await peer.ReadPacket();
        Assert.Equal("E0" + reason, Convert.ToHexString([goodbye[0], goodbye[2]]));
        await peer.ExpectEnd();
        Assert.Empty(broker.Arrivals);
    }

    [Fact(DisplayName = "[MQTT-3.3.5-2] A refused message closes 3.1.1 and tells version 5 0x87")]
    public async Task Refused_messages()
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        await old.Send(Packet("32", Field("refused"), "0001"));
        await old.ExpectEnd();
        var modern = await broker.Open().Hello5();
        await modern.Send(Packet("32", Field("refused"), "0001 00") + Packet("30", Field("refused"), "00") + "C0 00");
        await modern.Expect("40 03 0001 87" + "D0 00");
    }

    [Fact(DisplayName = "An application that says close, or fails, costs its own connection only")]
    public async Task Close_and_failure()
    {
        var broker = new TestBroker();
        var good = await broker.Open().Hello311();
        foreach (var topic in new[] { "closed", "broken" })
        {
            var bad = broker.Open();
            await bad.Send(Packet("10", "0004 4D515454 04 02 003C", Field(topic)));
            await bad.Expect(ConnAck311);
            await bad.Send(Packet("32", Field(topic), "0001"));
            await bad.ExpectEnd();
        }

        await good.Send("C0 00");
        await good.Expect("D0 00");
        Assert.Contains("on purpose", Assert.Single(broker.Log.Errors), StringComparison.Ordinal);
        broker.Server.Dispose();
    }

    [Fact(DisplayName = "[MQTT-3.3.4-9] 5.0: more unacknowledged messages than Receive Maximum are told 0x93")]
    public async Task Receive_maximum_of_5()
    {
        using var broker = new TestBroker(new MqttServerOptions { ReceiveMaximum = 2 });
        var peer = await broker.Open().Hello5();
        string Later(int id) => Packet("32", Field("later"), "000" + id + " 00");
        await peer.Send(Later(1) + Later(2));
        await TestBroker.Until(() => broker.Arrivals.Count == 2, "two messages came");
        broker.Admitted.Single().Acknowledge(1);
        await peer.Expect("40 02 0001");
        await peer.Send(Later(3) + Later(4));
        Assert.Equal(0x93, (await peer.ReadPacket())[2]);
        await peer.ExpectEnd();
        Assert.Equal(3, broker.Arrivals.Count);
    }

    [Fact(DisplayName = "3.1.1: beyond Receive Maximum the server reads on after an acknowledgement")]
    public async Task Receive_maximum_of_311()
    {
        using var broker = new TestBroker(new MqttServerOptions { ReceiveMaximum = 2 });
        var peer = await broker.Open().Hello311();
        string Later(int id) => Packet("32", Field("later"), "000" + id);
        await peer.Send(Later(1) + Later(2) + Later(3) + "C0 00");
        await TestBroker.Until(() => broker.Arrivals.Count == 2, "two messages came");
        broker.Admitted.Single().Acknowledge(2);
        await peer.Expect("40 02 0002" + "D0 00");
        Assert.Equal(3, broker.Arrivals.Count);
        broker.Admitted.Single().Acknowledge(1);
        broker.Admitted.Single().Acknowledge(3);
        await peer.Expect("40 02 0001" + "40 02 0003");
    }

    [Fact(DisplayName = "Packets of quality of service 2, and a server's packets, end the connection")]
    public async Task Packets_that_no_client_sends()
    {
        foreach (var packet in new[] { "50 02 0001", "62 02 0001", "70 02 0001", "20 02 0000", "90 03 0001 00",
            "B0 02 0001", "D0 00", "F0 00", "00 00" })
        {
            using var broker = new TestBroker();
            var peer = await broker.Open().Hello311();
            await peer.Send(packet);
            await peer.ExpectEnd();
        }
    }
}
