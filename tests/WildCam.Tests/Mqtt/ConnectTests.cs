using WildCam.Mqtt;
using static WildCam.Tests.Mqtt.RawPeer;

namespace WildCam.Tests.Mqtt;

/// <summary>CONNECT and CONNACK. MQTT 3.1.1 and 5.0, 3.1 and 3.2.</summary>
public sealed class ConnectTests
{
    const string Head311 = "0004 4D515454 04";
    const string Head5 = "0004 4D515454 05";

    [Fact(DisplayName = "[MQTT-3.2.0-1] CONNACK is the first packet, byte for byte")]
    public async Task Connect_of_311_is_accepted()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Connect311);
        await peer.Expect("20 02 00 00");
        var request = Assert.Single(broker.Admitted).Request;
        Assert.Equal((MqttVersion.V311, "c", null, 60, true), (
            request.Version, request.ClientId, request.UserName, (int)request.KeepAliveSeconds, request.CleanStart));
    }

    [Fact(DisplayName = "MQTT 5.0, 3.2.2.3: CONNACK of version 5 says what is not available, byte for byte")]
    public async Task Connect_of_5_is_accepted()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Connect5);
        await peer.Expect(
            "20 1D 00 00 1A 11 00000000 21 0100 22 0000 24 01 25 00 27 0000A000 28 01 29 00 2A 00");
    }

    [Fact(DisplayName = "MQTT 5.0, 3.2.2.3: a nameless client with keep-alive 0 is given both")]
    public async Task Assigned_values_are_told()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Packet("10", Head5, "02 0000 00 0000"));
        var answer = await peer.ReadPacket();
        var id = Assert.Single(broker.Admitted).Request.ClientId;
        Assert.Equal(20, id.Length);
        var hex = Convert.ToHexString(answer);
        Assert.Contains("12" + Field(id), hex, StringComparison.Ordinal);
        Assert.Contains("1304B0", hex, StringComparison.Ordinal); // Server Keep Alive 1,200 s.
    }

    [Fact(DisplayName = "[MQTT-3.1.3-6] 3.1.1: a nameless client with a clean session is given a name")]
    public async Task Nameless_311_is_named()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Packet("10", Head311, "02 003C 0000"));
        await peer.Expect(ConnAck311);
        Assert.Equal(20, Assert.Single(broker.Admitted).Request.ClientId.Length);
    }

    [Fact(DisplayName = "[MQTT-3.1.3-8] 3.1.1: a nameless client without a clean session gets 0x02 and the end")]
    public async Task Nameless_311_without_clean_session_is_refused()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Packet("10", Head311, "00 003C 0000"));
        await peer.ExpectEnd("20 02 00 02");
    }

    [Fact(DisplayName = "[MQTT-3.2.2-3] Clean session 0 is answered with Session Present 0")]
    public async Task No_session_is_present()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Packet("10", Head311, "00 003C", Field("c")));
        await peer.Expect(ConnAck311);
        Assert.False(Assert.Single(broker.Admitted).Request.CleanStart);
    }

    [Fact(DisplayName = "3.1.3: client identifier, will, user name and password are read in this order")]
    public async Task Everything_of_CONNECT_is_read()
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(Packet(
            "10", Head311, "EE 000A", Field("cam"), Field("up/will"), Field("gone"), Field("u"), Field("secret")));
        await peer.Expect(ConnAck311);
        var request = Assert.Single(broker.Admitted).Request;
        Assert.Equal(("cam", "u", 10), (request.ClientId, request.UserName, (int)request.KeepAliveSeconds));
        Assert.Equal(
            ("up/will", "gone", MqttQos.AtLeastOnce, true),
            (request.Will!.Topic, System.Text.Encoding.UTF8.GetString(request.Will.Payload), request.Will.Qos,
                request.Will.Retain));
        Assert.Null(request.Password);
    }

    [Theory(DisplayName = "[MQTT-3.1.0-1] Any packet before CONNECT ends the connection, unanswered")]
    [InlineData("C0 00")]
    [InlineData("30 03 0001 61")]
    [InlineData("82 06 0001 0001 61 00")]
    [InlineData("E0 00")]
    [InlineData("F0 00")]
    [InlineData("20 02 00 00")]
    public async Task Nothing_comes_before_CONNECT(string packet)
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(packet);
        await peer.ExpectEnd();
        Assert.Empty(broker.Endings);
    }

    [Theory(DisplayName = "[MQTT-3.1.0-2] A second CONNECT ends the connection; version 5 is told 0x82")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_CONNECT_ends(bool v5)
    {
        using var broker = new TestBroker();
        var peer = await (v5 ? broker.Open().Hello5() : broker.Open().Hello311());
        await peer.Send(v5 ? Connect5 : Connect311);
        if (v5)
        {
            var goodbye = await peer.ReadPacket();
            Assert.Equal((0xE0, 0x82), (goodbye[0], goodbye[2]));
        }

        await peer.ExpectEnd();
    }

    [Theory(DisplayName = "Malformed CONNECTs end the connection: name, flags, will, lengths")]
    [InlineData("10 0D 0004 4D515458 04 02 003C 0001 63")] // [MQTT-3.1.2-1] name
    [InlineData("10 0F 0006 4D5149736470 03 02 003C 0001 63")] // MQTT 3.1
    [InlineData("10 0D 0004 4D515454 04 03 003C 0001 63")] // [MQTT-3.1.2-3] reserved flag
    [InlineData("10 0D 0004 4D515454 04 0A 003C 0001 63")] // [MQTT-3.1.2-13] will quality without will
    [InlineData("10 0D 0004 4D515454 04 22 003C 0001 63")] // [MQTT-3.1.2-15] will retain without will
    [InlineData("10 13 0004 4D515454 04 1E 003C 0001 63 0001 61 0001 62")] // [MQTT-3.1.2-14] will quality 3
    [InlineData("10 10 0004 4D515454 04 42 003C 0001 63 0001 62")] // [MQTT-3.1.2-22] password without user name
    [InlineData("10 13 0004 4D515454 04 06 003C 0001 63 0001 23 0001 62")] // a wildcard in the will's topic
    [InlineData("10 0E 0004 4D515454 04 02 003C 0001 63 00")] // bytes behind the last field
    [InlineData("10 0C 0004 4D515454 04 02 003C 0001")] // ends early
    [InlineData("10 0D 0004 4D515454 04 82 003C 0001 63")] // [MQTT-3.1.2-19] no user name
    [InlineData("11 0D 0004 4D515454 04 02 003C 0001 63")] // [MQTT-2.2.2-2] fixed header flags
    [InlineData("10 0D 0004 4D515454 04 02 003C 0001 00")] // [MQTT-1.5.3-2] U+0000
    [InlineData("10 0D 0004 4D515454 04 02 003C 0001 FF")] // [MQTT-1.5.3-1] not UTF-8
    public async Task Malformed_CONNECT_ends(string packet)
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(packet);
        await peer.ExpectEnd();
        Assert.Empty(broker.Admitted);
    }

    [Theory(DisplayName = "[MQTT-3.1.2-2] Another protocol level is answered, then ended")]
    [InlineData("10 0D 0004 4D515454 03 02 003C 0001 63", "20 02 00 01")]
    [InlineData("10 0D 0004 4D515454 06 02 003C 0001 63", "20 03 00 84 00")]
    public async Task Another_level_is_answered(string packet, string answer)
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        await peer.Send(packet);
        await peer.ExpectEnd(answer);
    }

    [Theory(DisplayName = "3.2.2.3 and 5.0 3.2.2.2: refusals have their codes, then the connection ends")]
    [InlineData(MqttAdmission.BadCredentials, "04", "86")]
    [InlineData(MqttAdmission.NotAuthorized, "05", "87")]
    [InlineData(MqttAdmission.ServerBusy, "03", "89")]
    [InlineData(MqttAdmission.ServerUnavailable, "03", "88")]
    public async Task Refusals_have_codes(MqttAdmission admission, string code311, string code5)
    {
        using var broker = new TestBroker { Admission = admission };
        var old = broker.Open();
        await old.Send(Connect311);
        await old.ExpectEnd("20 02 00 " + code311);
        var modern = broker.Open();
        await modern.Send(Connect5);
        await modern.ExpectEnd("20 03 00 " + code5 + " 00");
        Assert.Empty(broker.Endings);
    }

    [Theory(DisplayName = "5.0 3.2.2.3: wills beyond what is offered and enhanced authentication are refused")]
    [InlineData("16", "", "9B")] // [MQTT-3.2.2-12] will of quality 2
    [InlineData("26", "", "9A")] // [MQTT-3.2.2-13] retained will
    [InlineData("06", "15 0001 78", "8C")] // 4.12 authentication method
    public async Task What_CONNACK_denies_is_refused(string flags, string properties, string code)
    {
        using var broker = new TestBroker();
        var peer = broker.Open();
        var list = Packet("", properties);
        await peer.Send(Packet("10", Head5, flags, "003C", list, Field("c"), "00", Field("w"), Field("x")));
        await peer.ExpectEnd("20 03 00 " + code + " 00");
    }

    [Fact(DisplayName = "A client identifier over ClientIdCharsMax is refused with 0x02")]
    public async Task A_long_identifier_is_refused()
    {
        using var broker = new TestBroker(new MqttServerOptions { ClientIdCharsMax = 30 });
        var peer = broker.Open();
        await peer.Send(Packet("10", Head311, "02 003C", Field(new string('x', 31))));
        await peer.ExpectEnd("20 02 00 02");
    }

    [Fact(DisplayName = "Connections over ConnectionsMax are closed at once")]
    public async Task Too_many_connections()
    {
        using var broker = new TestBroker(new MqttServerOptions { ConnectionsMax = 1 });
        await broker.Open().Hello311();
        var second = broker.Open();
        await second.Serving.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(second.Connection.WasCut);
    }
}
