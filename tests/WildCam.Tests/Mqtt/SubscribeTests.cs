using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK. MQTT 3.1.1 and 5.0, 3.8 to 3.11.</summary>
public sealed class SubscribeTests
{
    [Fact(DisplayName = "[MQTT-3.8.4-2] [MQTT-3.8.4-5] One SUBACK with the identifier and a code for each filter")]
    public async Task Codes_come_in_order()
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        await old.Send(
            Packet("82", "1234", Field("a"), "00", Field("refused"), "01", Field("b/#"), "01", Field("c"), "02"));
        await old.Expect("90 06 1234 00 80 01 01");
        var modern = await broker.Open().Hello5();
        await modern.Send(Packet(
            "82", "1234 00", Field("a"), "00", Field("refused"), "01", Field("$share/g/a"), "01", Field("c"), "2E"));
        await modern.Expect("90 07 1234 00 00 87 9E 01");
    }

    [Fact(DisplayName = "[MQTT-3.8.4-3] The same filter again replaces the old one")]
    public async Task A_filter_is_replaced()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send(Packet("82", "0001", Field("a"), "01") + Packet("82", "0002", Field("a"), "00"));
        await peer.Expect("90 03 0001 01" + "90 03 0002 00");
        broker.Admitted.Single().TrySend("a", "x"u8, MqttQos.AtLeastOnce);
        await peer.Expect("30 04 0001 61 78");
    }

    [Fact(DisplayName = "[MQTT-3.3.5-1] Overlapping filters deliver once, with the highest quality granted")]
    public async Task Overlap_delivers_once()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send(Packet("82", "0001", Field("a/#"), "00", Field("a/+"), "01"));
        await peer.Expect("90 04 0001 00 01");
        broker.Admitted.Single().TrySend("a/b", "x"u8, MqttQos.AtLeastOnce);
        await peer.Expect("32 08 0003 612F62 0001 78");
        await peer.Send("C0 00");
        await peer.Expect("D0 00");
    }

    [Fact(DisplayName = "SubscriptionsMax: the filter beyond it fails, the connection stays")]
    public async Task Filters_are_bounded()
    {
        using var broker = new TestBroker(new MqttServerOptions { SubscriptionsMax = 2 });
        var old = await broker.Open().Hello311();
        await old.Send(Packet("82", "0001", Field("a"), "01", Field("b"), "01"));
        await old.Send(Packet("82", "0002", Field("c"), "01"));
        await old.Expect("90 04 0001 01 01" + "90 03 0002 80");
        var modern = await broker.Open().Hello5();
        await modern.Send(Packet("82", "0001 00", Field("a"), "01", Field("b"), "01"));
        await modern.Expect("90 05 0001 00 01 01");
        await modern.Send(Packet("82", "0002 00", Field("c"), "01"));
        await modern.Expect("90 04 0002 00 97");
    }

    [Theory(DisplayName = "Wrong SUBSCRIBEs end the connection; version 5 is told why")]
    [InlineData("80 06 0001 0001 61 00", null)] // [MQTT-3.8.1-1] flags
    [InlineData("82 02 0001", "82")] // [MQTT-3.8.3-3] no filter
    [InlineData("82 06 0000 0001 61 00", "82")] // [MQTT-2.3.1-1] identifier 0
    [InlineData("82 06 0001 0001 61 03", "82")] // [MQTT-3.8.3-4] quality 3
    [InlineData("82 06 0001 0001 61 C0", "82")] // reserved bits
    [InlineData("82 07 0001 0002 6123 00", "8F")] // [MQTT-4.7.1-2]
    [InlineData("82 07 0001 0002 612B 00", "8F")] // [MQTT-4.7.1-3]
    [InlineData("82 05 0001 0000 00", "8F")] // [MQTT-4.7.3-1]
    [InlineData("82 05 0001 0001 61", "81")] // no options
    public async Task Wrong_SUBSCRIBE_ends(string packet, string? reason)
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        await old.Send(packet);
        await old.ExpectEnd();
        var modern = await broker.Open().Hello5();
        var bytes = Hex(packet);
        await modern.SendBytes(new byte[] { bytes[0], (byte)(bytes[1] + 1), bytes[2], bytes[3], 0 }
            .Concat(bytes[4..]).ToArray());
        Assert.Equal(reason ?? "81", (await modern.ReadPacket())[2].ToString(
            "X2", System.Globalization.CultureInfo.InvariantCulture));
        await modern.ExpectEnd();
    }

    [Theory(DisplayName = "5.0: subscription identifier 0xA1, retain handling 3 and shared no-local 0x82")]
    [InlineData("82 09 0001 02 0B 01 0001 61 00", 0xA1)]
    [InlineData("82 07 0001 00 0001 61 30", 0x82)] // 3.8.3.1
    [InlineData("82 10 0001 00 000A 2473686172652F672F61 05", 0x82)] // [MQTT-3.8.3-4]
    public async Task Wrong_options_of_5_end(string packet, int reason)
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello5();
        await peer.Send(packet);
        Assert.Equal(reason, (await peer.ReadPacket())[2]);
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "[MQTT-3.10.4-1] [MQTT-3.10.4-5] UNSUBSCRIBE removes exact filters and is always answered")]
    public async Task Unsubscribe_is_answered()
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        await old.Send(Packet("82", "0001", Field("a/#"), "00", Field("b"), "00"));
        await old.Expect("90 04 0001 00 00");
        await old.Send(Packet("A2", "0002", Field("a/#"), Field("none")));
        await old.Expect("B0 02 0002");
        Assert.False(broker.Admitted.Single().TrySend("a/b", default, MqttQos.AtMostOnce));
        Assert.True(broker.Admitted.Single().TrySend("b", default, MqttQos.AtMostOnce));
        await old.Expect("30 03 0001 62");
        var modern = await broker.Open().Hello5();
        await modern.Send(Packet("82", "0001 00", Field("a"), "00") + Packet("A2", "0002 00", Field("a"), Field("x")));
        await modern.Expect("90 04 0001 00 00" + "B0 05 0002 00 00 11");
    }

    [Theory(DisplayName = "Wrong UNSUBSCRIBEs end the connection")]
    [InlineData("A0 05 0001 0001 61")] // [MQTT-3.10.1-1]
    [InlineData("A2 02 0001")] // [MQTT-3.10.3-2]
    [InlineData("A2 05 0000 0001 61")]
    public async Task Wrong_UNSUBSCRIBE_ends(string packet)
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send(packet);
        await peer.ExpectEnd();
    }
}
