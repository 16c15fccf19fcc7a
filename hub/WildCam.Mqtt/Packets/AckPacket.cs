namespace WildCam.Mqtt;

/// <summary>PUBACK. MQTT 3.1.1 and 5.0, 3.4.</summary>
readonly record struct PubAckPacket(ushort PacketId, MqttReason Reason)
{
    /// <summary>Bytes of the longest PUBACK that this library sends: with a reason, without properties.</summary>
    public const int BytesMax = 5;

    public static PubAckPacket Read(in MqttFrame frame, MqttVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetId = MqttPacketId.Read(ref reader);
        var reason = MqttReason.Success;

        // MQTT 5.0, 3.4.2.1: reason and properties may be left out.
        if (version == MqttVersion.V5 && reader.Remaining > 0)
        {
            reason = (MqttReason)reader.ReadByte();
            if (reader.Remaining > 0)
            {
                MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.PubAck, null);
            }
        }

        reader.End();
        return new PubAckPacket(packetId, reason);
    }

    /// <summary>Writes it, returning its bytes. Version 3.1.1 has no reason: give Success.</summary>
    public int Write(Span<byte> target)
    {
        target[0] = (byte)MqttPacketType.PubAck << 4;
        target[2] = (byte)(PacketId >> 8);
        target[3] = (byte)PacketId;
        if (Reason == MqttReason.Success)
        {
            target[1] = 2;
            return 4;
        }

        target[1] = 3;
        target[4] = (byte)Reason;
        return 5;
    }
}

/// <summary>SUBACK and UNSUBACK. MQTT 3.1.1 and 5.0, 3.9 and 3.11. UNSUBACK of 3.1.1 has no codes.</summary>
sealed record SubAckPacket(ushort PacketId, IReadOnlyList<byte> Codes)
{
    public static SubAckPacket Read(in MqttFrame frame, MqttVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetId = MqttPacketId.Read(ref reader);
        if (version == MqttVersion.V5)
        {
            var place = frame.Type == MqttPacketType.SubAck ? MqttPropertyPlace.SubAck : MqttPropertyPlace.UnsubAck;
            MqttPropertyCodec.Read(ref reader, place, null);
        }

        var codes = new List<byte>(1);
        while (reader.Remaining > 0)
        {
            codes.Add(reader.ReadByte());
        }

        return new SubAckPacket(packetId, codes);
    }

    public byte[] ToBytes(MqttPacketType type, MqttVersion version)
    {
        var packet = new PacketBuilder();
        packet.UInt16(PacketId);
        if (version == MqttVersion.V5)
        {
            packet.Variable(0);
        }

        if (type == MqttPacketType.SubAck || version == MqttVersion.V5)
        {
            foreach (var code in Codes)
            {
                packet.Byte(code);
            }
        }

        return packet.ToPacket(type);
    }
}

/// <summary>DISCONNECT. MQTT 3.1.1 and 5.0, 3.14.</summary>
sealed record DisconnectPacket(MqttReason Reason, string? Text = null, uint? SessionExpirySeconds = null)
{
    public static DisconnectPacket Read(in MqttFrame frame, MqttVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var properties = new MqttProperties();
        var reason = MqttReason.Success;
        if (version == MqttVersion.V5 && reader.Remaining > 0)
        {
            reason = (MqttReason)reader.ReadByte();
            if (reader.Remaining > 0)
            {
                MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.Disconnect, properties);
            }
        }

        reader.End();
        return new DisconnectPacket(reason, properties.ReasonText, properties.SessionExpirySeconds);
    }

    /// <summary>
    /// The packet; its text is left out where it would not fit the peer's limit. MQTT 5.0 [MQTT-3.14.2-3].
    /// </summary>
    public byte[] ToBytes(MqttVersion version, uint peerPacketBytesMax = uint.MaxValue)
    {
        var packet = new PacketBuilder();
        if (version == MqttVersion.V5 && (Reason != MqttReason.Success || Text is not null))
        {
            packet.Byte((byte)Reason);
            if (Text is not null)
            {
                MqttPropertyCodec.Write(packet, new MqttProperties { ReasonText = Text });
            }
        }

        var bytes = packet.ToPacket(MqttPacketType.Disconnect);
        return Text is null || bytes.Length <= peerPacketBytesMax
            ? bytes
            : new DisconnectPacket(Reason).ToBytes(version, peerPacketBytesMax);
    }
}
