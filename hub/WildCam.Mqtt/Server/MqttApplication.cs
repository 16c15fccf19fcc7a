using System.Buffers;
using System.Net;

namespace WildCam.Mqtt;

/// <summary>Protocol levels of CONNECT that the listener speaks.</summary>
public enum MqttVersion : byte
{
    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V5 = 5,
}

/// <summary>Quality of service; 2 is not offered.</summary>
public enum MqttQos : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
}

/// <summary>The last will of a connection.</summary>
public sealed record MqttWill(string Topic, byte[] Payload, MqttQos Qos, bool Retain);

/// <summary>
/// What a client says in CONNECT. The user name, never the client id, is its identity. The password is there until the
/// client is admitted.
/// </summary>
public sealed record MqttConnectRequest(
    MqttVersion Version,
    string ClientId,
    string? UserName,
    byte[]? Password,
    ushort KeepAliveSeconds,
    bool CleanStart,
    MqttWill? Will,
    EndPoint? Remote,
    bool IsTls);

/// <summary>What the application answers to a CONNECT.</summary>
public enum MqttAdmission
{
    Accepted,
    BadCredentials,
    NotAuthorized,
    ServerBusy,
    ServerUnavailable,
}

/// <summary>What the application says of a PUBLISH that came.</summary>
public enum MqttVerdict
{
    /// <summary>Taken: acknowledge at once.</summary>
    Acknowledge,

    /// <summary>
    /// Taken into work: the application calls <see cref="MqttServerConnection.Acknowledge(ushort)"/>.
    /// </summary>
    AcknowledgeLater,

    /// <summary>Not authorized for this topic: version 5 gets reason 0x87, version 3.1.1 is closed.</summary>
    Refuse,

    /// <summary>Close the connection, unacknowledged.</summary>
    Close,
}

/// <summary>A PUBLISH that came. The payload is valid until the call that it was passed to returns.</summary>
public readonly struct MqttPublication(
    string topic, ReadOnlySequence<byte> payload, MqttQos qos, ushort packetId, bool isDuplicate, bool isRetained)
{
    public string Topic { get; } = topic;

    public ReadOnlySequence<byte> Payload { get; } = payload;

    public MqttQos Qos { get; } = qos;

    /// <summary>Packet identifier; 0 for quality of service 0.</summary>
    public ushort PacketId { get; } = packetId;

    public bool IsDuplicate { get; } = isDuplicate;

    public bool IsRetained { get; } = isRetained;
}

/// <summary>
/// What a server does with the messages of its clients. One call at a time per connection, in the order of the wire;
/// the connection reads on when the call returns, so it must not wait on storage.
/// </summary>
public interface IMqttApplication
{
    /// <summary>Checks a CONNECT's credentials.</summary>
    ValueTask<MqttAdmission> AdmitAsync(MqttServerConnection connection, CancellationToken cancellationToken);

    /// <summary>Whether the client may subscribe to this filter; a refused one is answered with 0x80 or 0x87.</summary>
    bool MaySubscribe(MqttServerConnection connection, string filter);

    /// <summary>A message of the client.</summary>
    ValueTask<MqttVerdict> ReceiveAsync(
        MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken);

    /// <summary>
    /// An admitted connection ended. <paramref name="will"/> is given where the standard would publish it: no
    /// DISCONNECT came, or one that asked for it.
    /// </summary>
    ValueTask ClosedAsync(MqttServerConnection connection, MqttWill? will, CancellationToken cancellationToken);
}
