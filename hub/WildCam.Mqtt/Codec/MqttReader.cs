using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WildCam.Mqtt;

/// <summary>Reads the fields of one packet's body (MQTT 3.1.1 and 5.0, 1.5), over the pipe's own segments.</summary>
ref struct MqttReader(in ReadOnlySequence<byte> body)
{
    // Throws on ill-formed UTF-8 and keeps a byte order mark. MQTT 3.1.1 [MQTT-1.5.3-1], [MQTT-1.5.3-3].
    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    SequenceReader<byte> _reader = new(body);

    public readonly long Remaining => _reader.Remaining;

    public byte ReadByte() => _reader.TryRead(out var value) ? value : throw Short();

    public ushort ReadUInt16()
    {
        if (_reader.UnreadSpan.Length >= 2)
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(_reader.UnreadSpan);
            _reader.Advance(2);
            return value;
        }

        return (ushort)((ReadByte() << 8) | ReadByte());
    }

    public uint ReadUInt32() => ((uint)ReadUInt16() << 16) | ReadUInt16();

    /// <summary>A variable byte integer. MQTT 5.0, 1.5.5.</summary>
    public int ReadVariable()
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = ReadByte();
            value |= (digit & 0x7F) << (7 * i);
            if ((digit & 0x80) == 0)
            {
                return digit != 0 || i == 0
                    ? value
                    : throw new MqttProtocolException(
                        MqttReason.MalformedPacket, "A variable byte integer has more bytes than it needs.");
            }
        }

        throw new MqttProtocolException(
            MqttReason.MalformedPacket, "A variable byte integer has more than four bytes.");
    }

    /// <summary>The next bytes, where they lie.</summary>
    public ReadOnlySequence<byte> ReadBytes(int count)
    {
        if (_reader.Remaining < count)
        {
            throw Short();
        }

        var bytes = _reader.UnreadSequence.Slice(0, count);
        _reader.Advance(count);
        return bytes;
    }

    /// <summary>All that is left.</summary>
    public ReadOnlySequence<byte> ReadRest()
    {
        var rest = _reader.UnreadSequence;
        _reader.AdvanceToEnd();
        return rest;
    }

    /// <summary>Binary data with its two-byte length, copied.</summary>
    public byte[] ReadBinary() => ReadBytes(ReadUInt16()).ToArray();

    /// <summary>Binary data with its two-byte length, not kept.</summary>
    public void SkipBinary() => ReadBytes(ReadUInt16());

    /// <summary>A UTF-8 string with its two-byte length.</summary>
    public string ReadString()
    {
        var bytes = ReadBytes(ReadUInt16());
        if (bytes.IsEmpty)
        {
            return "";
        }

        try
        {
            return CheckText(
                bytes.IsSingleSegment ? StrictUtf8.GetString(bytes.FirstSpan) : StrictUtf8.GetString(bytes.ToArray()));
        }
        catch (DecoderFallbackException)
        {
            throw new MqttProtocolException(MqttReason.MalformedPacket, "A string is not well-formed UTF-8.");
        }
    }

    /// <summary>Everything must have been read: bytes behind the last field are malformed.</summary>
    public readonly void End()
    {
        if (_reader.Remaining != 0)
        {
            throw new MqttProtocolException(
                MqttReason.MalformedPacket, $"{_reader.Remaining} bytes stand behind the last field of a packet.");
        }
    }

    // MQTT 3.1.1 [MQTT-1.5.3-2], MQTT 5.0 [MQTT-1.5.4-2]: no U+0000 in a string.
    internal static string CheckText(string text) => text.Contains('\0')
        ? throw new MqttProtocolException(MqttReason.MalformedPacket, "A string has the character U+0000.")
        : text;

    static MqttProtocolException Short() => new(MqttReason.MalformedPacket, "A packet ends before its last field.");
}
