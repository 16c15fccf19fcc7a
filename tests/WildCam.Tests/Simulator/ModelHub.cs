using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using WildCam.Mqtt;
using WildCam.Simulator.Cameras;
using WildCam.Tests.Mqtt;
using WildCam.Wire;

namespace WildCam.Tests.Simulator;

/// <summary>
/// The smallest hub that keeps the protocol: it remembers every picture by its id, and forgets assemblies when told to.
/// </summary>
sealed class ModelHub : IMqttApplication, IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Assembly> _assemblies = new(StringComparer.Ordinal);
    readonly Dictionary<string, byte[]> _digests = new(StringComparer.Ordinal);
    readonly ErrorLog _log = new();
    readonly MqttServer _server;
    int _openConnections;

    public ModelHub() => _server = new MqttServer(new MqttServerOptions(), this, TimeProvider.System, _log);

    /// <summary>Pictures by device capture id.</summary>
    public ConcurrentDictionary<string, (string Camera, byte[] Jpeg)> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>Hellos by camera, the newest.</summary>
    public ConcurrentDictionary<string, Hello> Hellos { get; } = new(StringComparer.Ordinal);

    /// <summary>Begins by device capture id, the newest.</summary>
    public ConcurrentDictionary<string, Begin> Begins { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Problems { get; } = new();

    /// <summary>The bundle that is offered at each hello, under the cameras' update key; null for none.</summary>
    public byte[]? Bundle { get; set; }

    public BundleOffer? Offer { get; set; }

    /// <summary>The newest state of its update, by camera.</summary>
    public ConcurrentDictionary<string, BundleState> Updates { get; } = new(StringComparer.Ordinal);

    public int BadChunks { get; private set; }

    public HubEndpoint Endpoint => new()
    {
        Open = () =>
        {
            var connection = new MemoryConnection();
            Interlocked.Increment(ref _openConnections);
            _ = _server.RunAsync(connection);
            return connection.AsStream();
        },
    };

    public IEnumerable<string> Errors => _log.Errors;

    public ValueTask<MqttAdmission> AdmitAsync(MqttServerConnection connection, CancellationToken cancellationToken) =>
        ValueTask.FromResult(connection.Request.Password is [(byte)'p', (byte)'w', ..]
            ? MqttAdmission.Accepted
            : MqttAdmission.BadCredentials);

    public bool MaySubscribe(MqttServerConnection connection, string filter) =>
        filter == Topics.AllDown(connection.Request.UserName!);

    public ValueTask<MqttVerdict> ReceiveAsync(
        MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken)
    {
        var camera = connection.Request.UserName!;
        var prefix = Topics.Up(camera, "");
        if (!publication.Topic.StartsWith(prefix, StringComparison.Ordinal))
        {
            return ValueTask.FromResult(MqttVerdict.Refuse);
        }

        var message = publication.Payload.ToArray();
        lock (_gate)
        {
            Handle(connection, camera, publication.Topic[prefix.Length..], message);
        }

        return ValueTask.FromResult(MqttVerdict.Acknowledge);
    }

    public ValueTask ClosedAsync(MqttServerConnection connection, MqttWill? will,
        CancellationToken cancellationToken) =>
        default;

    public void Dispose() => _server.Dispose();

    void Handle(MqttServerConnection connection, string camera, string word, byte[] message)
    {
        switch (word)
        {
            case Topics.Hello when Hello.TryRead(message, 0, message.Length, out var hello):
                Hellos[camera] = hello;
                var time = new HubTime
                {
                    ClockEpoch = hello.ClockEpoch,
                    ClockSeconds = hello.ClockSeconds,
                    UnixMilliseconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                };
                Send(connection, camera, Topics.Time, HubTime.Bytes, time.Write);
                if (Offer is { } offer)
                {
                    Send(connection, camera, Topics.Bundle, BundleOffer.Bytes, offer.Write);
                }

                break;
            case Topics.Bundle when BundleState.TryRead(message, 0, message.Length, out var state):
                Updates[camera] = state;
                break;
            case Topics.BundleWant when BundleWant.TryRead(message, 0, message.Length, out var want):
                SendBundle(connection, camera, want);
                break;
            case Topics.Begin when Begin.TryRead(message, 0, message.Length, out var begin):
                Begun(connection, camera, begin);
                break;
            case Topics.Chunk when ChunkHeader.TryRead(message, 0, ChunkHeader.Bytes, message.Length, out var header):
                var bytes = message.AsSpan(ChunkHeader.Bytes, header.Length);
                var isSame = Crc32.Compute(message, ChunkHeader.Bytes, header.Length) == header.Crc32;
                BadChunks += isSame ? 0 : 1;
                if (isSame && _assemblies.TryGetValue(Id(header.SpoolId, header.Counter), out var assembly))
                {
                    assembly.Chunks[header.Index] = bytes.ToArray();
                }

                break;
            case Topics.End when End.TryRead(message, 0, message.Length, out var end):
                Ended(connection, camera, end);
                break;
            default:
                break;
        }
    }

    void SendBundle(MqttServerConnection connection, string camera, BundleWant want)
    {
        var end = Math.Min(want.Offset + want.WantedBytes, Bundle!.Length);
        for (var at = (int)want.Offset; at < end; at += want.ChunkBytes)
        {
            var bytes = Bundle[at..(int)Math.Min(at + want.ChunkBytes, end)];
            var header = new BundleChunkHeader
            {
                BundleId = want.BundleId, Offset = (uint)at, Length = (ushort)bytes.Length,
                Crc32 = Crc32.Compute(bytes, 0, bytes.Length),
            };
            Send(connection, camera, Topics.BundleChunk, BundleChunkHeader.Bytes + bytes.Length, (target, offset) =>
            {
                bytes.CopyTo(target, header.Write(target, offset));
                return target.Length;
            });
        }
    }

    void Begun(MqttServerConnection connection, string camera, Begin begin)
    {
        var id = Id(begin.SpoolId, begin.Counter);
        Begins[id] = begin;
        if (_digests.TryGetValue(id, out var known))
        {
            var outcome = known.AsSpan().SequenceEqual(begin.Digest) ? ReceiptOutcomes.Duplicate
                : ReceiptOutcomes.Conflict;
            SendReceipt(connection, camera, begin, outcome);
            return;
        }

        if (!_assemblies.TryGetValue(id, out var assembly) || !assembly.Begin.Digest.SequenceEqual(begin.Digest))
        {
            assembly = new Assembly(begin);
            _assemblies[id] = assembly;
        }

        assembly.Begin = begin;
        Want(connection, camera, assembly);
    }

    void Ended(MqttServerConnection connection, string camera, End end)
    {
        var id = Id(end.SpoolId, end.Counter);
        if (!_assemblies.TryGetValue(id, out var assembly))
        {
            return;
        }

        if (assembly.Chunks.Contains(null))
        {
            Want(connection, camera, assembly);
            return;
        }

        var jpeg = assembly.Chunks.SelectMany(c => c!).ToArray();
        var chain = new DigestChain();
        foreach (var block in jpeg.Chunk(Protocol.BlockBytes))
        {
            chain.Append(block);
        }

        if (jpeg.Length != assembly.Begin.SizeBytes || !chain.Finish().SequenceEqual(assembly.Begin.Digest))
        {
            Problems.Enqueue($"{camera} {id}: the digest is wrong");
            Array.Clear(assembly.Chunks);
            Want(connection, camera, assembly);
            return;
        }

        if (!Stored.TryAdd(id, (camera, jpeg)))
        {
            Problems.Enqueue($"{camera} {id}: stored twice");
        }

        _assemblies.Remove(id);
        _digests[id] = assembly.Begin.Digest;
        SendReceipt(connection, camera, assembly.Begin, ReceiptOutcomes.Stored);
    }

    static void Want(MqttServerConnection connection, string camera, Assembly assembly)
    {
        var want = new Want
        {
            SpoolId = assembly.Begin.SpoolId,
            Counter = assembly.Begin.Counter,
            Attempt = assembly.Begin.Attempt,
            ChunkCount = (ushort)assembly.Chunks.Length,
            Missing = new byte[(assembly.Chunks.Length + 7) / 8],
        };
        for (var n = 0; n < assembly.Chunks.Length; n++)
        {
            want.Missing[n / 8] |= (byte)(assembly.Chunks[n] is null ? 1 << (n % 8) : 0);
        }

        Send(connection, camera, Topics.Want, want.Length, want.Write);
    }

    static void SendReceipt(MqttServerConnection connection, string camera, Begin begin, byte outcome)
    {
        var receipt = new Receipt
        {
            SpoolId = begin.SpoolId,
            Counter = begin.Counter,
            Attempt = begin.Attempt,
            Outcome = outcome,
        };
        Send(connection, camera, Topics.Receipt, Receipt.Bytes, receipt.Write);
    }

    static void Send(
        MqttServerConnection connection, string camera, string word, int length, Func<byte[], int, int> write)
    {
        var message = new byte[length];
        write(message, 0);
        connection.TrySend(Topics.Down(camera, word), message, MqttQos.AtLeastOnce);
    }

    static string Id(ulong spoolId, ulong counter) => CaptureLedger.IdText(spoolId, counter);

    sealed class Assembly(Begin begin)
    {
        public Begin Begin { get; set; } = begin;

        public byte[]?[] Chunks { get; } = new byte[]?[Protocol.ChunkCount(begin.SizeBytes, begin.ChunkBytes)];
    }
}
