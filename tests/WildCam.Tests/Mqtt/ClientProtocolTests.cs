using System.Text;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>Our client against a server that is bytes in the test's hand.</summary>
public sealed class ClientProtocolTests
{
    static readonly CancellationToken None = CancellationToken.None;

    static readonly MqttClientOptions Plain = new() { ClientId = "c", KeepAliveSeconds = 60 };

    [Fact(DisplayName = "CONNECT, SUBSCRIBE, PUBLISH and DISCONNECT of 3.1.1, byte for byte")]
    public async Task Golden_packets_of_311()
    {
        var (client, server) = await Connect(Plain with
        {
            UserName = "u",
            Password = "p"u8.ToArray(),
            Will = new MqttWill("w", "x"u8.ToArray(), MqttQos.AtLeastOnce, true),
        }, "10 19 0004 4D515454 04 EE 003C 0001 63 0001 77 0001 78 0001 75 0001 70", "20 02 00 00");
        var subscribing = client.SubscribeAsync("a/#", MqttQos.AtLeastOnce, None);
        await server.Expect("82 08 0001 0003 612F23 01");
        await server.Send("90 03 0001 00");
        Assert.Equal(MqttQos.AtMostOnce, await subscribing);
        await client.PublishAsync("t", "m"u8.ToArray(), MqttQos.AtMostOnce, None);
        await server.Expect("30 04 0001 74 6D");
        var publishing = client.PublishAsync("t", "m"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await server.Expect("32 06 0001 74 0002 6D");
        Assert.False(publishing.IsCompleted);
        await server.Send("40 02 0002");
        await publishing;
        var unsubscribing = client.UnsubscribeAsync("a/#", None);
        await server.Expect("A2 07 0003 0003 612F23");
        await server.Send("B0 02 0003");
        await unsubscribing;
        await client.DisconnectAsync();
        await server.Expect("E0 00");
        Assert.Equal("The client disconnected.", (await client.Closed).Text);
    }

    [Fact(DisplayName = "Version 5: what CONNACK says of window, packet size, keep-alive and name is kept")]
    public async Task What_a_server_of_5_says_is_kept()
    {
        var (client, server) = await Connect(
            Plain with { Version = MqttVersion.V5, ClientId = "" },
            "10 12 0004 4D515454 05 02 003C 05 27 00040000 0000",
            "20 13 00 00 10 12 0002 6162 13 0011 21 0001 27 00000020");
        Assert.Equal(("ab", 17), (client.ClientId, client.KeepAliveSeconds));
        var first = client.PublishAsync("t", "1"u8.ToArray(), MqttQos.AtLeastOnce, None);
        var second = client.PublishAsync("t", "2"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await client.PublishAsync("t", "3"u8.ToArray(), MqttQos.AtMostOnce, None);
        await server.Expect("32 07 0001 74 0001 00 31" + "30 05 0001 74 00 33");
        await server.Send("40 02 0001");
        await first;
        await server.Expect("32 07 0001 74 0002 00 32");
        await server.Send("40 03 0002 97");
        Assert.Equal(MqttReason.QuotaExceeded, (await Assert.ThrowsAsync<MqttException>(() => second)).Reason);
        var e = await Assert.ThrowsAsync<MqttException>(
            () => client.PublishAsync("t", new byte[40], MqttQos.AtMostOnce, None));
        Assert.Equal(MqttReason.PacketTooLarge, e.Reason);
        await client.DisposeAsync();
    }

    [Fact(DisplayName = "Messages of a server are handed on and acknowledged")]
    public async Task Messages_are_acknowledged()
    {
        var received = new List<string>();
        var (client, server) = await Connect(
            Plain with { Received = m => received.Add($"{m.Topic} {m.Qos} {m.IsRetained}") },
            RawPeer.Connect311,
            "20 02 00 00");
        await server.Send("31 03 0001 61" + "32 05 0001 62 0007");
        await server.Expect("40 02 0007");
        Assert.Equal(["a AtMostOnce True", "b AtLeastOnce False"], received);
        await client.DisposeAsync();
    }

    [Theory(DisplayName = "A server that breaks the protocol ends the connection and fails who waits")]
    [InlineData("D0 01 00")]
    [InlineData("20 02 00 00")]
    [InlineData("10 00")]
    [InlineData("30 FF FF FF 7F")]
    [InlineData("32 05 0001 61 0000")]
    [InlineData("00 00")]
    public async Task A_broken_server_ends(string packet)
    {
        var (client, server) = await Connect(Plain, RawPeer.Connect311, "20 02 00 00");
        var publishing = client.PublishAsync("t", default, MqttQos.AtLeastOnce, None);
        await server.Expect("32 05 0001 74 0001");
        await server.Send(packet);
        await Assert.ThrowsAsync<MqttException>(() => publishing.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.IsType<MqttProtocolException>((await client.Closed).Error);
    }

    [Fact(DisplayName = "A DISCONNECT of a version 5 server gives its reason to who waits")]
    public async Task A_goodbye_has_its_reason()
    {
        var (client, server) = await Connect(
            Plain with { Version = MqttVersion.V5, ClientId = "" },
            "10 12 0004 4D515454 05 02 003C 05 27 00040000 0000",
            "20 03 00 00 00");
        var publishing = client.PublishAsync("t", default, MqttQos.AtLeastOnce, None);
        await server.Expect("32 06 0001 74 0001 00");
        await server.Send("E0 01 8E");
        var e = await Assert.ThrowsAsync<MqttException>(() => publishing);
        Assert.Equal(MqttReason.SessionTakenOver, e.Reason);
        Assert.Equal(MqttReason.SessionTakenOver, (await client.Closed).Reason);
    }

    [Fact(DisplayName = "Pings go out when nothing else does; an unanswered one ends the connection")]
    public async Task Keep_alive()
    {
        var clock = new ManualClock();
        var (client, server) = await Connect(
            Plain with { KeepAliveSeconds = 10, Time = clock },
            "10 0D 0004 4D515454 04 02 000A 0001 63",
            "20 02 00 00");
        clock.Advance(TimeSpan.FromSeconds(5));
        await server.Expect("C0 00");
        await server.Send("D0 00" + "30 03 0001 61");
        clock.Advance(TimeSpan.FromSeconds(11));
        await TestBroker.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                return !client.IsConnected;
            },
            "the unanswered ping ended the connection");
        Assert.Equal(MqttReason.KeepAliveTimeout, (await client.Closed).Reason);
    }

    [Fact(DisplayName = "No CONNACK within ConnectTimeout is an exception, as is a server that hangs up")]
    public async Task No_answer()
    {
        var silent = new MemoryConnection();
        var e = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(
            silent.AsStream(), Plain with { ConnectTimeout = TimeSpan.FromMilliseconds(50) }, None));
        Assert.Contains("ConnectTimeout", e.Message, StringComparison.Ordinal);
        var deaf = new MemoryConnection();
        await deaf.Transport.Output.CompleteAsync();
        e = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(deaf.AsStream(), Plain, None));
        Assert.Null(e.Reason);
    }

    static async Task<(MqttClient Client, ServerEnd Server)> Connect(
        MqttClientOptions options, string connect, string answer)
    {
        var connection = new MemoryConnection();
        var server = new ServerEnd(connection);
        var connecting = MqttClient.ConnectAsync(connection.AsStream(), options, None);
        await server.Expect(connect);
        await server.Send(answer);
        return (await connecting.WaitAsync(TimeSpan.FromSeconds(20)), server);
    }

    /// <summary>The server's end of a connection, in bytes.</summary>
    sealed class ServerEnd(MemoryConnection connection)
    {
        public async Task Send(string hex) => await connection.Transport.Output.WriteAsync(RawPeer.Hex(hex));

        public async Task Expect(string hex)
        {
            var expected = RawPeer.Hex(hex);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var input = connection.Transport.Input;
            var result = await input.ReadAtLeastAsync(expected.Length, timeout.Token);
            var bytes = new byte[(int)Math.Min(expected.Length, result.Buffer.Length)];
            System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, bytes.Length), bytes);
            input.AdvanceTo(result.Buffer.GetPosition(bytes.Length));
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(bytes));
        }
    }
}
