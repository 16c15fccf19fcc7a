namespace WildCam.Mqtt;

/// <summary>CONNECT. MQTT 3.1.1 and 5.0, 3.1.</summary>
sealed record ConnectPacket
{
    public required MqttVersion Version { get; init; }

    public string ClientId { get; init; } = "";

    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    public ushort KeepAliveSeconds { get; init; }

    public bool CleanStart { get; init; } = true;

    public MqttWill? Will { get; init; }

    /// <summary>The will's quality of service as asked for, 0 to 2.</summary>
    public byte WillQos { get; init; }

    public MqttProperties Properties { get; init; } = new();

    public static ConnectPacket Read(in MqttFrame frame)
    {
        var reader = new MqttReader(frame.Body);
        var version = ReadVersion(ref reader);
        var flags = reader.ReadByte();
        CheckFlags(flags, version);
        var keepAlive = reader.ReadUInt16();
        var properties = new MqttProperties();
        if (version == MqttVersion.V5)
        {
            MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.Connect, properties);
        }

        var clientId = reader.ReadString();
        var willQos = (byte)((flags >> 3) & 3);
        MqttWill? will = null;
        if ((flags & 0x04) != 0)
        {
            will = ReadWill(ref reader, version, willQos, retain: (flags & 0x20) != 0);
        }

        var packet = new ConnectPacket
        {
            Version = version,
            ClientId = clientId,
            KeepAliveSeconds = keepAlive,
            CleanStart = (flags & 0x02) != 0,
            Properties = properties,
            Will = will,
            WillQos = willQos,
            UserName = (flags & 0x80) != 0 ? reader.ReadString() : null,
            Password = (flags & 0x40) != 0 ? reader.ReadBinary() : null,
        };
        reader.End();
        return packet;
    }

    public byte[] ToBytes()
    {
        var packet = new PacketBuilder();
        packet.Text("MQTT");
        packet.Byte((byte)Version);
        packet.Byte((byte)(
            (UserName is null ? 0 : 0x80) | (Password is null ? 0 : 0x40) | (CleanStart ? 0x02 : 0)
            | (Will is null ? 0 : 0x04 | ((byte)Will.Qos << 3) | (Will.Retain ? 0x20 : 0))));
        packet.UInt16(KeepAliveSeconds);
        if (Version == MqttVersion.V5)
        {
            MqttPropertyCodec.Write(packet, Properties);
        }

        packet.Text(ClientId);
        if (Will is not null)
        {
            if (Version == MqttVersion.V5)
            {
                packet.Variable(0);
            }

            packet.Text(Will.Topic);
            packet.Binary(Will.Payload);
        }

        if (UserName is not null)
        {
            packet.Text(UserName);
        }

        if (Password is not null)
        {
            packet.Binary(Password);
        }

        return packet.ToPacket(MqttPacketType.Connect);
    }

    // MQTT 3.1.1 [MQTT-3.1.2-1], [MQTT-3.1.2-2]: another name closes, another level is answered first.
    static MqttVersion ReadVersion(ref MqttReader reader)
    {
        if (reader.ReadUInt16() != 4 || reader.ReadUInt32() != 0x4D515454)
        {
            throw new MqttProtocolException(MqttReason.ProtocolError, "The protocol name of CONNECT is not MQTT.");
        }

        var level = reader.ReadByte();
        return level is 4 or 5
            ? (MqttVersion)level
            : throw new MqttProtocolException(
                MqttReason.UnsupportedProtocolVersion, $"Protocol level {level} is neither 4 (3.1.1) nor 5.");
    }

    static void CheckFlags(byte flags, MqttVersion version)
    {
        // [MQTT-3.1.2-3]: the reserved flag is 0. [MQTT-3.1.2-11], [MQTT-3.1.2-13], [MQTT-3.1.2-15]: without a will its
        // quality of service and retain flag are 0. [MQTT-3.1.2-14]: its quality of service is not 3.
        var hasWill = (flags & 0x04) != 0;
        var isWrong = (flags & 0x01) != 0 || (!hasWill && (flags & 0x38) != 0) || (flags & 0x18) == 0x18;

        // MQTT 3.1.1 [MQTT-3.1.2-22]: no password without a user name. Version 5 allows it.
        isWrong |= version == MqttVersion.V311 && (flags & 0xC0) == 0x40;
        if (isWrong)
        {
            throw new MqttProtocolException(
                MqttReason.MalformedPacket, $"The flags 0x{flags:X2} of CONNECT are wrong.");
        }
    }

    static MqttWill ReadWill(ref MqttReader reader, MqttVersion version, byte qos, bool retain)
    {
        if (version == MqttVersion.V5)
        {
            MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.Will, null);
        }

        var topic = reader.ReadString();
        if (!MqttTopic.IsName(topic))
        {
            throw new MqttProtocolException(
                MqttReason.TopicNameInvalid, "The topic of the will is empty or has a wildcard.");
        }

        return new MqttWill(topic, reader.ReadBinary(), qos == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce, retain);
    }
}
