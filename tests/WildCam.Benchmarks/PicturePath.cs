using System.Buffers.Binary;
using System.Diagnostics;
using WildCam.Hub.Events;
using WildCam.Hub.Rollups;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Detection;
using WildCam.Storage.Events;
using WildCam.Storage.Ingest;
using WildCam.Storage.Jobs;
using WildCam.Storage.Rollups;
using WildCam.Storage.Thumbnails;

namespace WildCam.Benchmarks;

/// <summary>
/// The database's part in a picture's way through the hub: offered, filed, each of its four jobs claimed, carried out
/// and ended, its event and its day folded, the pages told. The hub's tables in the hub's batches; what a job's code
/// does between two statements is left out.
/// </summary>
sealed class PicturePath(WorldDatabase database)
{
    const int CommitPictures = 32;
    const int NeighboursMax = 12;
    static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    readonly Dictionary<string, TimeSpan> _spent = [];
    readonly DeliveriesTable _deliveries = new(database.Source);
    readonly IngestTransaction _ingest = new(database.Source);
    readonly JobsTable _jobs = new(database.Source);
    readonly ThumbnailsTable _thumbnails = new(database.Source);
    readonly ExifTable _exif = new(database.Source);
    readonly DetectionsTable _detections = new(database.Source);
    readonly EventsTable _events = new(database.Source);
    readonly RollupsTable _rollups = new(database.Source);
    readonly PageEventsTable _pages = new(database.Source);
    int _taken;

    public void Forget() => _spent.Clear();

    /// <summary>Where the time went, by part, in ms a picture.</summary>
    public string Spent(int pictures) => string.Join(", ", _spent
        .OrderByDescending(s => s.Value).Select(s => $"{s.Key} {s.Value.TotalMilliseconds / pictures:0.00}"));

    /// <summary>The next visits of the cameras, four pictures each.</summary>
    public async Task TakeAsync(int pictures)
    {
        for (var done = 0; done < pictures; done += CommitPictures)
        {
            var group = Enumerable.Range(0, CommitPictures).Select(_ => Next()).ToArray();
            await TimeAsync("ingest", () => IngestAsync(group));
            await WorkAsync(JobKinds.Thumbnail, 4, MakeThumbnailsAsync);
            await WorkAsync(JobKinds.Exif, 16, ReadExifAsync);
            await WorkAsync(JobKinds.Event, 64, GroupAsync);
            await WorkAsync(JobKinds.Detection, 8, DetectAsync);
        }

        await TimeAsync("fold events", FoldEventsAsync);
        await TimeAsync("fold days", FoldDaysAsync);
    }

    /// <summary>Nothing of what was taken is lost or left over.</summary>
    public async Task CheckAsync(int pictures)
    {
        Must.Equal((long)pictures, await database.ReadAsync<long>("""
            select count(*) from captures where captured_at >= $1 and stages_missing = 0 and event_id is not null
            """, Stock.Now.AddDays(1).UtcDateTime), "pictures that went all the way");
        Must.Equal(
            (pictures, pictures / Stock.VisitPictures),
            (await database.ReadAsync<int>(
                "select coalesce(sum(capture_count), 0)::int from events where started_at >= $1",
                Stock.Now.AddDays(1).UtcDateTime),
                await database.ReadAsync<int>(
                    "select count(*)::int from events where started_at >= $1", Stock.Now.AddDays(1).UtcDateTime)),
            "pictures in events, and events");
        Must.Equal(0L, await database.ReadAsync<long>("""
            select (select count(*) from jobs) + (select count(*) from summary_dirty)
              + (select count(*) from event_dirty) + (select count(*) from sighting_dirty)
            """), "jobs and marks left");
    }

    NewCapture Next()
    {
        var number = _taken++;
        var visit = number / Stock.VisitPictures;
        var camera = 1 + (visit % Stock.Cameras);
        var at = Stock.Now.AddDays(1) + (Stock.VisitEvery * (visit / Stock.Cameras))
            + TimeSpan.FromSeconds(10 * (number % Stock.VisitPictures));
        var id = Guid.CreateVersion7();
        // The wire's: the spool's id, then a counter of the camera's own.
        var deviceId = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(deviceId.AsSpan(4), (uint)camera);
        BinaryPrimitives.WriteUInt64LittleEndian(deviceId.AsSpan(8), 20_000_000 + (ulong)number);
        return new NewCapture
        {
            Id = id,
            DeviceCaptureId = deviceId,
            ProjectId = 1,
            CameraId = camera,
            CapturedAt = at,
            ReceivedAt = at.AddSeconds(5),
            ClockQuality = ClockQuality.Anchored,
            SizeBytes = 200_000,
            Digest = new byte[32],
            Sha256 = new byte[32],
            BlobPath = $"stock/{id}.jpg",
        };
    }

