namespace WildCam.Mqtt;

/// <summary>Control packet types. MQTT 3.1.1 and 5.0, table 2.1.</summary>
public enum MqttPacketType : byte
{
    Reserved = 0,
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,

    /// <summary>Version 5 only; this end never offers enhanced authentication.</summary>
    Auth = 15,
}
