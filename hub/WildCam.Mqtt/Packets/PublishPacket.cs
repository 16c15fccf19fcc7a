namespace WildCam.Mqtt;

/// <summary>Reads PUBLISH. MQTT 3.1.1 and 5.0, 3.3.</summary>
static class PublishPacket
{
    /// <summary>Decodes without copying: the payload lies in the pipe, the topic comes from the cache.</summary>
    public static MqttPublication Read(
        in MqttFrame frame, MqttVersion version, TopicCache topics, MqttPropertyPlace place)
    {
        var qos = (frame.Flags >> 1) & 3;
        var isDuplicate = (frame.Flags & 8) != 0;
        CheckFlags(qos, isDuplicate);
        var reader = new MqttReader(frame.Body);
        var topicBytes = reader.ReadBytes(reader.ReadUInt16());
        var packetId = qos == 0 ? (ushort)0 : MqttPacketId.Read(ref reader);
        if (version == MqttVersion.V5)
        {
            MqttPropertyCodec.Read(ref reader, place, null);
        }

        return new MqttPublication(
            topics.Get(topicBytes), reader.ReadRest(), (MqttQos)qos, packetId, isDuplicate, (frame.Flags & 1) != 0);
    }

    static void CheckFlags(int qos, bool isDuplicate)
    {
        switch (qos)
        {
            case 3:
                // [MQTT-3.3.1-4].
                throw new MqttProtocolException(MqttReason.MalformedPacket, "A PUBLISH has quality of service 3.");
            case 2:
                // MQTT 5.0 [MQTT-3.2.2-11]: CONNACK said Maximum QoS 1. Version 3.1.1: see DEVIATIONS.md.
                throw new MqttProtocolException(MqttReason.QosNotSupported, "Quality of service 2 is not offered.");
            case 0 when isDuplicate:
                // [MQTT-3.3.1-2].
                throw new MqttProtocolException(
                    MqttReason.MalformedPacket, "A PUBLISH of quality of service 0 has the duplicate flag.");
        }
    }
}
