using System.Text;

namespace WildCam.Mqtt;

/// <summary>One line of SUBSCRIBE: a filter and the quality of service asked for, 0 to 2.</summary>
readonly record struct MqttFilterRequest(string Filter, byte Qos);

/// <summary>SUBSCRIBE. MQTT 3.1.1 and 5.0, 3.8.</summary>
sealed record SubscribePacket(ushort PacketId, IReadOnlyList<MqttFilterRequest> Filters)
{
    public static SubscribePacket Read(in MqttFrame frame, MqttVersion version, int filterBytesMax, int filtersMax)
    {
        var reader = new MqttReader(frame.Body);
        var packetId = MqttPacketId.Read(ref reader);
        if (version == MqttVersion.V5)
        {
            var properties = new MqttProperties();
            MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.Subscribe, properties);
            if (properties.HasSubscriptionId)
            {
                // MQTT 5.0, 3.2.2.3.12: CONNACK said that they are not available.
                throw new MqttProtocolException(
                    MqttReason.SubscriptionIdentifiersNotSupported, "Subscription identifiers are not available.");
            }
        }

        var filters = new List<MqttFilterRequest>(1);
        do
        {
            var filter = MqttFilters.Read(ref reader, filterBytesMax, filters.Count, filtersMax);
            var options = reader.ReadByte();
            CheckOptions(filter, options, version);
            filters.Add(new MqttFilterRequest(filter, (byte)(options & 3)));
        }
        while (reader.Remaining > 0);
        return new SubscribePacket(packetId, filters);
    }

    public byte[] ToBytes(MqttVersion version)
    {
        var packet = new PacketBuilder();
        packet.UInt16(PacketId);
        if (version == MqttVersion.V5)
        {
            packet.Variable(0);
        }

        foreach (var (filter, qos) in Filters)
        {
            packet.Text(filter);
            packet.Byte(qos);
        }

        return packet.ToPacket(MqttPacketType.Subscribe, flags: 2);
    }

    // MQTT 3.1.1 [MQTT-3.8.3-4]: reserved bits are 0 and the quality of service is not 3. MQTT 5.0, 3.8.3.1: retain
    // handling is not 3, [MQTT-3.8.3-4]: no "no local" on a shared subscription, [MQTT-3.8.3-5]: reserved bits are 0.
    static void CheckOptions(string filter, byte options, MqttVersion version)
    {
        var reserved = version == MqttVersion.V5 ? 0xC0 : 0xFC;
        var isWrong = (options & reserved) != 0 || (options & 3) == 3 || (options & 0x30) == 0x30
            || ((options & 0x04) != 0 && filter.StartsWith("$share/", StringComparison.Ordinal));
        if (isWrong)
        {
            throw new MqttProtocolException(
                MqttReason.ProtocolError, $"The subscription options 0x{options:X2} are wrong.");
        }
    }
}

/// <summary>UNSUBSCRIBE. MQTT 3.1.1 and 5.0, 3.10.</summary>
sealed record UnsubscribePacket(ushort PacketId, IReadOnlyList<string> Filters)
{
    public static UnsubscribePacket Read(in MqttFrame frame, MqttVersion version, int filterBytesMax, int filtersMax)
    {
        var reader = new MqttReader(frame.Body);
        var packetId = MqttPacketId.Read(ref reader);
        if (version == MqttVersion.V5)
        {
            MqttPropertyCodec.Read(ref reader, MqttPropertyPlace.Unsubscribe, null);
        }

        var filters = new List<string>(1);
        do
        {
            filters.Add(MqttFilters.Read(ref reader, filterBytesMax, filters.Count, filtersMax));
        }
        while (reader.Remaining > 0);
        return new UnsubscribePacket(packetId, filters);
    }

    public byte[] ToBytes(MqttVersion version)
    {
        var packet = new PacketBuilder();
        packet.UInt16(PacketId);
        if (version == MqttVersion.V5)
        {
            packet.Variable(0);
        }

        foreach (var filter in Filters)
        {
            packet.Text(filter);
        }

        return packet.ToPacket(MqttPacketType.Unsubscribe, flags: 2);
    }
}

/// <summary>What SUBSCRIBE and UNSUBSCRIBE have in common.</summary>
static class MqttFilters
{
    // [MQTT-3.8.3-3], [MQTT-3.10.3-2]: at least one filter; a body without one ends before its last field.
    public static string Read(ref MqttReader reader, int filterBytesMax, int count, int countMax)
    {
        if (count == countMax)
        {
            throw new MqttProtocolException(
                MqttReason.QuotaExceeded, $"A packet has more filters than SubscriptionsMax ({countMax}).");
        }

        if (reader.Remaining == 0)
        {
            throw new MqttProtocolException(MqttReason.ProtocolError, "A subscription has no filter.");
        }

        var filter = reader.ReadString();
        if (Encoding.UTF8.GetByteCount(filter) > filterBytesMax || !MqttTopic.IsFilter(filter))
        {
            throw new MqttProtocolException(
                MqttReason.TopicFilterInvalid,
                $"A filter is empty, misplaces a wildcard, or is over TopicBytesMax ({filterBytesMax} bytes).");
        }

        return filter;
    }
}

/// <summary>Packet identifiers. MQTT 3.1.1 and 5.0, 2.</summary>
static class MqttPacketId
{
    // MQTT 3.1.1 [MQTT-2.3.1-1], MQTT 5.0 [MQTT-2.2.1-3]: not 0.
    public static ushort Read(ref MqttReader reader) => reader.ReadUInt16() is var id and not 0
        ? id
        : throw new MqttProtocolException(MqttReason.ProtocolError, "A packet identifier is 0.");
}
