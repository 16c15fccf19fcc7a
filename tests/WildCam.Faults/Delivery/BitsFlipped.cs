using System.Security.Cryptography.X509Certificates;
using WildCam.Hub.Gateway;
using WildCam.Simulator.Cameras;

namespace WildCam.Faults.Delivery;

/// <summary>
/// A line that flips bits below TLS, both ways: each flip costs its connection and nothing else. Without TLS a chunk's
/// CRC-32 guards its bytes (see <see cref="Damaged"/>), and all else is left to TCP's sums.
/// </summary>
static class BitsFlipped
{
    const int Cameras = 3;
    const int PicturesPerCamera = 6;
    const double UpEveryBytes = 150_000;
    const double DownEveryBytes = 8_000;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    public static Scenario Scenario { get; } = new(
        "bits-flipped", "bits flip on the line below TLS: connections break, and all is delivered, once", RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, Cameras);
        await using var proxy = new CuttingProxy(world.Hub.MqttTlsPort);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(world.DataFolder, "certificates", HubCertificates.AuthorityFile));
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = new HubEndpoint
            {
                Host = "127.0.0.1",
                Port = proxy.Port,
                UseTls = true,
                TlsName = "localhost",
                Authority = authority,
            },
            Cameras = world.Cameras,
            Seed = (ulong)point.Seed,
            TriggerSeconds = 0,
            PicturesPerCamera = PicturesPerCamera,
            PictureWidth = 640,
            PicturePool = 2,
            StateFolder = world.SpoolFolder,
            DrainTimeout = Timeout,
        });
        proxy.Up.Damage(point.Chance.Next(), UpEveryBytes);
        proxy.Down.Damage(point.Chance.Next(), DownEveryBytes);
        var running = fleet.RunAsync(point.Cancellation);
        var flips = point.Chance.Next(2, 6);
        await Wait.UntilAsync(
            () => proxy.Up.Flips + proxy.Down.Flips >= flips, Timeout, () => $"{fleet.Progress}\n{world.Hub.Output}");
        proxy.Up.Damage(0, 0);
        proxy.Down.Damage(0, 0);
        var report = await running;
        Must.Hold(
            proxy.Connections > Cameras,
            $"{proxy.Up.Flips + proxy.Down.Flips} flips broke none of {proxy.Connections} connections.");
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Cameras * PicturesPerCamera);
    }
}
