using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>A begin on its way to its answer.</summary>
sealed record OfferedPicture(CameraLink Link, Begin Begin);

/// <summary>
/// The pictures in flight, and who may begin one. Bounded in bytes, in pictures, and in pictures of one camera; every
/// refusal is a word to the camera and never a dropped picture.
/// </summary>
sealed partial class Deliveries
{
    /// <summary>Begins that wait for their look-up; more are put off.</summary>
    const int OfferedMax = 4096;

    /// <summary>Abandoned uploads that wait to be noted; of more, the log and the metric alone tell.</summary>
    const int AbandonedMax = 1024;

    /// <summary>The free space of the blob store is asked for at most so often.</summary>
    static readonly TimeSpan FreeBytesInterval = TimeSpan.FromSeconds(1);

    readonly IngestOptions _options;
    readonly SegmentPool _pool;
    readonly ConcurrentDictionary<AssemblyKey, Assembly> _assemblies = new();
    readonly ConcurrentDictionary<int, int> _ofCamera = new();

    // Taken before an assembly's gate, never while one is held.
    readonly Lock _admission = new();
    readonly IBlobStore _blobs;
    readonly IngestHealth _health;
    readonly IngestMetrics _metrics;
    readonly CameraAudit _audit;
    readonly TimeProvider _time;
    readonly ILogger _log;
    long _freeBytesAsked;

    public Deliveries(
        IOptions<IngestOptions> options, IBlobStore blobs, IngestHealth health, IngestMetrics metrics,
        CameraAudit audit, TimeProvider time, ILogger<Deliveries> log)
    {
        _options = options.Value;
        _pool = new SegmentPool(_options.AssemblyBytesMax);
        _blobs = blobs;
        _health = health;
        _metrics = metrics;
        _audit = audit;
        _time = time;
        _log = log;
        Completed = Channel.CreateBounded<Assembly>(new BoundedChannelOptions(_options.AssembliesMax)
        {
            FullMode = BoundedChannelFullMode.Wait,
        });
        metrics.Observe(() => _assemblies.Count, () => _pool.ReservedBytes);
    }

