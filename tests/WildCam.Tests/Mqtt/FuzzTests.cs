using System.Buffers;
using System.Globalization;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>
/// Damaged and random packets, cut at random: decoding throws the protocol error or nothing, and gathers nothing.
/// </summary>
public sealed class FuzzTests
{
    const int Rounds = 20_000;
    const int PacketBytesMax = 4096;

    static readonly string[] Seeds =
    [
        "10 18 0004 4D515454 04 0E 003C 0001 63 0004 77696C6C 0003 627965",
        "10 2B 0004 4D515454 05 CE 003C 05 11 00000010 0001 63"
            + "05 18 00000001 0004 77696C6C 0003 627965 0001 75 0002 7077",
        "20 1D 00 00 1A 11 00000000 21 0100 22 0000 24 01 25 00 27 0000A000 28 01 29 00 2A 00",
        "32 17 0003 612F62 1234 0D 01 01 02 00000010 03 0003 742F78 7879",
        "30 05 0003 612F62",
        "40 04 1234 10 00",
        "82 0D 1234 00 0003 612F23 01 0001 62 00",
        "90 05 1234 00 01 80",
        "A2 08 1234 00 0003 612F23",
        "B0 05 1234 00 00 11",
        "C0 00",
        "E0 0C 98 0A 1F 0007 7265766F6B6564",
    ];

    readonly int _seed = int.TryParse(
        Environment.GetEnvironmentVariable("WILDCAM_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : Random.Shared.Next();

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public void Damaged_packets_throw_the_protocol_error_or_nothing(MqttVersion version)
    {
        TestContext.Current.SendDiagnosticMessage($"WILDCAM_SEED={_seed}");
        var random = new Random(_seed);
        var topics = new TopicCache(64);
        var decoded = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(RawPeer.Hex(Seeds[random.Next(Seeds.Length)]), random);
            var buffer = Fragments.Of(bytes, Cuts(bytes.Length, random));
            try
            {
                while (MqttFrame.TryRead(ref buffer, PacketBytesMax, out var frame))
                {
                    Decode(frame, version, topics);
                    decoded++;
                }
            }
            catch (MqttProtocolException)
            {
                // The one that decoding may throw.
            }
            catch (Exception e)
            {
                Assert.Fail($"WILDCAM_SEED={_seed}, round {round}, {Convert.ToHexString(bytes)}: {e}");
            }
        }

        Assert.InRange(decoded, Rounds / 20, 3 * Rounds);
    }

    [Fact]
    public void Fragments_decode_like_the_whole()
    {
        foreach (var seed in Seeds)
        {
            var bytes = RawPeer.Hex(seed);
            var version = seed[..2] == "30" ? MqttVersion.V311 : MqttVersion.V5;
            var whole = Outcome(new ReadOnlySequence<byte>(bytes), version);
            for (var a = 0; a < bytes.Length; a++)
            {
                for (var b = a; b < bytes.Length; b++)
                {
                    Assert.Equal(whole, Outcome(Fragments.Of(bytes, a, b), version));
                }
            }
        }
    }

    [Fact]
    public async Task Random_bytes_close_their_connection_and_no_other()
    {
        var random = new Random(_seed);
        using var broker = new TestBroker();
        var good = broker.Open();
        await good.Send(Connect("good"));
        await good.Expect(RawPeer.ConnAck311);
        for (var round = 0; round < 300; round++)
        {
            var peer = broker.Open();
            if (round % 2 == 1)
            {
                await peer.Send(Connect("r"));
                await peer.ReadPacket();
            }

            await peer.SendBytes(Damage(RawPeer.Hex(Seeds[random.Next(Seeds.Length)]), random));
            peer.Drop();
            await peer.Serving.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.True(broker.Log.Errors.IsEmpty, $"WILDCAM_SEED={_seed}, round {round}");
        }

        await good.Send("C0 00");
        await good.Expect("D0 00");
    }

    [Fact]
    public void A_stream_of_messages_on_known_topics_allocates_nothing()
    {
        var bytes = RawPeer.Hex("32 09 0003 612F62 1234 7879");
        var topics = new TopicCache(64);
        void Read()
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MqttFrame.TryRead(ref buffer, PacketBytesMax, out var frame);
            PublishPacket.Read(frame, MqttVersion.V311, topics, MqttPropertyPlace.PublishToServer);
        }

        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Read();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static string Connect(string clientId) =>
        RawPeer.Packet("10", "0004 4D515454 04 02 003C", RawPeer.Field(clientId));

    static string Outcome(ReadOnlySequence<byte> buffer, MqttVersion version)
    {
        Assert.True(MqttFrame.TryRead(ref buffer, PacketBytesMax, out var frame));
        return Decode(frame, version, new TopicCache(64));
    }

    static string Decode(in MqttFrame frame, MqttVersion version, TopicCache topics)
    {
        switch (frame.Type)
        {
            case MqttPacketType.Connect:
                var connect = ConnectPacket.Read(frame);
                return $"{connect.Version} {connect.ClientId} {connect.Will?.Topic} {connect.UserName}";
            case MqttPacketType.ConnAck:
                return ConnAckPacket.Read(frame, version).Reason.ToString();
            case MqttPacketType.Publish:
                var message = PublishPacket.Read(frame, version, topics, MqttPropertyPlace.PublishToServer);
                return $"{message.Topic} {Convert.ToHexString(message.Payload.ToArray())} {message.PacketId}";
            case MqttPacketType.PubAck:
                return PubAckPacket.Read(frame, version).ToString();
            case MqttPacketType.Subscribe:
                return string.Join(' ', SubscribePacket.Read(frame, version, 64, 8).Filters);
            case MqttPacketType.SubAck or MqttPacketType.UnsubAck:
                return string.Join(' ', SubAckPacket.Read(frame, version).Codes);
            case MqttPacketType.Unsubscribe:
                return string.Join(' ', UnsubscribePacket.Read(frame, version, 64, 8).Filters);
            case MqttPacketType.Disconnect:
                return DisconnectPacket.Read(frame, version).ToString();
            default:
                return frame.Type.ToString();
        }
    }

    static byte[] Damage(byte[] packet, Random random)
    {
        var bytes = packet.ToList();
        for (var i = random.Next(4); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    static int[] Cuts(int length, Random random) =>
        length == 0 ? [] : [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(length))];
}
