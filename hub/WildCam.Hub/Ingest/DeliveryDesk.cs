using Microsoft.Extensions.Options;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>
/// What happens beside the connections: offers are looked up many at a time, complete pictures are checked, written and
/// filed by a bounded number of workers, and broken-off ones expire.
/// </summary>
sealed partial class DeliveryDesk(
    Deliveries deliveries, CaptureDoor door, GroupCommit commit, IngestTables tables,
    IOptions<IngestOptions> options, IngestHealth health, IngestMetrics metrics, TimeProvider time,
    ILogger<DeliveryDesk> log) : BackgroundService
{
    const int LookupsAtOnce = 2;
    const int OffersPerLookupMax = 64;
    const int AbandonedPerNoteMax = 256;

    /// <summary>Digests of one picture that may be wrong; the last one sends it to quarantine.</summary>
    const int MismatchesMax = 2;

    /// <summary>Time that pictures get to be filed when the hub stops.</summary>
    static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    static readonly TimeSpan ExpiryInterval = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _drained = new();
    int _filing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stop = _drained.Token;
        var committing = Task.Run(() => commit.RunAsync(stop), CancellationToken.None);
        var storing = Enumerable.Range(0, options.Value.StoreWorkers)
            .Select(_ => Task.Run(() => StoreAllAsync(stop), CancellationToken.None)).ToList();
        var looking = Enumerable.Range(0, LookupsAtOnce)
            .Select(_ => Task.Run(() => LookUpAllAsync(stoppingToken), CancellationToken.None)).ToList();
        await ExpireAllAsync(stoppingToken);
        await Task.WhenAll(looking);

        health.IsStopping = true;
        deliveries.Completed.Writer.TryComplete();
        _drained.CancelAfter(DrainTimeout);
        try
        {
            await Task.WhenAll(storing);
            while (Volatile.Read(ref _filing) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), stop);
            }

            commit.Complete();
            await committing;
        }
        catch (OperationCanceledException)
        {
            // The cameras keep what has no receipt.
            DrainEnded(log, deliveries.Count);
        }
    }

    internal async Task ExpireAllAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ExpiryInterval, time);
        var abandoned = new List<AbandonedUpload>(AbandonedPerNoteMax);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                deliveries.Expire();
                await NoteAbandonedAsync(abandoned, cancellationToken);
                if (health.Lookups is not null)
                {
                    // Cameras that were put off stay away for a while; readiness must not wait for them.
                    await LookUpAsync([], cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub stops.
        }
    }

    // What cannot be noted waits for the next sweep.
    async Task NoteAbandonedAsync(List<AbandonedUpload> abandoned, CancellationToken cancellationToken)
    {
        while (abandoned.Count < AbandonedPerNoteMax && deliveries.Abandoned.Reader.TryRead(out var upload))
        {
            abandoned.Add(upload);
        }

        if (abandoned.Count == 0)
        {
            return;
        }

        try
        {
            await tables.NoteAbandoned(abandoned, cancellationToken);
            abandoned.Clear();
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            NotingFailed(log, abandoned.Count, fault.Message);
        }
    }

    internal async Task LookUpAllAsync(CancellationToken cancellationToken)
    {
        var offers = new List<OfferedPicture>(OffersPerLookupMax);
        var reader = deliveries.Offered.Reader;
        try
        {
            while (await reader.WaitToReadAsync(cancellationToken))
            {
                offers.Clear();
                while (offers.Count < OffersPerLookupMax && reader.TryRead(out var offer))
                {
                    offers.Add(offer);
                }

                await LookUpAsync(offers, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The hub stops; cameras offer what has no answer again.
        }
    }

    async Task LookUpAsync(List<OfferedPicture> offers, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await tables.FindForBegin(
                offers.ConvertAll(o => new OfferedCapture(
                    o.Link.Camera.Id, CapturePath.DeviceCaptureId(o.Begin.SpoolId, o.Begin.Counter),
                    o.Begin.ClockEpoch)),
                cancellationToken);
            health.Lookups = null;
            for (var i = 0; i < facts.Length; i++)
            {
                deliveries.Decide(offers[i], facts[i]);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            metrics.Failed("lookup");
            health.Lookups = $"Offered pictures cannot be looked up: {fault.Message}";
            LookupFailed(log, offers.Count, fault.Message);
            offers.ForEach(o => deliveries.PutOff(o.Link, o.Begin, ReceiptCodes.Database));
        }
    }

    internal async Task StoreAllAsync(CancellationToken cancellationToken)
    {
        // Not by ReadAllAsync, which goes on in a thread of the pool, where a simulation has no hold of it.
        var reader = deliveries.Completed.Reader;
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (reader.TryRead(out var assembly))
            {
                await TryStoreAsync(assembly, cancellationToken);
            }
        }
    }

    async Task TryStoreAsync(Assembly assembly, CancellationToken cancellationToken)
    {
        try
        {
            await StoreAsync(assembly, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A bug, and one picture's: the other cameras go on, and this one offers it again.
            StoringBroke(log, assembly.Link.Camera.Code, assembly.Key.Counter, fault);
            deliveries.GiveUp(assembly);
        }
    }

    async Task StoreAsync(Assembly assembly, CancellationToken cancellationToken)
    {
        var (digest, sha256) = CaptureDigest.Compute(assembly.Content());
        if (!digest.AsSpan().SequenceEqual(assembly.Begin.Digest))
        {
            assembly.Mismatches++;
            if (assembly.Mismatches < MismatchesMax)
            {
                metrics.GivenUp("digest-mismatch");
                deliveries.WantAgain(assembly);
                return;
            }

            await QuarantineAsync(assembly, sha256, cancellationToken);
            return;
        }

        var capture = Describe(assembly, sha256);
        await door.WriteAsync(capture.BlobPath, assembly.Content(), cancellationToken);

        // The bytes are durable: their memory is free for the next picture while this one waits for its commit.
        assembly.ReleaseSegments();
        Interlocked.Increment(ref _filing);
        _ = FileAsync(assembly, capture, cancellationToken);
    }

    async Task FileAsync(Assembly assembly, NewCapture capture, CancellationToken cancellationToken)
    {
        try
        {
            var filed = await door.FileAsync(capture, cancellationToken);
            switch (filed.Filing)
            {
                case Filing.Stored:
                    deliveries.Finish(assembly, ReceiptOutcomes.Stored, ReceiptCodes.None);
                    break;
                case Filing.Duplicate:
                    deliveries.Finish(assembly, ReceiptOutcomes.Duplicate, ReceiptCodes.None);
                    break;
                case Filing.Conflict:
                    deliveries.Finish(assembly, ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken);
                    break;
                default:
                    await door.QuarantineAsync(
                        EntryOf(assembly, capture.Id, ReceiptCodes.BadBegin,
                            $"The database refuses it: {filed.Reason}", capture.Sha256, capture.BlobPath),
                        cancellationToken);
                    deliveries.Finish(assembly, ReceiptOutcomes.Quarantined, ReceiptCodes.BadBegin);
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The hub stops before the commit: no receipt, so the camera has it still.
        }
        catch (Exception fault)
        {
            StoringBroke(log, assembly.Link.Camera.Code, assembly.Key.Counter, fault);
            deliveries.GiveUp(assembly);
        }
        finally
        {
            Interlocked.Decrement(ref _filing);
        }
    }

    async Task QuarantineAsync(Assembly assembly, byte[] sha256, CancellationToken cancellationToken)
    {
        var id = CapturePath.QuarantineId(
            CapturePath.DeviceCaptureId(assembly.Key.SpoolId, assembly.Key.Counter), sha256);
        var path = CapturePath.OfQuarantine(id);
        await door.WriteAsync(path, assembly.Content(), cancellationToken);
        await door.QuarantineAsync(
            EntryOf(assembly, id, ReceiptCodes.CorruptOnCamera,
                $"{MismatchesMax} deliveries gave other bytes than the camera's digest: damaged in its storage.",
                sha256, path),
            cancellationToken);
        assembly.ReleaseSegments();
        deliveries.Finish(assembly, ReceiptOutcomes.Quarantined, ReceiptCodes.CorruptOnCamera);
    }

    QuarantineEntry EntryOf(
        Assembly assembly, Guid id, ushort code, string reason, byte[] sha256, string path)
    {
        var message = new byte[Begin.Bytes];
        assembly.Begin.Write(message, 0);
        return new QuarantineEntry(
            id, assembly.Key.CameraId, CapturePath.DeviceCaptureId(assembly.Key.SpoolId, assembly.Key.Counter),
            time.GetUtcNow(), (short)code, reason, assembly.SizeBytes, sha256, path, message, null, null);
    }

    NewCapture Describe(Assembly assembly, byte[] sha256) => CaptureFacts.OfDelivery(
        assembly.Link.Camera, assembly.Begin, assembly.EpochZeroAt, time.GetUtcNow(), sha256);

    public override void Dispose()
    {
        _drained.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Noting {Uploads} abandoned uploads failed, trying again: {Reason}")]
    static partial void NotingFailed(ILogger logger, int uploads, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking up {Offers} offered pictures failed: {Reason}")]
    static partial void LookupFailed(ILogger logger, int offers, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Stopped with {Pictures} pictures in flight; the cameras have them")]
    static partial void DrainEnded(ILogger logger, int pictures);

    [LoggerMessage(Level = LogLevel.Error, Message = "Storing picture {Counter} of camera {Camera} broke")]
    static partial void StoringBroke(ILogger logger, string camera, ulong counter, Exception fault);
}
