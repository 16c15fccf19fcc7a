using System.Buffers;
using System.Globalization;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>The fixed header and its remaining length. MQTT 3.1.1, 2.2; MQTT 5.0, 2.1 and 1.5.5.</summary>
public sealed class FrameTests
{
    [Theory(DisplayName = "2.2.3: the remaining length at its borders")]
    [InlineData("00", 0)]
    [InlineData("7F", 127)]
    [InlineData("8001", 128)]
    [InlineData("FF7F", 16_383)]
    [InlineData("808001", 16_384)]
    [InlineData("FFFF7F", 2_097_151)]
    [InlineData("80808001", 2_097_152)]
    public void Remaining_lengths(string hex, int length)
    {
        byte[] bytes = [0x30, .. Convert.FromHexString(hex), .. new byte[length]];
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(MqttFrame.TryRead(ref buffer, int.MaxValue, out var frame));
        Assert.Equal((length, 0), ((int)frame.Body.Length, (int)buffer.Length));

        var written = new byte[4];
        Assert.Equal(hex, Convert.ToHexString(written.AsSpan(0, PublishWriter.WriteVariable(written, length))));

        // One byte less is not yet a packet, wherever the bytes are cut.
        var less = Fragments.Of(bytes[..^1], 1, 2);
        Assert.False(MqttFrame.TryRead(ref less, int.MaxValue, out _));
    }

    [Theory(DisplayName = "2.2.3: five bytes, or more than needed, are malformed")]
    [InlineData("30 FFFFFFFF")]
    [InlineData("30 8080808001")]
    [InlineData("30 8000")]
    [InlineData("30 FF8000")]
    public void Bad_lengths(string hex)
    {
        var bytes = RawPeer.Hex(hex);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var buffer = Fragments.Of(bytes, cut);
            var e = Assert.Throws<MqttProtocolException>(() => MqttFrame.TryRead(ref buffer, int.MaxValue, out _));
            Assert.Equal(MqttReason.MalformedPacket, e.Reason);
        }
    }

    [Fact(DisplayName = "A packet over PacketBytesMax is refused at its header, one of that size is taken")]
    public void Size_is_limited()
    {
        byte[] head = [0x30, 0xFE, 0x07]; // 1,022 bytes follow
        var exact = new ReadOnlySequence<byte>([.. head, .. new byte[1022]]);
        Assert.True(MqttFrame.TryRead(ref exact, 1025, out _));
        var e = Assert.Throws<MqttProtocolException>(() =>
        {
            var buffer = new ReadOnlySequence<byte>(head);
            MqttFrame.TryRead(ref buffer, 1024, out _);
        });
        Assert.Equal(MqttReason.PacketTooLarge, e.Reason);
        Assert.Contains("1025 bytes is over PacketBytesMax (1024 bytes)", e.Message, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "[MQTT-2.2.2-2] Every wrong flag of every type is refused at the first byte")]
    public void Flags_are_checked()
    {
        int[] required = [-1, 0, 0, -2, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0];
        for (var first = 0; first < 256; first++)
        {
            var rule = required[first >> 4];
            var isRight = rule == -2 || rule == (first & 15);
            var buffer = new ReadOnlySequence<byte>([(byte)first]);
            var e = Record.Exception(() => MqttFrame.TryRead(ref buffer, 100, out _));
            Assert.True(
                isRight ? e is null : e is MqttProtocolException, first.ToString("X2", CultureInfo.InvariantCulture));
        }
    }
}
