namespace WildCam.Mqtt;

/// <summary>How a client's connection ended.</summary>
/// <param name="Reason">What a version 5 server said in DISCONNECT; null where it said nothing.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Error">What broke, where something did.</param>
public sealed record MqttClosed(MqttReason? Reason, string Text, Exception? Error = null);
