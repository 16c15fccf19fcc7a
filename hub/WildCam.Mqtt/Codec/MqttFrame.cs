using System.Buffers;

namespace WildCam.Mqtt;

/// <summary>One control packet: its fixed header, and the rest as it lies in the pipe.</summary>
public readonly struct MqttFrame(byte header, ReadOnlySequence<byte> body)
{
    /// <summary>Bytes of the longest fixed header: type and flags, and four of remaining length.</summary>
    public const int HeaderBytesMax = 5;

    /// <summary>Largest remaining length that the standard can express, in bytes (2.2.3): 268,435,455.</summary>
    public const int RemainingBytesMax = 0x0FFF_FFFF;

    // The flags that each type must carry (table 2.2); 0xFF marks PUBLISH, whose flags have meaning.
    static ReadOnlySpan<byte> RequiredFlags => [0, 0, 0, 0xFF, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0];

    public MqttPacketType Type => (MqttPacketType)(header >> 4);

    public byte Flags => (byte)(header & 0x0F);

    /// <summary>Variable header and payload.</summary>
    public ReadOnlySequence<byte> Body { get; } = body;

    /// <summary>
    /// Takes the first whole packet off the buffer. False where more bytes are needed; the header alone is enough to
    /// refuse a packet, so nothing is gathered for one that is too large.
    /// </summary>
    /// <exception cref="MqttProtocolException">Reserved type, wrong flags, bad length, or over the limit.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int packetBytesMax, out MqttFrame frame)
    {
        frame = default;
        Span<byte> head = stackalloc byte[HeaderBytesMax];
        var first = buffer.FirstSpan;
        scoped ReadOnlySpan<byte> header = first;
        if (first.Length < HeaderBytesMax && !buffer.IsSingleSegment)
        {
            var count = (int)Math.Min(buffer.Length, HeaderBytesMax);
            buffer.Slice(0, count).CopyTo(head);
            header = head[..count];
        }

        if (header.IsEmpty)
        {
            return false;
        }

        CheckType(header[0]);
        if (!TryReadLength(header[1..], out var remaining, out var lengthBytes))
        {
            return false;
        }

        var headerBytes = 1 + lengthBytes;
        if (remaining > packetBytesMax - headerBytes)
        {
            throw new MqttProtocolException(
                MqttReason.PacketTooLarge,
                $"A packet of {(long)remaining + headerBytes} bytes is over PacketBytesMax ({packetBytesMax} bytes).");
        }

        if (buffer.Length < headerBytes + remaining)
        {
            return false;
        }

        frame = new MqttFrame(header[0], buffer.Slice(headerBytes, remaining));
        buffer = buffer.Slice(headerBytes + remaining);
        return true;
    }

    // MQTT 3.1.1 [MQTT-2.2.2-2], MQTT 5.0 [MQTT-2.1.3-1]: other flags than the required ones close the connection.
    static void CheckType(byte header)
    {
        var required = RequiredFlags[header >> 4];
        if (header >> 4 == 0)
        {
            throw new MqttProtocolException(MqttReason.MalformedPacket, "Packet type 0 is reserved.");
        }

        if (required != 0xFF && (header & 0x0F) != required)
        {
            throw new MqttProtocolException(
                MqttReason.MalformedPacket,
                $"{(MqttPacketType)(header >> 4)} has the flags {header & 0x0F}, not {required}.");
        }
    }

    // MQTT 3.1.1, 2.2.3; MQTT 5.0, 1.5.5 [MQTT-1.5.5-1]: at most four bytes. An encoding longer than needed is
    // refused too: version 5 forbids it, and no known client of 3.1.1 sends it.
    static bool TryReadLength(scoped ReadOnlySpan<byte> bytes, out int value, out int count)
    {
        value = 0;
        for (count = 0; count < 4;)
        {
            if (count == bytes.Length)
            {
                return false;
            }

            var digit = bytes[count];
            value |= (digit & 0x7F) << (7 * count);
            count++;
            if ((digit & 0x80) == 0)
            {
                return digit != 0 || count == 1
                    ? true
                    : throw new MqttProtocolException(
                        MqttReason.MalformedPacket, "The remaining length has more bytes than it needs.");
            }
        }

        throw new MqttProtocolException(MqttReason.MalformedPacket, "The remaining length has more than four bytes.");
    }
}
