namespace WildCam.Mqtt;

/// <summary>The server refused something, or the connection ended before it answered.</summary>
public sealed class MqttException : Exception
{
    public MqttException()
    {
    }

    public MqttException(string message) : base(message)
    {
    }

    public MqttException(string message, Exception? inner) : base(message, inner)
    {
    }

    public MqttException(MqttReason reason, string message) : base(message) => Reason = reason;

    /// <summary>What the server said; null where it said nothing, as when the connection broke.</summary>
    public MqttReason? Reason { get; }
}
