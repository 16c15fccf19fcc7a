using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Storage.Blobs;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Storage.Thumbnails;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>What a sweep of orphans found and did.</summary>
public sealed record OrphanReport
{
    /// <summary>Pictures old enough to be looked at.</summary>
    public long Looked { get; set; }

    /// <summary>Of these, without a row.</summary>
    public long Orphans { get; set; }

    /// <summary>There were too many: nothing was touched.</summary>
    public bool IsStopped { get; set; }

    public int Adopted { get; set; }

    /// <summary>Stored already under another name; moved to the trash.</summary>
    public int Duplicates { get; set; }

    /// <summary>Put in the place of a stored picture whose own blob was missing.</summary>
    public int Restored { get; set; }

    /// <summary>Blobs of pictures that were erased or expired, and what was derived from them; deleted.</summary>
    public int Buried { get; set; }

    /// <summary>Could not be adopted and stay where they are.</summary>
    public int Left { get; set; }

    /// <summary>Old trash, deleted.</summary>
    public int TrashDeleted { get; set; }
}

/// <summary>
/// Looks for pictures whose bytes are stored but whose row is not: a crash came between the two, or the database was
/// restored from before. They are filed by the ingest door, never deleted, since no other copy may exist. First the
/// whole store is looked at and nothing touched: many orphans mean that the database is wrong, not the store.
/// </summary>
public sealed partial class OrphanSweep(
    NpgsqlDataSource database, IBlobStore blobs, CaptureDoor door, GroupCommit commit, IOptions<IngestOptions> options,
    TimeProvider time, ILogger<OrphanSweep> log)
{
    /// <summary>Younger blobs may be about to get their row.</summary>
    public static readonly TimeSpan AgeMin = TimeSpan.FromDays(1);

    public static readonly TimeSpan TrashKeep = TimeSpan.FromDays(30);

    /// <summary>Blobs looked up at once.</summary>
    public const int LookupBlobsMax = 1000;

    /// <summary>Most orphans, and most blobs of buried pictures, that one run settles; the next goes on.</summary>
    public const int SettledMax = 10_000;

    const string Trash = "trash/";
    static readonly string[] OtherFolders = [Trash, "models/", "quarantine/", "firmware/", "exports/", "reports/"];

    readonly OrphansTable _table = new(database);
    readonly CapturesTable _captures = new(database);
    readonly CamerasTable _cameras = new(database);
    readonly SitesTable _sites = new(database);

    public Task<OrphanReport> RunAsync(CancellationToken cancellationToken) =>
        RunAsync(AgeMin, takesAll: false, cancellationToken);

    /// <summary>
    /// The sweep that a person asked for, after a restore: of any age and, where they say so, however many. A picture
    /// that is being filed in this moment is not harmed: adopted before its own row, it is stored all the same.
    /// </summary>
    public Task<OrphanReport> ReconcileAsync(bool takesAll, CancellationToken cancellationToken) =>
        RunAsync(TimeSpan.Zero, takesAll, cancellationToken);

    async Task<OrphanReport> RunAsync(TimeSpan ageMin, bool takesAll, CancellationToken cancellationToken)
    {
        var report = new OrphanReport();
        var found = await LookAsync(report, ageMin, cancellationToken);
        report.IsStopped = !takesAll && report.Orphans > options.Value.OrphansAlwaysTaken
            && report.Orphans * 100.0 > report.Looked * options.Value.OrphanPercentMax;
        if (report.IsStopped)
        {
            return report;
        }

        foreach (var path in found.Buried)
        {
            report.Buried += await blobs.DeleteAsync(path, cancellationToken) ? 1 : 0;
        }

        var cameras = new Dictionary<string, (Camera? Camera, TimeZoneInfo Zone)>(StringComparer.Ordinal);
        foreach (var orphan in found.Orphans)
        {
            if (!cameras.TryGetValue(orphan.Name.Camera, out var known))
            {
                known = await FindCameraAsync(orphan.Name.Camera, cancellationToken);
                cameras.Add(orphan.Name.Camera, known);
            }

            await SettleAsync(orphan, known.Camera, known.Zone, report, cancellationToken);
        }

        await EmptyTrashAsync(report, cancellationToken);
        return report;
    }

    async Task<Found> LookAsync(OrphanReport report, TimeSpan ageMin, CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - ageMin;
        var found = new Found([], []);
        var batch = new List<Orphan>(LookupBlobsMax);
        await foreach (var blob in blobs.ListAsync("", cancellationToken))
        {
            if (blob.WrittenAt > oldest || OtherFolders.Any(f => blob.Path.StartsWith(f, StringComparison.Ordinal))
                || CapturePath.Read(DerivedPaths.Original(blob.Path)) is not { } name)
            {
                continue;
            }

            batch.Add(new Orphan(blob, name));
            if (batch.Count == LookupBlobsMax)
            {
                await LookUpAsync(batch, found, report, cancellationToken);
                batch.Clear();
            }
        }

        await LookUpAsync(batch, found, report, cancellationToken);
        return found;
    }

    async Task LookUpAsync(
        List<Orphan> batch, Found found, OrphanReport report, CancellationToken cancellationToken)
    {
        var known = await _table.FindForBlobsAsync(
            batch.Select(b => b.Name.Id).Distinct().ToList(), cancellationToken);
        foreach (var blob in batch)
        {
            var isDerived = DerivedPaths.IsDerived(blob.Path);
            var isKnown = known.TryGetValue(blob.Name.Id, out var identity)
                && identity.DeviceCaptureId.AsSpan().SequenceEqual(blob.Name.DeviceCaptureId);
            report.Looked += isDerived ? 0 : 1;
            if (isKnown && identity.State != CaptureState.Stored)
            {
                // The hub died between the row and the blob of a picture that was to go.
                Add(found.Buried, blob.Path);
            }
            else if (!isKnown && !isDerived)
            {
                report.Orphans++;
                Add(found.Orphans, blob);
            }
        }
    }

    static void Add<T>(List<T> list, T item)
    {
        if (list.Count < SettledMax)
        {
            list.Add(item);
        }
    }

    async Task<(Camera? Camera, TimeZoneInfo Zone)> FindCameraAsync(string code, CancellationToken cancellationToken)
    {
        var camera = await _cameras.FindByCodeAsync(code, cancellationToken);
        var zone = camera is null ? null : await _sites.FindZoneForImportAsync(camera.Id, cancellationToken);
        return (camera, zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? found
            : TimeZoneInfo.Utc);
    }

    async Task SettleAsync(
        Orphan orphan, Camera? camera, TimeZoneInfo zone, OrphanReport report, CancellationToken cancellationToken)
    {
        var name = orphan.Name;
        if (camera is null || camera.ProjectSlug != name.Project)
        {
            Leave(orphan, report, $"there is no camera {name.Camera} in a project {name.Project}");
            return;
        }

        var now = time.GetUtcNow();
        var midnight = new DateTimeOffset(name.Day, TimeOnly.MinValue, TimeSpan.Zero);
        if (midnight < CaptureTime.ImportTimeMin || midnight > now + CaptureTime.AheadMax)
        {
            Leave(orphan, report, "its day is absurd");
            return;
        }

        if (await ReadAsync(orphan.Path, cancellationToken) is not { Length: > 0 } bytes)
        {
            Leave(orphan, report, $"it is gone, empty, or over {Protocol.CaptureBytesMax} bytes (CaptureBytesMax)");
            return;
        }

        var content = new ReadOnlySequence<byte>(bytes);
        var (digest, sha256) = CaptureDigest.Compute(content);
        var importId = SdCardImport.DeviceCaptureId(camera.Code, sha256);
        var deviceId = name.DeviceCaptureId;
        var known = await FindAsync(deviceId, cancellationToken);
        if (known?.IsSame(bytes.Length, digest) == false)
        {
            // The id is another picture's: this one gets an id of its bytes, the same at every run.
            deviceId = importId;
            known = await FindAsync(deviceId, cancellationToken);
        }

        if (known is not null)
        {
            await SettleKnownAsync(orphan, known, report, cancellationToken);
            return;
        }

        var isOwnPath = deviceId == name.DeviceCaptureId
            && await _captures.FindAsync(name.Id, cancellationToken) is null;
        var receivedAt = name.ReceivedAt is { } given && given <= now ? given : orphan.Blob.WrittenAt;
        var taken = CaptureTime.OfAdopted(name.Day, SdCardImport.ReadTime(bytes, zone), receivedAt);
        var id = isOwnPath ? name.Id : Guid.CreateVersion7(now);
        var capture = new NewCapture
        {
            Id = id,
            DeviceCaptureId = deviceId,
            ProjectId = camera.ProjectId,
            CameraId = camera.Id,
            CapturedAt = taken.CapturedAt,
            ReceivedAt = receivedAt,
            ClockQuality = taken.Quality,
            DeviceTime = taken.DeviceTime,
            Source = name.DeviceCaptureId.AsSpan().SequenceEqual(importId)
                ? CaptureSource.Import
                : CaptureSource.Camera,
            SizeBytes = bytes.Length,
            Digest = digest,
            Sha256 = sha256,
            BlobPath = isOwnPath
                ? orphan.Path
                : CapturePath.Of(camera.ProjectSlug, camera.Code, taken.CapturedAt, id, deviceId),
        };
        await AdoptAsync(orphan, capture, content, report, cancellationToken);
    }

    async Task AdoptAsync(
        Orphan orphan, NewCapture capture, ReadOnlySequence<byte> content, OrphanReport report,
        CancellationToken cancellationToken)
    {
        var isOwnPath = capture.BlobPath == orphan.Path;
        if (!isOwnPath)
        {
            await door.WriteAsync(capture.BlobPath, content, cancellationToken);
        }

        // Straight to the commit: the door would put what lost a race into the trash, and this may be the only copy.
        var filed = await commit.FileAsync(capture, cancellationToken);
        if (filed.Filing != Filing.Stored)
        {
            Leave(orphan, report, filed.Reason ?? "its id was taken in this moment; the next run decides");
            return;
        }

        report.Adopted++;
        Adopted(log, orphan.Path, capture.Id);
        if (!isOwnPath)
        {
            await door.TrashAsync(orphan.Path, cancellationToken);
        }
    }

    /// <summary>The same bytes have a row under another path.</summary>
    async Task SettleKnownAsync(
        Orphan orphan, KnownCapture known, OrphanReport report, CancellationToken cancellationToken)
    {
        if (known.State != CaptureState.Stored)
        {
            report.Buried += await blobs.DeleteAsync(orphan.Path, cancellationToken) ? 1 : 0;
            return;
        }

        var path = await _table.FindBlobPathAsync(known.Id, known.CapturedAt, cancellationToken);
        if (path is null || path == orphan.Path)
        {
            Leave(orphan, report, $"capture {known.Id} changed in this moment; the next run decides");
            return;
        }

        await using (var stored = await blobs.OpenReadAsync(path, cancellationToken))
        {
            if (stored is not null && stored.Length == known.SizeBytes)
            {
                await door.TrashAsync(orphan.Path, cancellationToken);
                report.Duplicates++;
                return;
            }
        }

        report.Restored += await blobs.MoveAsync(orphan.Path, path, cancellationToken) ? 1 : 0;
        Restored(log, path, known.Id);
    }

    async Task EmptyTrashAsync(OrphanReport report, CancellationToken cancellationToken)
    {
        var last = DateOnly.FromDateTime((time.GetUtcNow() - TrashKeep).UtcDateTime);
        await foreach (var blob in blobs.ListAsync(Trash, cancellationToken))
        {
            var day = blob.Path.Split('/')[1];
            if (DateOnly.TryParseExact(
                day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var thrown) && thrown < last)
            {
                report.TrashDeleted += await blobs.DeleteAsync(blob.Path, cancellationToken) ? 1 : 0;
            }
        }
    }

    async Task<KnownCapture?> FindAsync(byte[] deviceCaptureId, CancellationToken cancellationToken) =>
        await _captures.FindByDeviceIdAsync([deviceCaptureId], cancellationToken) is [var known] ? known : null;

    async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(path, cancellationToken);
        if (stream is null || stream.Length > Protocol.CaptureBytesMax)
        {
            return null;
        }

        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    void Leave(Orphan orphan, OrphanReport report, string reason)
    {
        report.Left++;
        LeftBehind(log, orphan.Path, reason);
    }

    sealed record Orphan(BlobEntry Blob, CaptureName Name)
    {
        public string Path => Blob.Path;
    }

    sealed record Found(List<Orphan> Orphans, List<string> Buried);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Adopted {Path}, which had no row, as capture {Capture}")]
    static partial void Adopted(ILogger logger, string path, Guid capture);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Put the missing blob {Path} of capture {Capture} back")]
    static partial void Restored(ILogger logger, string path, Guid capture);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Blob {Path} has no row and stays as it is: {Reason}")]
    static partial void LeftBehind(ILogger logger, string path, string reason);
}
