using System.Diagnostics;
using System.Globalization;
using WildCam.Wire;

namespace WildCam.Benchmarks.Uploads;

/// <summary>
/// Durable picture bytes, from the camera's socket to the fsynced blob and the committed row, beside a broker that
/// makes nothing durable.
/// </summary>
static class UploadsBenchmark
{
    public const int PictureBytes = 200 * 1024;
    public const int Cameras = 200;
    const int PicturesPerCamera = 10;
    const int RoundsWithJobs = 3;
    const double RatioMin = 0.5;
    const double PicturesPerSecondMin = 150;

    public static Benchmark Benchmark { get; } = new(
        "uploads",
        $"{Cameras} cameras deliver pictures of 200 KB over MQTT QoS 1, two chunks in flight each, to fsynced blobs "
        + "and committed rows, jobs off; the peer is mosquitto with mosquitto_sub -q 1 throwing the same chunks away",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var pictures = SwarmPictures.Paint(PictureBytes);
        await using (var mosquitto = await Mosquitto.StartAsync(bench.Folder))
        await using (var world = await FleetWorld.StartAsync(
            await bench.ServerAsync(), Cameras, ("WildCam__Jobs__Work", "false")))
        {
            foreach (var chunkBytes in (ushort[])[16 << 10, 4 << 10])
            {
                await ClaimAsync(bench, world, mosquitto, pictures, chunkBytes);
            }
        }

        await ClaimWithJobsAsync(bench, pictures);
    }

    // Thumbnails and detection run behind, on the same cores: what a single hub does while a burst arrives.
    static async Task ClaimWithJobsAsync(Bench bench, SwarmPictures pictures)
    {
        await using var world = await FleetWorld.StartAsync(await bench.ServerAsync(), Cameras);
        using var swarm = await CameraSwarm.OpenAsync(
            new SwarmPlan(world.Hub.MqttPort, pictures, 16 << 10, ToHub: true, Boot: 1), world.Cameras);
        await DeliverAsync(bench, world, swarm);
        var rounds = new List<double>();
        while (rounds.Count < RoundsWithJobs)
        {
            rounds.Add(await DeliverAsync(bench, world, swarm));
        }

        await DeliveredPictures.CheckAsync(world, swarm, hashOneIn: 1, bench.Cancellation);
        bench.ClaimOver(
            "the same with thumbnails and detection at work, 16 KB chunks", "pictures/s", new Spread(rounds),
            PicturesPerSecondMin);
    }

    static async Task ClaimAsync(
        Bench bench, FleetWorld world, Mosquitto mosquitto, SwarmPictures pictures, ushort chunkBytes)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{chunkBytes >> 10} KB chunks");
        var peerPlan = new SwarmPlan(mosquitto.Port, pictures, chunkBytes, ToHub: false, Boot: 1);
        using var peers = await CameraSwarm.OpenAsync(peerPlan, world.Cameras);
        var alone = await peers.DeliverAsync(PicturesPerCamera, bench.Cancellation);
        bench.Say($"{size}: the generator alone, to a broker without a subscriber: {Tell(alone)}");
        using var swarm = await CameraSwarm.OpenAsync(
            new SwarmPlan(world.Hub.MqttPort, pictures, chunkBytes, ToHub: true, Boot: chunkBytes), world.Cameras);
        var pairs = await bench.AlternateAsync(
            "pictures/s",
            () => DeliverAsync(bench, world, swarm),
            "mosquitto",
            () => PublishAsync(bench, mosquitto, peers, peerPlan));
        var bytes = await DeliveredPictures.CheckAsync(world, swarm, hashOneIn: 1, bench.Cancellation);
        bench.Say($"{size}: every receipt has its row and its blob of the right hash, {bytes >> 20} MB in all");
        Must.Equal(
            0L, await world.Database.ReadAsync<long>("select count(*) from jobs where attempts > 0"),
            "jobs that were worked on although they are off");
        bench.ClaimAtLeast($"durable pictures of 200 KB, {size}", "pictures/s", pairs, RatioMin, PicturesPerSecondMin);
    }

    static async Task<double> DeliverAsync(Bench bench, FleetWorld world, CameraSwarm swarm)
    {
        var hub = ProcessorTime.Of(world.Hub.ProcessId);
        var server = await ProcessorTime.OfServerAsync(world.Database);
        var report = await swarm.DeliverAsync(PicturesPerCamera, bench.Cancellation);
        hub = (ProcessorTime.Of(world.Hub.ProcessId) - hub) * 1000 / report.Pictures;
        server = (await ProcessorTime.OfServerAsync(world.Database) - server) * 1000 / report.Pictures;
        var own = report.ProcessorSeconds * 1000 / report.Pictures;
        bench.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.PicturesPerSecond:0} pictures/s; processor time of one: hub {hub:0.00} ms, "
            + $"PostgreSQL {server:0.00} ms, generator {own:0.00} ms"));
        return report.PicturesPerSecond;
    }

    static async Task<double> PublishAsync(Bench bench, Mosquitto mosquitto, CameraSwarm peers, SwarmPlan plan)
    {
        var pictures = PicturesPerCamera * Cameras;
        using var subscriber = await mosquitto.SubscribeAsync(
            Topics.Prefix + "#", "/dev/null", "-C", $"{pictures * plan.ChunkCount}");
        var clock = Stopwatch.StartNew();
        await peers.DeliverAsync(PicturesPerCamera, bench.Cancellation);
        await subscriber.WaitForExitAsync(bench.Cancellation);
        Must.Equal(0, subscriber.ExitCode, "the exit code of mosquitto_sub");
        return pictures / clock.Elapsed.TotalSeconds;
    }

    static string Tell(SwarmReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.PicturesPerSecond:0} pictures/s, on {report.ProcessorSeconds / report.Seconds:0.00} cores");
}
