using System.Buffers;

namespace WildCam.Mqtt;

/// <summary>One client's connection to the listener.</summary>
public sealed class MqttServerConnection
{
    /// <summary>Number of the connection in this process, ascending.</summary>
    public long Id { get; }

    /// <summary>What the client said in CONNECT.</summary>
    public MqttConnectRequest Request { get; } = null!;

    /// <summary>The application's own data about this connection.</summary>
    public object? State { get; set; }

    /// <summary>Fires when the connection is closed, for whatever reason.</summary>
    public CancellationToken Closed { get; }

    /// <summary>
    /// Sends a message if the client subscribed to a filter that matches. False where it did not, or where the
    /// connection's bounded send queue is full or closed: nothing is buffered beyond it.
    /// </summary>
    public bool TrySend(string topic, ReadOnlySpan<byte> payload, MqttQos qos) =>
        throw new NotSupportedException(topic);

    /// <summary>Acknowledges a publication that was answered with <see cref="MqttVerdict.AcknowledgeLater"/>.</summary>
    public void Acknowledge(ushort packetId) => throw new NotSupportedException();

    /// <summary>Closes the connection; version 5 clients are told why.</summary>
    public void Abort(string reason) => throw new NotSupportedException(reason);
}