    /// <summary>Begins that wait for their look-up.</summary>
    public Channel<OfferedPicture> Offered { get; } = Channel.CreateBounded<OfferedPicture>(
        new BoundedChannelOptions(OfferedMax) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Complete pictures that wait for a worker; never more than there are assemblies.</summary>
    public Channel<Assembly> Completed { get; }

    /// <summary>Uploads that were given up for want of the rest of them, for the table that people see.</summary>
    public Channel<AbandonedUpload> Abandoned { get; } = Channel.CreateBounded<AbandonedUpload>(
        new BoundedChannelOptions(AbandonedMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public int Count => _assemblies.Count;

    public long ReservedBytes => _pool.ReservedBytes;

    public bool TryFind(AssemblyKey key, [NotNullWhen(true)] out Assembly? assembly) =>
        _assemblies.TryGetValue(key, out assembly);

    /// <summary>
    /// Answers an offer for a picture that is already in flight; false where it is not. Must come before the look-up in
    /// the database: an assembly that is gone by now was filed before, so the look-up will find it.
    /// </summary>
    public bool TryResume(OfferedPicture offered)
    {
        var key = KeyOf(offered);
        if (!_assemblies.TryGetValue(key, out var assembly))
        {
            return false;
        }

        lock (assembly.Gate)
        {
            if (assembly.State == AssemblyState.Dropped)
            {
                return false;
            }

            if (!assembly.IsSame(offered.Begin))
            {
                if (assembly.State == AssemblyState.Receiving)
                {
                    Drop(assembly, "replaced");
                    return false;
                }

                PutOff(offered.Link, offered.Begin, ReceiptCodes.Busy);
                return true;
            }

            assembly.Link = offered.Link;
            assembly.Begin = offered.Begin;
            assembly.TouchedTimestamp = _time.GetTimestamp();
            switch (assembly.State)
            {
                case AssemblyState.Receiving:
                    _metrics.Begin("resumed");
                    Send(assembly.Link, assembly.Want());
                    break;
                case AssemblyState.Storing when _health.Problems.Count > 0:
                    PutOff(offered.Link, offered.Begin, ShortOf() ?? ReceiptCodes.Database);
                    break;
                case AssemblyState.Storing:
                    // The receipt follows under this attempt.
                    _metrics.Begin("storing");
                    break;
                case AssemblyState.Done:
                    SendReceipt(offered.Link, offered.Begin, assembly.Answer.Outcome, assembly.Answer.Code);
                    break;
            }
        }

        return true;
    }

    /// <summary>Answers an offer by what the database knows of it.</summary>
    public void Decide(OfferedPicture offered, OfferedFacts facts)
    {
        var (link, begin) = (offered.Link, offered.Begin);
        if (facts.Known is { } known)
        {
            var isSame = known.IsSame(begin.SizeBytes, begin.Digest);
            _metrics.Begin(isSame ? "duplicate" : "conflict");
            SendReceipt(
                link, begin, isSame ? ReceiptOutcomes.Duplicate : ReceiptOutcomes.Conflict,
                isSame ? ReceiptCodes.None : ReceiptCodes.IdTaken);
            return;
        }

        if (TryResume(offered))
        {
            return;
        }

        if (ShortOf() is { } code || !TryAdmit(offered, facts.EpochZeroAt, out code))
        {
            PutOff(link, begin, code);
        }
    }

    /// <summary>Tells a camera to offer a picture again later.</summary>
    public void PutOff(CameraLink link, Begin begin, ushort code)
    {
        _metrics.Begin("later");
        Send(link, new Later
        {
            SpoolId = begin.SpoolId,
            Counter = begin.Counter,
            Attempt = begin.Attempt,
            Seconds = (uint)(_options.LaterSeconds + Random.Shared.Next(_options.LaterSeconds + 1)),
            Code = code,
        });
    }

    /// <summary>Ends a picture with a receipt and frees what it holds. The caller holds no gate.</summary>
    public void Finish(Assembly assembly, byte outcome, ushort code)
    {
        lock (assembly.Gate)
        {
            assembly.State = AssemblyState.Done;
            assembly.Answer = (outcome, code);
            SendReceipt(assembly.Link, assembly.Begin, outcome, code);
        }

        Remove(assembly);
    }

    /// <summary>Wants everything again after a wrong digest. The caller holds no gate.</summary>
    public void WantAgain(Assembly assembly)
    {
        lock (assembly.Gate)
        {
            assembly.MarkAllMissing();
            assembly.TouchedTimestamp = _time.GetTimestamp();
            Send(assembly.Link, assembly.Want());
        }
    }

    /// <summary>Forgets a picture that could not be handled; its camera has it and offers it again.</summary>
    public void GiveUp(Assembly assembly)
    {
        lock (assembly.Gate)
        {
            Drop(assembly, "failed");
        }
    }

    /// <summary>Gives up what was broken off too long ago.</summary>
    public void Expire()
    {
        var keep = TimeSpan.FromSeconds(_options.AssemblyKeepSeconds);
        foreach (var (_, assembly) in _assemblies)
        {
            lock (assembly.Gate)
            {
                if (assembly.State == AssemblyState.Receiving
                    && _time.GetElapsedTime(assembly.TouchedTimestamp) > keep)
                {
                    AssemblyExpired(_log, assembly.Link.Camera.Code, assembly.Key.Counter, assembly.SizeBytes);
                    Abandon(assembly, "expired");
                }
            }
        }
    }

    public void Send(CameraLink link, Want want)
    {
        var bytes = new byte[want.Length];
        want.Write(bytes, 0);
        link.TrySend(Topics.Want, bytes);
    }

    public void SendReceipt(CameraLink link, Begin begin, byte outcome, ushort code)
    {
        var name = NameOf(outcome);
        _metrics.Receipt(name);
        if (outcome is ReceiptOutcomes.Conflict or ReceiptOutcomes.Never)
        {
            // Nothing of the picture stays here, so that it was refused is written down.
            _audit.AddPicture(
                $"picture.{name}", link.Camera,
                string.Create(CultureInfo.InvariantCulture,
                    $"{begin.SizeBytes} bytes of spool {begin.SpoolId:x}, number {begin.Counter}: code {code}"));
        }

        var receipt = new Receipt
        {
            SpoolId = begin.SpoolId,
            Counter = begin.Counter,
            Attempt = begin.Attempt,
            Outcome = outcome,
            Code = code,
        };
        var bytes = new byte[Receipt.Bytes];
        receipt.Write(bytes, 0);

        // Where it cannot be sent the camera offers the picture again, and that is answered as a duplicate.
        link.TrySend(Topics.Receipt, bytes);
    }

    static string NameOf(byte outcome) => outcome switch
    {
        ReceiptOutcomes.Stored => "stored",
        ReceiptOutcomes.Duplicate => "duplicate",
        ReceiptOutcomes.Quarantined => "quarantined",
        ReceiptOutcomes.Conflict => "conflict",
        _ => "never",
    };

    static void Send(CameraLink link, Later later)
    {
        var bytes = new byte[Later.Bytes];
        later.Write(bytes, 0);
        link.TrySend(Topics.Later, bytes);
    }

    static AssemblyKey KeyOf(OfferedPicture offered) =>
        new(offered.Link.Camera.Id, offered.Begin.SpoolId, offered.Begin.Counter);

    ushort? ShortOf()
    {
        if (_health.IsStopping)
        {
            return ReceiptCodes.ShuttingDown;
        }

        if (_time.GetElapsedTime(Interlocked.Read(ref _freeBytesAsked)) > FreeBytesInterval)
        {
            Interlocked.Exchange(ref _freeBytesAsked, _time.GetTimestamp());
            _health.Disk = _blobs.FreeBytes() is { } free && free < _options.DiskFreeBytesMin
                ? $"{free >> 20} MB are left for blobs, under DiskFreeBytesMin ({_options.DiskFreeBytesMin >> 20} MB)."
                : null;
        }

        return _health.Disk is not null ? ReceiptCodes.Disk
            : _health.Blobs is not null ? ReceiptCodes.BlobStore
            : _health.Database is not null ? ReceiptCodes.Database
            : null;
    }

    bool TryAdmit(OfferedPicture offered, DateTimeOffset? epochZeroAt, out ushort code)
    {
        var key = KeyOf(offered);
        var segments = SegmentPool.SegmentsFor(offered.Begin.SizeBytes);
        lock (_admission)
        {
            if (_ofCamera.GetValueOrDefault(key.CameraId) >= _options.AssembliesPerCameraMax
                && !TryPushOut(a => a.Key.CameraId == key.CameraId))
            {
                code = ReceiptCodes.Busy;
                return false;
            }

            if (_assemblies.Count >= _options.AssembliesMax
                || (!_pool.TryReserve(segments)
                    && !(TryPushOut(a => a.Link.Closed.IsCancellationRequested) && _pool.TryReserve(segments))))
            {
                code = ReceiptCodes.Memory;
                return false;
            }

            var assembly = new Assembly(_pool, key, offered.Link, offered.Begin, epochZeroAt)
            {
                TouchedTimestamp = _time.GetTimestamp(),
            };
            if (!_assemblies.TryAdd(key, assembly))
            {
                assembly.ReleaseSegments();
                code = ReceiptCodes.Busy;
                return false;
            }

            _ofCamera.AddOrUpdate(key.CameraId, 1, (_, count) => count + 1);
            _metrics.Begin("wanted");
            Send(offered.Link, assembly.Want());
            code = ReceiptCodes.None;
            return true;
        }
    }

    // The longest untouched picture that fits gives way, where it lies idle; its camera starts it over some day.
    bool TryPushOut(Func<Assembly, bool> fits)
    {
        var oldest = _assemblies.Values
            .Where(a => a.State == AssemblyState.Receiving && fits(a))
            .MinBy(a => a.TouchedTimestamp);
        if (oldest is null
            || _time.GetElapsedTime(oldest.TouchedTimestamp) < TimeSpan.FromSeconds(_options.AssemblyIdleSeconds))
        {
            return false;
        }

        lock (oldest.Gate)
        {
            if (oldest.State != AssemblyState.Receiving)
            {
                return false;
            }

            Abandon(oldest, "pushed-out");
        }

        return true;
    }

    // Under the assembly's gate. Nobody sends the rest of it any more.
    void Abandon(Assembly assembly, string reason)
    {
        Abandoned.Writer.TryWrite(new AbandonedUpload(
            assembly.Key.CameraId, CapturePath.DeviceCaptureId(assembly.Key.SpoolId, assembly.Key.Counter),
            _time.GetUtcNow(), assembly.SizeBytes, assembly.ReceivedBytes));
        Drop(assembly, reason);
    }

    // Under the assembly's gate.
    void Drop(Assembly assembly, string reason)
    {
        assembly.State = AssemblyState.Dropped;
        assembly.ReleaseSegments();
        _metrics.GivenUp(reason);
        Remove(assembly);
    }

    void Remove(Assembly assembly)
    {
        if (_assemblies.TryRemove(new KeyValuePair<AssemblyKey, Assembly>(assembly.Key, assembly)))
        {
            _ofCamera.AddOrUpdate(assembly.Key.CameraId, 0, (_, count) => count - 1);
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Picture {Counter} of camera {Camera} ({Bytes} bytes) was broken off; the camera has it still")]
    static partial void AssemblyExpired(ILogger logger, string camera, ulong counter, int bytes);
}
