using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>PING, DISCONNECT, will and take-over. MQTT 3.1.1 and 5.0, 3.12 to 3.14, 3.1.2.5 and 3.1.4.</summary>
public sealed class LifeTests
{
    const string WillOfV311 = "10 18 0004 4D515454 04 0E 003C 0001 63 0004 77696C6C 0003 627965";
    const string WillOfV5 = "10 1A 0004 4D515454 05 0E 003C 00 0001 63 00 0004 77696C6C 0003 627965";

    [Fact(DisplayName = "[MQTT-3.12.4-1] PINGREQ is answered with PINGRESP")]
    public async Task Ping_is_answered()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello311();
        await peer.Send("C0 00 C0 00");
        await peer.Expect("D0 00 D0 00");
        await peer.Send("C0 01 00");
        await peer.ExpectEnd();
    }

    [Fact(DisplayName = "[MQTT-3.14.4-3] DISCONNECT ends the connection and drops the will")]
    public async Task Disconnect_drops_the_will()
    {
        using var broker = new TestBroker();
        foreach (var (connect, goodbye) in new[]
            { (WillOfV311, "E0 00"), (WillOfV5, "E0 00"), (WillOfV5, "E0 01 00"), (WillOfV5, "E0 02 00 00") })
        {
            var peer = broker.Open();
            await peer.Send(connect);
            await peer.ReadPacket();
            await peer.Send(goodbye);
            await peer.ExpectEnd();
            Assert.True(broker.Endings.TryDequeue(out var ending));
            Assert.Null(ending.Will);
        }
    }

    [Fact(DisplayName = "[MQTT-3.1.2-8] Without DISCONNECT, or with one that asks for it, the will is handed on")]
    public async Task The_will_is_handed_on()
    {
        using var broker = new TestBroker();
        foreach (var (connect, last) in new[]
            {
                (WillOfV311, null), (WillOfV5, null), (WillOfV5, "E0 01 04"), (WillOfV5, "E0 01 80"),
                (WillOfV311, "00 00"),
            })
        {
            var peer = broker.Open();
            await peer.Send(connect);
            await peer.ReadPacket();
            if (last is null)
            {
                peer.Drop();
            }
            else
            {
                await peer.Send(last);
            }

            await peer.ExpectEnd();
            Assert.True(broker.Endings.TryDequeue(out var ending));
            var will = Assert.IsType<MqttWill>(ending.Will);
            Assert.Equal(("will", MqttQos.AtLeastOnce, false), (will.Topic, will.Qos, will.Retain));
            Assert.Equal("bye"u8.ToArray(), will.Payload);
        }
    }

    [Theory(DisplayName = "Wrong DISCONNECTs keep the will")]
    [InlineData(WillOfV311, "E0 01 00", 0)]
    [InlineData(WillOfV311, "E1 00", 0)] // [MQTT-3.14.1-1]
    [InlineData(WillOfV5, "E0 07 00 05 11 00000001", 0x82)] // 3.14.2.2.2
    public async Task A_wrong_DISCONNECT_keeps_the_will(string connect, string goodbye, int reason)
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(connect);
        await peer.ReadPacket();
        await peer.Send(goodbye);
        if (reason != 0)
        {
            Assert.Equal(reason, (await peer.ReadPacket())[2]);
        }

        await peer.ExpectEnd();
        Assert.NotNull(Assert.Single(broker.Endings).Will);
    }

    [Fact(DisplayName = "[MQTT-3.1.4-2] The same client again closes the older connection; version 5 is told 0x8E")]
    public async Task A_client_takes_over()
    {
        using var broker = new TestBroker();
        var old = await broker.Open().Hello311();
        var middle = await broker.Open().Hello5();
        await old.ExpectEnd();
        var young = await broker.Open().Hello311();
        Assert.Equal(0x8E, (await middle.ReadPacket())[2]);
        await middle.ExpectEnd();
        await young.Send("C0 00");
        await young.Expect("D0 00");
        await TestBroker.Until(() => broker.Server.ConnectionCount == 1, "one is left");
    }

    [Fact(DisplayName = "Another user with the same client identifier closes nobody's connection")]
    public async Task Users_are_kept_apart()
    {
        using var broker = new TestBroker();
        static string Connect(string user) =>
            Packet("10", "0004 4D515454 04 C2 003C", Field("c"), Field(user), Field(TestBroker.Password));
        var (a, b) = (broker.Open(), broker.Open());
        await a.Send(Connect("a"));
        await a.Expect(ConnAck311);
        await b.Send(Connect("b"));
        await b.Expect(ConnAck311);
        await a.Send("C0 00");
        await a.Expect("D0 00");
        Assert.Equal(2, broker.Server.ConnectionCount);
    }

    [Fact(DisplayName = "A wrong password takes nobody over")]
    public async Task Only_the_admitted_take_over()
    {
        using var broker = new TestBroker();
        var first = await broker.Open().Hello311();
        broker.Admission = MqttAdmission.NotAuthorized;
        var second = broker.Open();
        await second.Send(Connect311);
        await second.ExpectEnd("20 02 00 05");
        await first.Send("C0 00");
        await first.Expect("D0 00");
    }

    [Fact(DisplayName = "5.0 4.13: an abort by the application tells the reason and its words")]
    public async Task An_abort_is_told()
    {
        using var broker = new TestBroker();
        var peer = await broker.Open().Hello5();
        broker.Admitted.Single().Abort("revoked");
        await peer.ExpectEnd("E0 0C 98 0A 1F 0007 7265766F6B6564");
        Assert.Equal("revoked", broker.Admitted.Single().CloseText);
    }
}
