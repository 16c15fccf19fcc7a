namespace WildCam.Mqtt;

/// <summary>The limits of the listener. All of them hold for every client.</summary>
public sealed record MqttServerOptions
{
    /// <summary>
    /// Largest packet that is taken or sent, in bytes. A chunk of 16,384 bytes with its header (27), fixed header (5),
    /// topic (2 + 256) and packet identifier (2) is 16,676 bytes; 40 KB leaves room for the properties of version 5 and
    /// for a chunk twice as large.
    /// </summary>
    public int PacketBytesMax { get; init; } = 40 * 1024;

    /// <summary>From the accepted connection to its whole CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From a packet's first byte to its last: at 300 bytes a second a 16 KB chunk just makes it. Keep-alive alone does
    /// not stop a client that trickles.
    /// </summary>
    public TimeSpan PacketTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Keep-alive that counts for clients that ask for none or for more; half as long again and they are cut off.
    /// Version 5 is told (Server Keep Alive).
    /// </summary>
    public TimeSpan KeepAliveMax { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a client may leave unread what was sent to it, before it is cut off.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a closed connection may take to carry off its last bytes.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that wait to be sent, per connection; beyond it <c>TrySend</c> answers false.</summary>
    public int SendQueueBytesMax { get; init; } = 64 * 1024;

    /// <summary>Packets that wait to be sent, per connection.</summary>
    public int SendQueuePacketsMax { get; init; } = 64;

    /// <summary>
    /// Messages of quality of service 1 sent to a client and not acknowledged by it; the lower Receive Maximum of a
    /// version 5 client counts.
    /// </summary>
    public int SendInFlightMax { get; init; } = 32;

    /// <summary>
    /// Messages of quality of service 1 taken from a client and not acknowledged to it. Version 5 is told and closed
    /// beyond it; version 3.1.1 is read no further until one is acknowledged.
    /// </summary>
    public ushort ReceiveMaximum { get; init; } = 256;

    /// <summary>Filters per connection, and per SUBSCRIBE.</summary>
    public int SubscriptionsMax { get; init; } = 16;

    /// <summary>Longest topic and filter, in bytes of UTF-8.</summary>
    public int TopicBytesMax { get; init; } = 256;

    /// <summary>Longest client identifier, in characters; the standard asks for 23 at least.</summary>
    public int ClientIdCharsMax { get; init; } = 128;

    /// <summary>Connections at one time; further ones are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Throws where a limit makes no sense; call it at start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the option, its value and its bounds.</exception>
    public void Validate()
    {
        Check(PacketBytesMax, nameof(PacketBytesMax), 1024, MqttFrame.RemainingBytesMax);
        Check(SendQueueBytesMax, nameof(SendQueueBytesMax), 1024, int.MaxValue / 4);
        Check(SendQueuePacketsMax, nameof(SendQueuePacketsMax), 1, 65_535);
        Check(SendInFlightMax, nameof(SendInFlightMax), 1, 1024);
        Check(ReceiveMaximum, nameof(ReceiveMaximum), 1, 65_535);
        Check(SubscriptionsMax, nameof(SubscriptionsMax), 1, 1024);
        Check(TopicBytesMax, nameof(TopicBytesMax), 16, 65_535);
        Check(ClientIdCharsMax, nameof(ClientIdCharsMax), 23, 65_535);
        Check(ConnectionsMax, nameof(ConnectionsMax), 1, int.MaxValue);
        Check(KeepAliveMax.TotalSeconds, nameof(KeepAliveMax), 1, ushort.MaxValue);
        Check(ConnectTimeout.TotalSeconds, nameof(ConnectTimeout), 0.1, 3600);
        Check(PacketTimeout.TotalSeconds, nameof(PacketTimeout), 0.1, 3600);
        Check(WriteTimeout.TotalSeconds, nameof(WriteTimeout), 0.1, 3600);
        Check(CloseTimeout.TotalSeconds, nameof(CloseTimeout), 0.1, 3600);
    }

    static void Check(double value, string name, double min, double max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {min} to {max}.");
        }
    }
}
