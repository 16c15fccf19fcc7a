namespace WildCam.Mqtt;

/// <summary>CONNACK. MQTT 3.1.1 and 5.0, 3.2. There are no sessions, so Session Present is never sent.</summary>
sealed record ConnAckPacket(MqttReason Reason, bool SessionPresent = false)
{
    public MqttProperties Properties { get; init; } = new();

    public static ConnAckPacket Read(in MqttFrame frame, MqttVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var flags = reader.ReadByte();
        if ((flags & 0xFE) != 0)
        {
            // MQTT 5.0 [MQTT-3.2.2-1].
            throw new MqttProtocolException(
                MqttReason.MalformedPacket, $"The flags 0x{flags:X2} of CONNACK are wrong.");
        }

        var code = reader.ReadByte();
        var properties = new MqttProperties();

        // A server that does not speak version 5 answers in the form of 3.1.1, without properties.
        if (version == MqttVersion.V5 && reader.Remaining > 0)
        {
            MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.ConnAck, properties);
        }

        reader.End();
        var reason = version == MqttVersion.V5 && code is 0 or >= 0x80
            ? (MqttReason)code
            : MqttReturnCode.ToReason(code);
        return new ConnAckPacket(reason, (flags & 1) != 0) { Properties = properties };
    }

    public byte[] ToBytes(MqttVersion version)
    {
        var packet = new PacketBuilder();
        packet.Byte(SessionPresent ? (byte)1 : (byte)0);
        packet.Byte(version == MqttVersion.V5 ? (byte)Reason : MqttReturnCode.From(Reason));
        if (version == MqttVersion.V5)
        {
            MqttPropertyCodec.Write(packet, Properties);
        }

        return packet.ToPacket(MqttPacketType.ConnAck);
    }
}
