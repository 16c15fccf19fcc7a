using System.Security.Cryptography.X509Certificates;

namespace WildCam.Mqtt;

/// <summary>How a client connects, and its limits.</summary>
public sealed record MqttClientOptions
{
    public string Host { get; init; } = "localhost";

    public int Port { get; init; } = 1883;

    public MqttVersion Version { get; init; } = MqttVersion.V311;

    /// <summary>Client identifier; empty lets the server choose one.</summary>
    public string ClientId { get; init; } = "";

    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    /// <summary>Keep-alive in seconds; 0 sends no pings. Version 5's server may change it.</summary>
    public ushort KeepAliveSeconds { get; init; } = 60;

    public bool CleanStart { get; init; } = true;

    public MqttWill? Will { get; init; }

    /// <summary>Whether to speak TLS before MQTT.</summary>
    public bool UseTls { get; init; }

    /// <summary>The one authority that is trusted over TLS, in place of the machine's.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>Name that the server's certificate must carry; <see cref="Host"/> where null.</summary>
    public string? TlsName { get; init; }

    /// <summary>From the first packet to the last of the handshake.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest packet that is taken, in bytes.</summary>
    public int PacketBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Unacknowledged messages of quality of service 1; the lower Receive Maximum of version 5 counts.
    /// </summary>
    public int InFlightMax { get; init; } = 64;

    /// <summary>Bytes that wait for the wire; beyond it a publish waits.</summary>
    public int SendQueueBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Called for every message that comes, one at a time, on the loop that reads. The payload is valid during the call
    /// only. A message of quality of service 1 is acknowledged when the call returns.
    /// </summary>
    public Action<MqttPublication>? Received { get; init; }

    /// <summary>The clock of keep-alive.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
