namespace WildCam.Mqtt;

/// <summary>
/// Bytes that break the standard or a limit. The one exception that decoding throws; whoever reads closes the
/// connection with <see cref="Reason"/>.
/// </summary>
public sealed class MqttProtocolException(MqttReason reason, string message) : Exception(message)
{
    public MqttProtocolException() : this(MqttReason.ProtocolError, "The peer broke the protocol.")
    {
    }

    public MqttProtocolException(string message) : this(MqttReason.ProtocolError, message)
    {
    }

    public MqttProtocolException(string message, Exception _) : this(MqttReason.ProtocolError, message)
    {
    }

    /// <summary>What a version 5 peer is told.</summary>
    public MqttReason Reason { get; } = reason;
}
