using System.Security.Cryptography.X509Certificates;
using WildCam.Hub.Gateway;
using WildCam.Simulator.Cameras;

namespace WildCam.Faults.Delivery;

/// <summary>
/// A line that flips bits above TCP's own sums, both ways. Below TLS each flip costs its connection and nothing else.
/// Without TLS it may also pass for a message: what would outlast the connection is sealed by a CRC-32, chunks and
/// their picture by CRC and digest, and the rest is asked again.
/// </summary>
static class BitsFlipped
{
    const int Cameras = 3;
    const int PicturesPerCamera = 6;
    const double UpEveryBytes = 150_000;
    const double DownEveryBytes = 8_000;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    /// <summary>On a plain line a lost answer is waited for, half a minute at a time.</summary>
    static readonly TimeSpan PlainTimeout = TimeSpan.FromSeconds(240);

    // Short pieces carry the messages, long ones the chunks.
    const int ShortBytesMax = 400;
    const double ShortEveryBytes = 1_000;

    public static Scenario Tls { get; } = new(
        "bits-flipped", "bits flip on the line below TLS: connections break, and all is delivered, once", RunTlsAsync);

    public static Scenario Plain { get; } = new(
        "bits-flipped-plain",
        "bits flip on a line without TLS: all is delivered, once, as it was, with the facts that the camera told",
        RunPlainAsync);

    static async Task RunTlsAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, Cameras);
        await using var proxy = new CuttingProxy(world.Hub.MqttTlsPort);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(world.DataFolder, "certificates", HubCertificates.AuthorityFile));
        var hub = new HubEndpoint
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            UseTls = true,
            TlsName = "localhost",
            Authority = authority,
        };
        proxy.Up.Damage(point.Chance.Next(), UpEveryBytes);
        proxy.Down.Damage(point.Chance.Next(), DownEveryBytes);
        var report = await DeliverAsync(point, world, proxy, hub, Timeout);
        Must.Hold(
            proxy.Connections > Cameras,
            $"{proxy.Up.Flips + proxy.Down.Flips} flips broke none of {proxy.Connections} connections.");
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Cameras * PicturesPerCamera);
    }

    static async Task RunPlainAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, Cameras);
        await using var proxy = new CuttingProxy(world.Hub.MqttPort);
        var pieceBytesMax = point.Chance.Next(3) > 0 ? ShortBytesMax : int.MaxValue;
        proxy.Up.Damage(
            point.Chance.Next(), pieceBytesMax == ShortBytesMax ? ShortEveryBytes : UpEveryBytes, pieceBytesMax);
        proxy.Down.Damage(point.Chance.Next(), DownEveryBytes / 4);
        var report = await DeliverAsync(
            point, world, proxy, new HubEndpoint { Host = "127.0.0.1", Port = proxy.Port }, PlainTimeout);
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Cameras * PicturesPerCamera);
        await CheckFactsAsync(world, report);
    }

    static async Task<SimulationReport> DeliverAsync(
        Point point, FleetWorld world, CuttingProxy proxy, HubEndpoint hub, TimeSpan timeout)
    {
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = hub,
            Cameras = world.Cameras,
            Seed = (ulong)point.Seed,
            TriggerSeconds = 0,
            PicturesPerCamera = PicturesPerCamera,
            PictureWidth = 640,
            PicturePool = 2,
            StateFolder = world.SpoolFolder,
            DrainTimeout = timeout,
        });
        var running = fleet.RunAsync(point.Cancellation);
        var flips = point.Chance.Next(2, 6);
        await Wait.UntilAsync(
            () => proxy.Up.Flips + proxy.Down.Flips >= flips, timeout, () => $"{fleet.Progress}\n{world.Hub.Output}");
        proxy.Up.Damage(0, 0);
        proxy.Down.Damage(0, 0);
        return await running;
    }

    /// <summary>No flip became a fact: not a picture's time or quality, not the camera's count of boots.</summary>
    static async Task CheckFactsAsync(FleetWorld world, SimulationReport report)
    {
        const int boots = 100;
        Must.Equal(
            0L, await world.Database.ReadAsync<long>("select count(*) from quarantine_entries"),
            "pictures that are said to be damaged on their cameras");
        Must.Equal(
            0L, await world.Database.ReadAsync<long>(
                "select count(*) from camera_states where boot > $1 or session > $1 or heartbeat_boot > $1", boots),
            "cameras that a flipped bit set far ahead");
        const double toleranceSeconds = 30;
        foreach (var capture in report.Captures)
        {
            var off = await world.Database.ReadAsync<double>("""
                select abs(extract(epoch from captured_at - $2))::float8
                from captures where encode(device_capture_id, 'hex') = $1
                """, capture.DeviceCaptureId!, capture.CapturedAt.UtcDateTime);
            Must.Hold(
                off < toleranceSeconds,
                $"{capture.Camera}'s picture {capture.DeviceCaptureId} is dated {off:0.0} s beside its shutter.");
        }
    }
}
