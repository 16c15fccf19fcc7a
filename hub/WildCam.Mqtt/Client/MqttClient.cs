using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace WildCam.Mqtt;

/// <summary>
/// A client for versions 3.1.1 and 5, qualities of service 0 and 1, over TCP, TLS or any stream. One connection, one
/// life: connect again with a new one. All members may be used from any thread.
/// </summary>
[SuppressMessage(
    "Usage", "CA2213", Justification = "The source holds no handle, and who waits may still look at it.")]
public sealed partial class MqttClient : IAsyncDisposable
{
    readonly MqttClientOptions _options;
    readonly Stream _stream;
    readonly MqttSender _sender;
    readonly PipeReader _input;
    readonly PipeWriter _output;
    readonly TopicCache _topics = new(ushort.MaxValue);
    readonly Dictionary<ushort, TaskCompletionSource<SubAckPacket>> _subscribing = [];
    readonly Dictionary<ushort, PendingPublish> _publishing = [];
    readonly Queue<PendingPublish> _waiting = [];
    readonly TaskCompletionSource<ConnAckPacket> _connected =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    readonly TaskCompletionSource<MqttClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _ended = new();

    int _inFlightMax;
    ITimer? _keepAlive;
    MqttClosed? _reason;
    ushort _lastPacketId;
    uint _serverPacketBytesMax = uint.MaxValue;
    long _lastSent;
    long _pingSent;

    MqttClient(Stream stream, MqttClientOptions options)
    {
        _options = options;
        _stream = stream;

        // Zero-byte reads: thousands of idle clients hold no buffers.
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        _output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        _sender = new MqttSender(_output, options.SendQueueBytesMax, options.Time);
        _inFlightMax = options.InFlightMax;
    }

    /// <summary>The client identifier in force: the one given, or the one that a version 5 server assigned.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>Keep-alive in force, in seconds.</summary>
    public ushort KeepAliveSeconds { get; private set; }

    /// <summary>Completes when the connection has ended, with the reason; never fails.</summary>
    public Task<MqttClosed> Closed => _closed.Task;

    /// <summary>Whether the connection has not ended yet.</summary>
    public bool IsConnected => !_closed.Task.IsCompleted;

    /// <summary>Messages of quality of service 1 that the server has not acknowledged.</summary>
    public int InFlight
    {
        get
        {
            lock (_sender.Gate)
            {
                return _publishing.Count;
            }
        }
    }

    /// <summary>Connects over TCP, or TLS, and waits for CONNACK.</summary>
    /// <exception cref="MqttException">The server refused, or did not answer in time; see its reason.</exception>
    /// <exception cref="SocketException">There is nobody at host and port.</exception>
    public static async Task<MqttClient> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            await tcp.ConnectAsync(options.Host, options.Port, both.Token);
            Stream stream = tcp.GetStream();
            if (options.UseTls)
            {
                stream = await AuthenticateAsync(stream, options, both.Token);
            }

