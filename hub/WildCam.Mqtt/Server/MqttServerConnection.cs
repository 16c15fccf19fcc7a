using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace WildCam.Mqtt;

/// <summary>
/// One client's connection to the listener: one loop that reads, and a face for the application that may be used from
/// any thread.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "The source has no timer, and its token outlives the connection.")]
public sealed partial class MqttServerConnection
{
    readonly MqttServer _server;
    readonly MqttServerOptions _options;
    readonly ConnectionContext _context;
    readonly MqttSender _sender;
    readonly MqttOutbox _outbox;
    readonly MqttSubscriptions _subscriptions;
    readonly TopicCache _topics;
    readonly CancellationTokenSource _closed = new();

    MqttConnectRequest? _request;
    MqttWill? _will;
    MqttReason _closeReason = MqttReason.Success;
    bool _isClosing;
    bool _isAdmitted;
    uint _peerPacketBytesMax = uint.MaxValue;

    // Messages taken and not acknowledged, and who waits for room among them. Under the gate.
    int _unacknowledged;
    TaskCompletionSource? _credit;

    // What the sweeper looks at; timestamps of the server's clock, 0 for "not now".
    readonly long _opened;
    long _lastPacket;
    long _partialSince;
    long _closingSince;
    TimeSpan _keepAlive;
    volatile bool _isReading;

    internal MqttServerConnection(MqttServer server, long id, ConnectionContext context)
    {
        _server = server;
        _options = server.Options;
        _context = context;
        Id = id;
        _sender = new MqttSender(context.Transport.Output, _options.SendQueueBytesMax, server.Time);
        _outbox = new MqttOutbox(_sender, _options);
        _subscriptions = new MqttSubscriptions(_options.SubscriptionsMax);
        _topics = new TopicCache(_options.TopicBytesMax);
        Closed = _closed.Token;
        _opened = _lastPacket = server.Time.GetTimestamp();
    }

    /// <summary>Number of the connection in this process, ascending.</summary>
    public long Id { get; }

    /// <summary>What the client said in CONNECT; with an assigned client identifier where it had none.</summary>
    /// <exception cref="InvalidOperationException">There was no CONNECT yet; no application sees that.</exception>
    public MqttConnectRequest Request => _request ?? throw new InvalidOperationException("CONNECT has not come yet.");

    /// <summary>The application's own data about this connection.</summary>
    public object? State { get; set; }

    /// <summary>Fires when the connection is closed, for whatever reason.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Why the connection is closed, for a log; null while it is open.</summary>
    public string? CloseText { get; private set; }

    /// <summary>
    /// Sends a message if the client subscribed to a filter that matches. False where it did not, or where the
    /// connection's bounded send queue is full or closed: nothing is buffered beyond it. True means queued, not
    /// received: the way may break behind it. The payload is copied. <paramref name="received"/> is called by the
    /// loop that reads, and must return at once, when the client acknowledges; never at quality of service 0.
    /// </summary>
    public bool TrySend(string topic, ReadOnlySpan<byte> payload, MqttQos qos, Action? received = null)
    {
        lock (_sender.Gate)
        {
            // MQTT 3.1.1 [MQTT-3.8.4-6]: the lower of the two qualities of service.
            return !_isClosing
                && _subscriptions.TryMatch(topic, out var granted)
                && _outbox.TrySend(topic, payload, qos < granted ? qos : granted, received);
        }
    }

    /// <summary>Whether a filter of the client covers the topic.</summary>
    public bool IsSubscribed(string topic)
    {
        lock (_sender.Gate)
        {
            return _subscriptions.TryMatch(topic, out _);
        }
    }

    /// <summary>Acknowledges a publication that was answered with <see cref="MqttVerdict.AcknowledgeLater"/>.</summary>
    public void Acknowledge(ushort packetId) => Acknowledge(packetId, MqttReason.Success);

    /// <summary>Closes the connection; version 5 clients are told why.</summary>
    public void Abort(string reason) => Close(MqttReason.AdministrativeAction, reason);

