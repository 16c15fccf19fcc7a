using System.Diagnostics;
using System.Globalization;
using WildCam.Benchmarks.Idle;
using WildCam.Wire;

namespace WildCam.Benchmarks.Watch;

/// <summary>
/// What a fleet that is well costs the hub: cameras that said hello and listen, each with a heartbeat every 30 s,
/// acknowledged after commit. The hub does its recurring work meanwhile.
/// </summary>
static class HeartbeatsBenchmark
{
    const int Cameras = 2000;
    const int HeartbeatSeconds = 30;
    const int MinutesDefault = 3;
    const double Megabyte = 1 << 20;
    static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(20);

    public static Benchmark Benchmark { get; } = new(
        "heartbeats",
        $"processor and memory of a hub with {Cameras} cameras and a heartbeat of each every {HeartbeatSeconds} s, for "
        + $"{MinutesDefault} minutes (WILDCAM_BENCH_MINUTES for longer)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var minutes = double.Parse(
            Environment.GetEnvironmentVariable("WILDCAM_BENCH_MINUTES") ?? $"{MinutesDefault}",
            CultureInfo.InvariantCulture);
        await using var world = await FleetWorld.StartAsync(await bench.ServerAsync(), Cameras);

        // A hub of its own start: the one that saw the registrations is not the same hub idle.
        await world.KillAndRestartHubAsync();
        await Task.Delay(SettleTime, bench.Cancellation);
        var (idleCores, _) = await MeasureAsync(world, TimeSpan.FromSeconds(30), bench);
        var idleBytes = world.Hub.ResidentBytes;
        bench.Say($"the hub idle: {idleBytes / Megabyte:0} MB, {idleCores * 100:0.0} % of a core");
        await using var cameras = new IdleCameras();
        await cameras.ConnectAsync(
            world.Hub.MqttPort, world.Cameras, bench.Cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(bench.Cancellation);
        var beating = Enumerable.Range(0, Cameras).Select(i => BeatAsync(world, cameras, i, ending.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(HeartbeatSeconds) + SettleTime, bench.Cancellation);
        var before = await CountAsync(world);
        var clock = Stopwatch.StartNew();
        var (cores, most) = await MeasureAsync(world, TimeSpan.FromMinutes(minutes), bench);
        var stored = await CountAsync(world) - before;
        cameras.CheckAll();
        await ending.CancelAsync();
        await Task.WhenAll(beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var expected = Cameras * clock.Elapsed.TotalSeconds / HeartbeatSeconds;
        Must.Hold(
            stored > expected * 0.97 && stored < expected * 1.03,
            $"{stored} heartbeats were stored where {expected:0} were sent.");
        bench.ClaimUnder(
            $"processor of {Cameras} cameras' heartbeats every {HeartbeatSeconds} s", "% of a core",
            new Spread([cores * 100]), 25);
        bench.ClaimUnder(
            "memory above the idle hub", "MB", new Spread([(most - idleBytes) / Megabyte]), 100);
    }

    /// <summary>Cores that the hub used in a time, and its most resident bytes.</summary>
    static async Task<(double Cores, long MostBytes)> MeasureAsync(FleetWorld world, TimeSpan length, Bench bench)
    {
        var (used, most) = (ProcessorTime.Of(world.Hub.ProcessId), 0L);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < length)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Cancellation);
            most = Math.Max(most, world.Hub.ResidentBytes);
        }

        return ((ProcessorTime.Of(world.Hub.ProcessId) - used) / clock.Elapsed.TotalSeconds, most);
    }

    static Task<long> CountAsync(FleetWorld world) =>
        world.Database.ReadAsync<long>("select count(*) from telemetry");

    // Each camera begins at its own moment of the interval, as a fleet in the field does.
    static async Task BeatAsync(
        FleetWorld world, IdleCameras cameras, int camera, CancellationToken cancellationToken)
    {
        var topic = Topics.Up(world.Cameras[camera].Code, Topics.Heartbeat);
        var payload = new byte[Heartbeat.Bytes];
        await Task.Delay(TimeSpan.FromSeconds(HeartbeatSeconds * (double)camera / cameras.Count), cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(HeartbeatSeconds));
        for (uint sequence = 1; ; sequence++)
        {
            new Heartbeat
            {
                Boot = 1,
                Sequence = sequence,
                ClockEpoch = 1,
                ClockSeconds = 1000 + (sequence * HeartbeatSeconds),
                BatteryMillivolts = 3900,
                BatteryPercent = 81,
                Temperature = 215,
                SignalDbm = -61,
                SpoolCapacityBytes = 8UL << 30,
                FreeMemoryBytes = 60_000,
                ResetCause = WakeCauses.PowerOn,
                NextContactSeconds = HeartbeatSeconds,
            }.Write(payload, 0);
            await cameras.PublishAsync(camera, topic, payload, cancellationToken);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