            return await ConnectAsync(stream, options, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            tcp.Dispose();
            throw new MqttException(
                $"{options.Host}:{options.Port} did not answer within ConnectTimeout ({options.ConnectTimeout}).", e);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    /// <summary>Connects over a stream that is open already, which the client then owns.</summary>
    /// <exception cref="MqttException">The server refused, or did not answer in time; see its reason.</exception>
    public static async Task<MqttClient> ConnectAsync(
        Stream stream, MqttClientOptions options, CancellationToken cancellationToken)
    {
        var client = new MqttClient(stream, options);
        try
        {
            await client.OpenAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Publishes. Quality of service 0 completes when the packet is on its way, 1 when the server acknowledged it; many
    /// may be under way at once, and go in the order of the calls. The payload must stay as it is until the task
    /// completes. Cancelling does not take the message back.
    /// </summary>
    /// <exception cref="MqttException">Refused, too large for the server, or the connection ended.</exception>
    public async Task PublishAsync(
        string topic, ReadOnlyMemory<byte> payload, MqttQos qos, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        CheckPublish(topic, payload, qos);
        if (qos == MqttQos.AtMostOnce)
        {
            await WaitForRoomAsync(cancellationToken);
            WritePublish(topic, payload.Span, qos, 0);
            return;
        }

        var acknowledged = new PendingPublish(topic, payload);
        lock (_sender.Gate)
        {
            ThrowIfEnded();
            if (_waiting.Count > 0 || _publishing.Count >= _inFlightMax)
            {
                // In the order of the calls, and bounded by the callers: each waits for its task.
                _waiting.Enqueue(acknowledged);
            }
            else
            {
                WriteTracked(acknowledged);
            }
        }

        var reason = await acknowledged.Task.WaitAsync(cancellationToken);
        if (reason >= MqttReason.UnspecifiedError)
        {
            throw new MqttException(reason, $"The server refused a message to {topic}: {reason}.");
        }
    }

    /// <summary>Subscribes to a filter; returns the quality of service granted.</summary>
    /// <exception cref="MqttException">Refused, or the connection ended.</exception>
    public async Task<MqttQos> SubscribeAsync(string filter, MqttQos qos, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            id => new SubscribePacket(id, [new MqttFilterRequest(filter, (byte)qos)]).ToBytes(_options.Version),
            cancellationToken);
        var code = answer.Codes.Count == 1 ? answer.Codes[0] : (byte)MqttReason.ProtocolError;
        return code < (byte)MqttReason.UnspecifiedError
            ? (MqttQos)code
            : throw new MqttException(
                (MqttReason)code, $"The server refused the subscription to {filter}: {(MqttReason)code}.");
    }

    /// <summary>Ends the subscription to a filter.</summary>
    /// <exception cref="MqttException">The connection ended.</exception>
    public Task UnsubscribeAsync(string filter, CancellationToken cancellationToken) => AskAsync(
        id => new UnsubscribePacket(id, [filter]).ToBytes(_options.Version), cancellationToken);

    /// <summary>
    /// Sends what is gathered and DISCONNECT, and ends; unacknowledged publishes fail. The server drops the will,
    /// unless a version 5 client asks for it.
    /// </summary>
    public async Task DisconnectAsync(bool withWill = false)
    {
        var reason = withWill ? MqttReason.DisconnectWithWill : MqttReason.Success;
        lock (_sender.Gate)
        {
            if (!_sender.IsClosed)
            {
                Append(new DisconnectPacket(reason).ToBytes(_options.Version));
            }

            _reason ??= new MqttClosed(null, "The client disconnected.");
        }

        try
        {
            await _sender.FinishAsync().AsTask().WaitAsync(_options.ConnectTimeout, _options.Time);
        }
        catch (TimeoutException)
        {
            // The server does not read: it will take the connection as dropped.
        }

        await EndAsync();
    }

    /// <summary>Drops the connection without DISCONNECT, as a lost link would.</summary>
    public void Abort()
    {
        lock (_sender.Gate)
        {
            _reason ??= new MqttClosed(null, "The client dropped the connection.");
        }

        _stream.Dispose();
    }

    /// <summary>Drops the connection where <see cref="DisconnectAsync"/> did not end it.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort();
        await EndAsync();
        await _closed.Task;
    }

    /// <summary>A message of quality of service 1 that waits for the window or its PUBACK.</summary>
    sealed class PendingPublish(string topic, ReadOnlyMemory<byte> payload)
        : TaskCompletionSource<MqttReason>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Topic { get; } = topic;

        public ReadOnlyMemory<byte> Payload { get; } = payload;
    }

    static async Task<Stream> AuthenticateAsync(
        Stream stream, MqttClientOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        var ssl = new SslClientAuthenticationOptions { TargetHost = options.TlsName ?? options.Host };
        if (options.Authority is not null)
        {
            ssl.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { options.Authority },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        await tls.AuthenticateAsClientAsync(ssl, cancellationToken);
        return tls;
    }

    void CheckPublish(string topic, ReadOnlyMemory<byte> payload, MqttQos qos)
    {
        if (!MqttTopic.IsName(topic))
        {
            throw new MqttException(MqttReason.TopicNameInvalid, $"\"{topic}\" is no topic name.");
        }

        // MQTT 5.0 [MQTT-3.2.2-15].
        var bytes = new PublishWriter(topic, payload.Length, qos, _options.Version).Bytes;
        if (bytes > _serverPacketBytesMax)
        {
            throw new MqttException(
                MqttReason.PacketTooLarge,
                $"A packet of {bytes} bytes is over the server's Maximum Packet Size ({_serverPacketBytesMax} bytes).");
        }
    }

    async Task<SubAckPacket> AskAsync(Func<ushort, byte[]> packet, CancellationToken cancellationToken)
    {
        TaskCompletionSource<SubAckPacket> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sender.Gate)
        {
            ThrowIfEnded();
            var id = TakePacketId();
            _subscribing[id] = answer;
            Append(packet(id));
        }

        return await answer.Task.WaitAsync(cancellationToken);
    }
}