    /// <summary>Closes the connection with a reason code for version 5 clients.</summary>
    public void Abort(MqttReason reason, string text) => Close(reason, text);

    void Acknowledge(ushort packetId, MqttReason reason)
    {
        lock (_sender.Gate)
        {
            if (_unacknowledged > 0)
            {
                _unacknowledged--;
            }

            _credit?.TrySetResult();
            _credit = null;
            if (!_isClosing)
            {
                Span<byte> packet = stackalloc byte[PubAckPacket.BytesMax];
                var count = new PubAckPacket(packetId, reason).Write(packet);
                packet[..count].CopyTo(_sender.Append(count));
            }
        }
    }

    /// <summary>
    /// Begins to close; the first reason counts. The loop notices, sends what is gathered, and ends.
    /// </summary>
    internal void Close(MqttReason reason, string text)
    {
        lock (_sender.Gate)
        {
            if (_isClosing)
            {
                return;
            }

            _isClosing = true;
            _closeReason = reason;
            CloseText = text;
            Volatile.Write(ref _closingSince, _server.Time.GetTimestamp());

            // MQTT 5.0, 4.13: a DISCONNECT with the reason goes first; version 3.1.1 has none from a server.
            if (_isAdmitted && reason >= MqttReason.UnspecifiedError && Request.Version == MqttVersion.V5)
            {
                Append(new DisconnectPacket(reason, text).ToBytes(MqttVersion.V5, _peerPacketBytesMax));
            }
        }

        // Callbacks of the application must not run on the sweeper's or a caller's thread.
        _ = _closed.CancelAsync();
        _context.Transport.Input.CancelPendingRead();
    }

    /// <summary>Cuts off who overstays a deadline. Called by the server's one sweeper.</summary>
    internal void Sweep()
    {
        var time = _server.Time;
        if (Volatile.Read(ref _closingSince) is var closing and not 0)
        {
            if (time.GetElapsedTime(closing) > _options.CloseTimeout)
            {
                Cut();
            }
        }
        else if (_sender.Stalled > _options.WriteTimeout)
        {
            Close(MqttReason.Success, $"It did not read what was sent within WriteTimeout ({_options.WriteTimeout}).");
            Cut();
        }
        else if (_request is null)
        {
            if (_isReading && time.GetElapsedTime(_opened) > _options.ConnectTimeout)
            {
                Close(MqttReason.Success, $"No CONNECT came within ConnectTimeout ({_options.ConnectTimeout}).");
            }
        }
        else if (_isReading)
        {
            SweepReader(time);
        }
    }

    void SweepReader(TimeProvider time)
    {
        if (Volatile.Read(ref _partialSince) is var partial and not 0
            && time.GetElapsedTime(partial) > _options.PacketTimeout)
        {
            Close(
                MqttReason.KeepAliveTimeout,
                $"A packet was not whole within PacketTimeout ({_options.PacketTimeout}).");
        }
        else if (time.GetElapsedTime(Volatile.Read(ref _lastPacket)) > 1.5 * _keepAlive)
        {
            // MQTT 3.1.1 [MQTT-3.1.2-24], MQTT 5.0 [MQTT-3.1.2-22].
            Close(
                MqttReason.KeepAliveTimeout,
                string.Create(CultureInfo.InvariantCulture, $"Nothing came for 1.5 x {_keepAlive.TotalSeconds} s."));
        }
    }

    void Append(ReadOnlySpan<byte> packet) => packet.CopyTo(_sender.Append(packet.Length));

    /// <summary>Drops the connection without ceremony: for a peer that does not read.</summary>
    void Cut() => _context.Abort(new ConnectionAbortedException(CloseText ?? "Cut off."));

    /// <summary>Whether the loop waits for bytes, so that the deadlines of the reader count.</summary>
    internal bool IsReading => _isReading;

    /// <summary>Whether a packet is begun and not whole.</summary>
    internal bool IsMidPacket => Volatile.Read(ref _partialSince) != 0;

    internal bool WasOpened => _request is not null;

    bool IsTls => _context.Features.Get<ITlsHandshakeFeature>() is not null;
}
