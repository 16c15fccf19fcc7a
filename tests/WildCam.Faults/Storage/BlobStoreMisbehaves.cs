using WildCam.Storage.Thumbnails;
using WildCam.Wire;

namespace WildCam.Faults.Storage;

/// <summary>
/// The blob service is down for a while, then answers slowly, breaks off, or says that all is well and keeps half.
/// </summary>
static class BlobStoreMisbehaves
{
    const int Cameras = 6;
    const int PicturesPerCamera = 6;
    const int SlowSecondsMax = 10;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    public static Scenario Scenario { get; } = new(
        "blob-store-misbehaves",
        "503, slow, broken off, or success told over half of the bytes: no receipt without all of them",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-blobs-");
        try
        {
            await using var endpoint = await BlobEndpoint.StartAsync(folder.FullName);
            await using var world = await FleetWorld.StartAsync(
                point.Server, 0, ("WildCam__Blobs__Kind", "azure"),
                ("WildCam__Blobs__AzureConnection", endpoint.Connection));
            await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
            await using var watch = new HealthWatch(world.Hub);
            var seed = point.Chance.Next();
            var running = load.RunAsync(PicturesPerCamera);
            await load.UntilAsync(point.Chance.Next(Cameras * PicturesPerCamera / 3), running, () => world.Hub.Output);

            // Down: nothing is receipted, and cameras are told why.
            endpoint.Manner = () => BlobManner.Unavailable;
            await Wait.UntilAsync(
                () => load.Postponed(ReceiptCodes.BlobStore) > 0 || running.IsCompleted, Timeout,
                () => $"No camera was put off for the blob store.\n{world.Hub.Output}");
            Must.Hold(!running.IsCompleted, "Pictures were receipted while no blob could be written.");
            // What was written before may still be on its way through the commit; counted in this order.
            var receipted = load.Receipted;
            var written = Directory.EnumerateFiles(folder.FullName, "*.jpg", SearchOption.AllDirectories)
                .Count(f => !DerivedPaths.IsDerived(Path.GetRelativePath(folder.FullName, f)));
            Must.Hold(receipted <= written, $"{receipted} receipts were given, and {written} blobs were written.");

            // Unreliable in every way: one request in three.
            var chance = new Random(seed);
            endpoint.Slowness = TimeSpan.FromSeconds(
                chance.Next(4) == 0 ? SlowSecondsMax : 0.2 + 2 * chance.NextDouble());
            endpoint.Manner = () =>
            {
                lock (chance)
                {
                    return chance.Next(3) == 0 ? (BlobManner)chance.Next(1, 5) : BlobManner.Well;
                }
            };
            await running.WaitAsync(Timeout, point.Cancellation);
            endpoint.Manner = () => BlobManner.Well;
            await watch.CheckAsync(world.Hub);
            await Settling.HurryAsync(world.Database);
            await world.SettleAsync(Timeout);
            await Settling.CheckAsync(world, load, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
