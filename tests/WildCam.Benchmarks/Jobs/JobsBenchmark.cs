using System.Diagnostics;
using WildCam.Benchmarks.Thumbnails;
using WildCam.Storage;
using WildCam.Storage.Jobs;
using WildCam.Wire;

namespace WildCam.Benchmarks.Jobs;

/// <summary>
/// What the queue costs: jobs that do nothing, claimed, run and completed by the hub's loop, beside pgbench sending the
/// same statements; the same with a million jobs waiting; and how soon a fresh picture is through in front of those.
/// </summary>
static class JobsBenchmark
{
    public const int BatchMax = 8;
    public const int ParallelMax = 4;

    const string OurKind = "ours";
    const string PeerKind = "peer";
    const int JobsPerRound = 20_000;
    const int BusyPictures = 400;
    const int FreshPictures = 5;
    const double RatioMin = 0.7;
    const double JobsPerSecondMin = 1500;
    const double FlatMin = 0.85;
    const double FreshSecondsMax = 5;
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public static Benchmark Benchmark { get; } = new(
        "jobs",
        "Jobs claimed, run and completed, beside pgbench with the same statements; a million waiting (3 minutes).",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        await using var empty = await server.CreateAsync();
        var cycles = await bench.AlternateAsync(
            "jobs/s", () => RunOursAsync(bench, empty, 0), "pgbench", () => RunPeerAsync(bench, empty));
        bench.ClaimAtLeast(
            $"cycles of {BatchMax} jobs, {ParallelMax} at once", "jobs/s", cycles, RatioMin, JobsPerSecondMin);

        await using var full = await server.CreateAsync();
        bench.Say("Adding a million jobs ...");
        await JobBacklog.AddAsync(full, OurKind, JobBacklog.Million);
        await full.RunAsync("vacuum analyze jobs");
        var flat = await bench.AlternateAsync(
            "jobs/s", () => RunOursAsync(bench, full, JobBacklog.Million),
            "none waiting", () => RunOursAsync(bench, empty, 0));
        bench.ClaimAtLeast("cycles with a million jobs waiting", "jobs/s", flat, FlatMin);
        await MeasureFreshAsync(bench, server);
    }

    static async Task<double> RunOursAsync(Bench bench, WorldDatabase database, int waiting)
    {
        await EnqueueAsync(database, OurKind);
        var before = await CountAsync(database, OurKind);
        Must.Hold(before >= waiting, $"{before} jobs wait; {waiting} should.");
        var handler = new CountingHandler(OurKind, JobsPerRound);
        var hub = ProcessorTime.Of(Environment.ProcessId);
        var server = await ProcessorTime.OfServerAsync(database);
        var started = Stopwatch.GetTimestamp();
        TimeSpan took;
        await using (await WorldLoop.StartAsync(database, handler))
        {
            took = Stopwatch.GetElapsedTime(started, await handler.Reached.WaitAsync(Timeout));
        }

        hub = (ProcessorTime.Of(Environment.ProcessId) - hub) * 1e6 / JobsPerRound;
        server = (await ProcessorTime.OfServerAsync(database) - server) * 1e6 / JobsPerRound;
        bench.Say($"processor time of one job: hub {hub:0} us, PostgreSQL {server:0} us");

        // The loop has ended in good order: what was given to the handler is gone, once, and nothing else is.
        Must.Equal(before - handler.Seen, await CountAsync(database, OurKind), "jobs that are left");
        return JobsPerRound / took.TotalSeconds;
    }

    static async Task<double> RunPeerAsync(Bench bench, WorldDatabase database)
    {
        await EnqueueAsync(database, PeerKind);
        var batches = await PgBench.RunAsync(bench, database, JobsPerRound / BatchMax);
        Must.Equal(0, await CountAsync(database, PeerKind), "jobs that pgbench left");
        return batches * BatchMax;
    }

    // Cleaned up as autovacuum does each minute: rounds follow each other faster than that.
    static async Task EnqueueAsync(WorldDatabase database, string kind)
    {
        await database.RunAsync("""
            insert into jobs (kind, subject, priority) select $1, id::text, 10 from unnest($2::uuid[]) id
            """, kind, Enumerable.Range(0, JobsPerRound).Select(_ => Guid.CreateVersion7()).ToArray());
        await database.RunAsync("vacuum analyze jobs");
    }

    static Task<long> CountAsync(WorldDatabase database, string kind) =>
        database.ReadAsync<long>("select count(*) from jobs where kind = $1", kind);

    // A hub at work on a million thumbnails, the first of them real; a camera delivers one picture after another.
    static async Task MeasureFreshAsync(Bench bench, WorldServer server)
    {
        await using var database = await server.CreateAsync();
        var data = Path.Combine(bench.Folder, "data");
        var shelf = await StoredPictures.MakeAsync(database, data);
        var pictures = SamplePictures.Paint(8);
        var busy = await shelf.AddAsync(pictures, BusyPictures, CaptureStages.All);
        foreach (var kind in new[] { JobKinds.Thumbnail, JobKinds.Detection })
        {
            await JobBacklog.AddAsync(database, kind, JobBacklog.Million / 2);
            await JobBacklog.PutFirstAsync(database, kind, busy);
        }

        await database.RunAsync("analyze jobs");
        await using var hub = await WorldHub.StartAsync(database.ConnectionString, data);
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "fresh-1");
        await camera.ConnectAsync(hub.MqttPort);
        await camera.HelloAsync();
        var seconds = new List<double>();
        for (var n = 1; n <= FreshPictures; n++)
        {
            var receipt = await camera.DeliverAsync(new ScriptedPicture(7, (ulong)n, pictures[n]));
            var clock = Stopwatch.StartNew();
            Must.Equal(ReceiptOutcomes.Stored, receipt.Outcome, "the receipt's outcome");
            await Wait.UntilAsync(
                () => database.ReadAsync<bool>("""
                    select count(*) = $1 from captures c join cameras k on k.id = c.camera_id
                    where k.code = 'fresh-1' and c.stages_missing & $2 = 0
                    """, (long)n, (int)(CaptureStages.Thumbnail | CaptureStages.Detection)),
                Timeout, () => $"Fresh picture {n} is not done.\n{hub.Output}");
            seconds.Add(clock.Elapsed.TotalSeconds);
        }

        var left = await JobBacklog.CountReadyAsync(database, JobKinds.Thumbnail)
            + await JobBacklog.CountReadyAsync(database, JobKinds.Detection);
        bench.Say($"{left} jobs still waited after the last fresh picture; the slowest took {seconds.Max():0.00} s.");
        Must.Hold(left > JobBacklog.Million * 0.8, $"Only {left} jobs waited at the end: the backlog was none.");
        bench.ClaimUnder(
            "a fresh picture's thumbnails and detection, a million jobs waiting", "s", new Spread([seconds.Max()]),
            FreshSecondsMax);
    }
}
