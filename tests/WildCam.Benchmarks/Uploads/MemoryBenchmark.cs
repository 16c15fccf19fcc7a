using System.Globalization;

namespace WildCam.Benchmarks.Uploads;

/// <summary>
/// What the hub holds in memory while pictures come at the rate that it must bear, jobs running behind.
/// </summary>
static class MemoryBenchmark
{
    const double PicturesPerSecond = 150;
    const double ResidentMegabytesMax = 512;
    const int MinutesUnlessTold = 10;
    const int HashOneIn = 50;
    const string MinutesVariable = "WILDCAM_BENCH_MINUTES";
    static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    public static Benchmark Benchmark { get; } = new(
        "memory",
        $"resident memory of the hub while {PicturesPerSecond} pictures of 200 KB a second come due for "
        + $"{MinutesUnlessTold} minutes, thumbnails and detection behind them ({MinutesVariable} for other lengths)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var minutes = double.Parse(
            Environment.GetEnvironmentVariable(MinutesVariable) ?? $"{MinutesUnlessTold}",
            CultureInfo.InvariantCulture);
        await using var world = await FleetWorld.StartAsync(await bench.ServerAsync(), UploadsBenchmark.Cameras);
        var pictures = SwarmPictures.Paint(UploadsBenchmark.PictureBytes);
        using var swarm = await CameraSwarm.OpenAsync(
            new SwarmPlan(world.Hub.MqttPort, pictures, 16 << 10, ToHub: true, Boot: 1), world.Cameras);
        bench.Say($"before: {Megabytes(world):0} MB");
        var delivering = swarm.DeliverAtAsync(PicturesPerSecond, TimeSpan.FromMinutes(minutes), bench.Cancellation);
        var samples = new List<double>();
        while (!delivering.IsCompleted)
        {
            samples.Add(Megabytes(world));
            if (samples.Count % 30 == 0)
            {
                bench.Say($"after {samples.Count} s: {samples[^1]:0} MB");
            }

            await Task.WhenAny(delivering, Task.Delay(SampleInterval, bench.Cancellation));
        }

        var report = await delivering;
        var waiting = await world.Database.ReadAsync<long>("select count(*) from jobs");
        bench.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Pictures} pictures receipted in {report.Seconds:0} s; from due to receipt "
            + $"{report.Percentile(0.5):0} ms in the median, 99 % under {report.Percentile(0.99):0} ms; "
            + $"{waiting} jobs are left"));
        await DeliveredPictures.CheckAsync(world, swarm, HashOneIn, bench.Cancellation);
        var length = string.Create(CultureInfo.InvariantCulture, $"{minutes:0.##} minutes");
        bench.ClaimUnder(
            $"hub, the most in {length} at {PicturesPerSecond} pictures/s", "MB resident",
            new Spread([samples.Max()]), ResidentMegabytesMax);
        bench.ClaimOver(
            $"receipted on the way, {length}", "pictures/s", new Spread([report.PicturesPerSecond]),
            PicturesPerSecond * 0.98);
    }

    static double Megabytes(FleetWorld world) => world.Hub.ResidentBytes / (double)(1 << 20);
}
