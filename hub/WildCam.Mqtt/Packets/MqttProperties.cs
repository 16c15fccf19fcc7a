namespace WildCam.Mqtt;

/// <summary>Where a property may stand. MQTT 5.0, table 2.4.</summary>
[Flags]
enum MqttPropertyPlace
{
    None = 0,
    Connect = 1,
    ConnAck = 1 << 1,
    PublishToServer = 1 << 2,
    PublishToClient = 1 << 3,
    Will = 1 << 4,
    PubAck = 1 << 5,
    Subscribe = 1 << 6,
    SubAck = 1 << 7,
    Unsubscribe = 1 << 8,
    UnsubAck = 1 << 9,
    Disconnect = 1 << 10,
    All = (1 << 11) - 1,
}

/// <summary>
/// The properties of version 5 that this library acts on; null where absent. The others are checked and passed over.
/// MQTT 5.0, 2.2.2.
/// </summary>
sealed class MqttProperties
{
    public uint? SessionExpirySeconds { get; set; }

    public string? AssignedClientId { get; set; }

    public ushort? ServerKeepAliveSeconds { get; set; }

    public string? AuthenticationMethod { get; set; }

    public string? ReasonText { get; set; }

    public ushort? ReceiveMaximum { get; set; }

    public ushort? TopicAliasMaximum { get; set; }

    public byte? MaximumQos { get; set; }

    public bool? RetainAvailable { get; set; }

    public uint? PacketBytesMax { get; set; }

    public bool? WildcardsAvailable { get; set; }

    public bool? SubscriptionIdsAvailable { get; set; }

    public bool? SharedSubscriptionsAvailable { get; set; }

    /// <summary>Whether a subscription identifier stood there.</summary>
    public bool HasSubscriptionId { get; set; }
}
