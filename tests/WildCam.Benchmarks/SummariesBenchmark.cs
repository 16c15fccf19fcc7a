using System.Diagnostics;
using System.Security.Cryptography;
using WildCam.Hub.Rollups;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Detection;
using WildCam.Storage.Ingest;
using WildCam.Storage.Jobs;
using WildCam.Storage.Rollups;

namespace WildCam.Benchmarks;

/// <summary>
/// Ten thousand new detections, two hundred of each of fifty cameras, filed by the hub's writer into days that hold a
/// full day of pictures already, folded into the daily sums as the hub's loop does; nine cameras in ten tell of one
/// day, the tenth of a day weeks before. The peer counts everything again as a materialized view that stays readable
/// meanwhile. In the end ours equals it.
/// </summary>
static class SummariesBenchmark
{
    const int New = 10_000;
    const int Cameras = 50;
    const int LateCameras = Cameras / 10;
    const int LateDays = 40;
    const string View = "recounted";

    public static Benchmark Benchmark { get; } = new(
        "summaries",
        "10,000 new detections into the daily sums of 3 and of 10 million; the peer refreshes a materialized view"
            + " (6 min, most of it making the rows)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        await using var three = await MakeAsync(bench, server, 3_000_000);
        await using var ten = await MakeAsync(bench, server, 10_000_000);
        var folds = new[] { new List<double>(), new List<double>() };
        var refreshes = new[] { new List<double>(), new List<double>() };
        for (var round = 0; round <= Bench.CountedRounds; round++)
        {
            foreach (var (i, database) in new[] { three, ten }.Index())
            {
                bench.Cancellation.ThrowIfCancellationRequested();
                await FileAsync(database, round);
                await database.RunLongAsync("checkpoint");
                var fold = await TimeAsync(() => FoldAsync(database));
                var refresh = await TimeAsync(
                    () => database.RunLongAsync($"refresh materialized view concurrently {View}"));
                bench.Say($"{(round == 0 ? "warm-up" : $"round {round}")}, {(i == 0 ? 3 : 10)} M: "
                    + $"fold {fold:0.0} ms, refresh {refresh:0} ms");
                if (round > 0)
                {
                    folds[i].Add(fold);
                    refreshes[i].Add(refresh);
                }
            }
        }

        foreach (var database in new[] { three, ten })
        {
            Must.Equal(0L, await database.ReadAsync<long>("select count(*) from summary_dirty"), "days left dirty");
            Must.Equal(0L, await database.ReadAsync<long>($"""
                select count(*) from (
                  (select * from {View} except all {Invariants.Summary}) union all
                  ({Invariants.Summary} except all select * from {View})) x
                """), "daily sums that differ from the recount");
        }

        const string peer = "refresh";
        bench.ClaimAtMost(
            "fold, 3 M rows", "ms", new Pairs(new(folds[0]), peer, new(refreshes[0])), ratioMax: 0.02);
        bench.ClaimAtMost(
            "fold, 10 M rows", "ms", new Pairs(new(folds[1]), peer, new(refreshes[1])), ratioMax: 0.02);
        bench.ClaimAtMost(
            "fold, 10 M beside 3 M", "ms", new Pairs(new(folds[1]), "3 M", new(folds[0])), ratioMax: 1.3);
    }

    static async Task<WorldDatabase> MakeAsync(Bench bench, WorldServer server, int detections)
    {
        var clock = Stopwatch.StartNew();
        var database = await server.CreateAsync();
        await Stock.MakeCamerasAsync(database);
        await Stock.FillDetectionsAsync(database, captures: detections, perCapture: 1);
        await database.RunLongAsync($"""
            create materialized view {View} (camera_id, detection_date, category, taxon_id, project_id, detection_count,
              avg_confidence) as {Invariants.Recount}
            """);
        await database.RunLongAsync($"create unique index on {View} (camera_id, detection_date, category, taxon_id)");
        await Stock.RestAsync(database);
        bench.Say($"{detections} detections made in {clock.Elapsed.TotalSeconds:0} s");
        return database;
    }

    /// <summary>One day's worth of new captures, each with a detection; each round's day is the one before.</summary>
    static async Task FileAsync(WorldDatabase database, int round)
    {
        // The local day begins two hours before the UTC day in summer.
        var day = Stock.Now.AddHours(-2).AddDays(-1 - round);
        var every = TimeSpan.FromDays(1) / (New / Cameras);
        var captures = new NewCapture[New];
        for (var i = 0; i < captures.Length; i++)
        {
            var camera = 1 + (i % Cameras);
            var at = day + (every * (i / Cameras));
            captures[i] = NewPicture(camera, camera > LateCameras ? at : at.AddDays(-LateDays));
        }

        var ingest = new IngestTransaction(database.Source);
        foreach (var group in captures.Chunk(1000))
        {
            Must.Equal(
                group.Length, (await ingest.FileAsync(group, JobPriorities.Backfill, default)).Count, "captures filed");
        }

        var table = new DetectionsTable(database.Source);
        await using var connection = await database.Source.OpenConnectionAsync();
        foreach (var group in captures.Chunk(2000))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await table.CompleteDetectionsAsync(
                connection,
                [.. group.Select(c => new CaptureDetections(
                    c.Id, 1, [new DetectionRow(Category.Animal, 0.9f, 0.1f, 0.1f, 0.2f, 0.2f)]))],
                default);
            await transaction.CommitAsync();
        }
    }

    static NewCapture NewPicture(int camera, DateTimeOffset at)
    {
        var id = Guid.CreateVersion7();
        return new NewCapture
        {
            Id = id,
            DeviceCaptureId = RandomNumberGenerator.GetBytes(16),
            ProjectId = 1,
            CameraId = camera,
            CapturedAt = at,
            ReceivedAt = Stock.Now,
            ClockQuality = ClockQuality.Anchored,
            SizeBytes = 200_000,
            Digest = new byte[32],
            Sha256 = new byte[32],
            BlobPath = $"stock/{id}.jpg",
        };
    }

    static async Task FoldAsync(WorldDatabase database)
    {
        var rollups = new RollupsTable(database.Source);
        while (await rollups.FoldAsync(FoldRollupsLoop.BucketsMax, default) > 0)
        {
        }
    }

    static async Task<double> TimeAsync(Func<Task> runAsync)
    {
        var clock = Stopwatch.StartNew();
        await runAsync();
        return clock.Elapsed.TotalMilliseconds;
    }
}