    async Task IngestAsync(NewCapture[] group)
    {
        var facts = await _deliveries.FindForBeginAsync(
            [.. group.Select(c => new OfferedCapture(c.CameraId, c.DeviceCaptureId, 1))], default);
        Must.Hold(facts.All(f => f.Known is null), "A new picture is known already.");
        Must.Equal(
            group.Length, (await _ingest.FileAsync(group, JobPriorities.Fresh, default)).Count, "captures filed");
    }

    async Task WorkAsync(string kind, int batchMax, Func<Guid[], Task> handleAsync)
    {
        while (true)
        {
            var clock = Stopwatch.GetTimestamp();
            var batch = await _jobs.ClaimNextAsync(kind, batchMax, s_lease, oldestFirst: false, default);
            Add("claim and end", clock);
            if (batch.Count == 0)
            {
                return;
            }

            await TimeAsync(kind, () => handleAsync([.. batch.Select(j => Guid.Parse(j.Subject))]));
            clock = Stopwatch.GetTimestamp();
            Must.Equal(
                batch.Count,
                (await _jobs.CompleteAsync([.. batch.Select(j => j.Held)], default)).Count, "jobs ended");
            Add("claim and end", clock);
        }
    }

    async Task MakeThumbnailsAsync(Guid[] ids)
    {
        var missing = await _thumbnails.FindMissingThumbnailsAsync(ids, default);
        Must.Equal(ids.Length, missing.Count, "captures without thumbnails");
        await using (var connection = await database.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await _thumbnails.CompleteThumbnailsAsync(
                connection,
                [.. ids.Select(id => new PictureFacts
                {
                    Id = id, Integrity = 1, Width = 1600, Height = 1200, Lightness = 8, ThumbnailVersion = 1,
                    Widths = [160, 320, 640],
                })],
                default);
            await transaction.CommitAsync();
        }

        await _pages.AppendAsync([new PageEvent(1, PageEventKinds.Processed, ids[0].ToString(), null)], default);
    }

    async Task ReadExifAsync(Guid[] ids)
    {
        var missing = await _exif.FindMissingExifAsync(ids, default);
        Must.Equal(ids.Length, missing.Count, "captures without EXIF");
        await _exif.CompleteExifAsync(
            [.. missing.Values.Select(m => new ReadExif(m.Id, m.CapturedAt, """{"Make":"WildCam"}"""))], default);
    }

    async Task DetectAsync(Guid[] ids)
    {
        var captures = await _detections.FindMissingDetectionsAsync(ids, 1, default);
        foreach (var capture in captures.Values)
        {
            var neighbours = await _detections.FindNeighboursAsync(capture, isInfrared: false, NeighboursMax, default);
            Must.Equal(NeighboursMax, neighbours.Count, "pictures to compare with");
        }

        await _detections.EnsureMonthsAsync(captures.Values, default);
        await using (var connection = await database.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var filed = await _detections.CompleteDetectionsAsync(
                connection,
                [.. ids.Select(id => new CaptureDetections(
                    id, 1, [new DetectionRow(Category.Movement, 0.8f, 0.1f, 0.1f, 0.2f, 0.2f)]))],
                default);
            await transaction.CommitAsync();
            Must.Equal(ids.Length, filed.Count, "captures with detections");
        }

        await _pages.AppendAsync([new PageEvent(1, PageEventKinds.Processed, ids[0].ToString(), null)], default);
    }

    async Task GroupAsync(Guid[] ids)
    {
        var cameras = await _events.FindCamerasAsync(ids, default);
        var touched = new List<TouchedEvent>();
        foreach (var ofCamera in cameras.GroupBy(c => c.Value).OrderBy(g => g.Key))
        {
            touched.AddRange(await _events.PlaceAsync(ofCamera.Key, [.. ofCamera.Select(c => c.Key)], default));
        }

        await _pages.AppendAsync(
            [.. touched.Select(e => new PageEvent(
                e.ProjectId, PageEventKinds.Arrival, e.EventId.ToString(), e.CapturedAt))],
            default);
    }

    async Task FoldEventsAsync()
    {
        while (await _events.FoldAsync(FoldEventsLoop.EventsMax, default) is { Count: > 0 } folded)
        {
            await _pages.AppendAsync(
                [new PageEvent(1, PageEventKinds.Processed, folded[0].BestCaptureId.ToString(), null)], default);
        }
    }

    async Task FoldDaysAsync()
    {
        while (await _rollups.FoldAsync(FoldRollupsLoop.BucketsMax, default) > 0)
        {
        }
    }

    async Task TimeAsync(string part, Func<Task> runAsync)
    {
        var clock = Stopwatch.GetTimestamp();
        await runAsync();
        Add(part, clock);
    }

    void Add(string part, long since) =>
        _spent[part] = _spent.GetValueOrDefault(part) + Stopwatch.GetElapsedTime(since);
}
