using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WildCam.Mqtt;

/// <summary>
/// Gathers the fields of a packet that is sent rarely; PUBLISH and PUBACK are written in place instead.
/// </summary>
sealed class PacketBuilder
{
    readonly ArrayBufferWriter<byte> _body = new(64);

    public int Count => _body.WrittenCount;

    public ReadOnlySpan<byte> Written => _body.WrittenSpan;

    public void Byte(byte value) => _body.Write([value]);

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_body.GetSpan(2), value);
        _body.Advance(2);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_body.GetSpan(4), value);
        _body.Advance(4);
    }

    public void Variable(int value)
    {
        var count = PublishWriter.WriteVariable(_body.GetSpan(4), value);
        _body.Advance(count);
    }

    public void Text(string value)
    {
        UInt16(checked((ushort)Encoding.UTF8.GetByteCount(value)));
        Encoding.UTF8.GetBytes(value, _body);
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        UInt16(checked((ushort)value.Length));
        _body.Write(value);
    }

    public void Raw(ReadOnlySpan<byte> value) => _body.Write(value);

    /// <summary>The whole packet: type and flags, remaining length, what was gathered.</summary>
    public byte[] ToPacket(MqttPacketType type, byte flags = 0)
    {
        Span<byte> head = stackalloc byte[MqttFrame.HeaderBytesMax];
        head[0] = (byte)(((byte)type << 4) | flags);
        var headBytes = 1 + PublishWriter.WriteVariable(head[1..], Count);
        var packet = new byte[headBytes + Count];
        head[..headBytes].CopyTo(packet);
        Written.CopyTo(packet.AsSpan(headBytes));
        return packet;
    }
}
