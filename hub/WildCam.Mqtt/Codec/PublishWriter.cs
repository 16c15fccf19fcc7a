using System.Buffers.Binary;
using System.Text;

namespace WildCam.Mqtt;

/// <summary>Writes a PUBLISH in place, after its size is known. MQTT 3.1.1 and 5.0, 3.3.</summary>
readonly struct PublishWriter
{
    readonly string _topic;
    readonly int _topicBytes;
    readonly int _remaining;
    readonly MqttQos _qos;
    readonly MqttVersion _version;

    public PublishWriter(string topic, int payloadBytes, MqttQos qos, MqttVersion version)
    {
        _topic = topic;
        _topicBytes = Encoding.UTF8.GetByteCount(topic);
        _qos = qos;
        _version = version;
        _remaining = 2 + _topicBytes + (qos == MqttQos.AtMostOnce ? 0 : 2)
            + (version == MqttVersion.V5 ? 1 : 0) + payloadBytes;
        Bytes = 1 + VariableBytes(_remaining) + _remaining;
    }

    /// <summary>Bytes of the whole packet.</summary>
    public int Bytes { get; }

    /// <summary>Where the packet identifier stands, for one that is given later; quality of service 1 only.</summary>
    public int PacketIdOffset => 1 + VariableBytes(_remaining) + 2 + _topicBytes;

    public void Write(Span<byte> target, ushort packetId, ReadOnlySpan<byte> payload, bool retain = false)
    {
        target[0] = (byte)(((byte)MqttPacketType.Publish << 4) | ((byte)_qos << 1) | (retain ? 1 : 0));
        var at = 1 + WriteVariable(target[1..], _remaining);
        BinaryPrimitives.WriteUInt16BigEndian(target[at..], (ushort)_topicBytes);
        at += 2;
        at += Encoding.UTF8.GetBytes(_topic, target[at..]);
        if (_qos != MqttQos.AtMostOnce)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[at..], packetId);
            at += 2;
        }

        if (_version == MqttVersion.V5)
        {
            target[at++] = 0;
        }

        payload.CopyTo(target[at..]);
    }

    /// <summary>Writes a variable byte integer; returns its bytes, 1 to 4.</summary>
    public static int WriteVariable(Span<byte> target, int value)
    {
        var count = 0;
        do
        {
            var digit = (byte)(value & 0x7F);
            value >>= 7;
            target[count++] = value > 0 ? (byte)(digit | 0x80) : digit;
        }
        while (value > 0);
        return count;
    }

    static int VariableBytes(int value) => value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}
