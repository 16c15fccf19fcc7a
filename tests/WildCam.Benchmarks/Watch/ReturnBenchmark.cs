using System.Diagnostics;
using WildCam.Simulator.Cameras;

namespace WildCam.Benchmarks.Watch;

/// <summary>
/// A fleet comes back after an outage: simulated cameras with the firmware's own brain and pictures in their spools
/// find the hub again, each at a moment of its own; nothing is lost, and the newest picture of each comes first.
/// </summary>
static class ReturnBenchmark
{
    const int Cameras = 500;
    const int OldPictures = 19;
    const int Pictures = OldPictures + 1;
    const double ConnectsPerSecondMax = 100;
    static readonly TimeSpan Outage = TimeSpan.FromSeconds(90);
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(12);

    public static Benchmark Benchmark { get; } = new(
        "return",
        $"{Cameras} cameras come back after an outage with {Pictures} pictures each: connections a second, and the "
        + "newest first",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        await using var world = await FleetWorld.StartAsync(await bench.ServerAsync(), Cameras);
        await world.Hub.KillAsync();
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = world.Endpoint,
            Cameras = world.Cameras,
            // A picture in the outage, whatever waits: with 0 a camera waits for the hub to take the old ones first.
            TriggerSeconds = 1,
            PicturesPerCamera = 1,
            HistoryPictures = OldPictures,
            HistoryDays = 1,
            PictureWidth = 320,
            PicturePool = 8,
            StateFolder = world.SpoolFolder,
            DrainTimeout = Timeout,
        });
        var running = fleet.RunAsync(bench.Cancellation);
        await Task.Delay(Outage, bench.Cancellation);
        Must.Equal(0L, fleet.Progress.Receipted, "pictures delivered while there was no hub");
        var clock = Stopwatch.StartNew();
        await world.KillAndRestartHubAsync();
        bench.Say($"the hub is back after {Outage.TotalSeconds:0} s");
        var report = await running;
        bench.Say($"all is delivered {clock.Elapsed.TotalSeconds:0} s after the hub's return: {fleet.Progress}");
        var connects = await world.Database.ReadAsync<long>("""
            select max(n) from (
              select count(*) as n from camera_sessions group by date_trunc('second', connected_at)) s
            """);
        var newest = await world.Database.ReadAsync<double>("""
            select avg(case when place = 1 then 1 else 0 end)::float8 from (
              select row_number() over (partition by camera_id order by received_at, captured_at desc) as place,
                captured_at = max(captured_at) over (partition by camera_id) as is_newest
              from captures) c
            where is_newest
            """);
        await world.SettleAsync(Timeout);
        // A camera's past may have a picture more: its last burst ends where it ends.
        Must.Hold(
            report.IsComplete && report.Captures.Count >= Cameras * Pictures,
            $"Not all pictures came: {report.Progress}");
        await world.CheckAsync(report);
        bench.ClaimUnder(
            $"most of {Cameras} cameras that connect in one second after an outage", "cameras",
            new Spread([connects]), ConnectsPerSecondMax);
        bench.ClaimOver(
            "cameras whose newest picture came first", "%", new Spread([newest * 100]), 95);
    }
}
