using System.Net;
using WildCam.Wire;

namespace WildCam.Faults.Storage;

/// <summary>The disk of the pictures is full to its last byte, or read-only, amid uploads.</summary>
static class BlobDiskFull
{
    const int Cameras = 6;
    const int PicturesPerCamera = 6;

    /// <summary>Above the least space of a ready hub.</summary>
    const int DiskMegabytes = 320;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "blob-disk-full",
        "no space, or a read-only disk for blobs: cameras are put off with a code, pages work, mended it goes on",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        using var disk = SmallDisk.Mount(DiskMegabytes);
        var blobs = Path.Combine(disk.Folder, "blobs");
        var isReadOnly = point.Chance.Next(4) == 0;

        // With a margin cameras are put off before the disk is full; without one every write may fail half-way.
        var margin = point.Chance.Next(2) * (256 << 10);
        await using var world = await FleetWorld.StartAsync(
            point.Server, 0, ("WildCam__Blobs__Folder", blobs), ("WildCam__Ingest__DiskFreeBytesMin", $"{margin}"));
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        await using var watch = new HealthWatch(world.Hub);
        var running = load.RunAsync(PicturesPerCamera);
        await load.UntilAsync(point.Chance.Next(Cameras * PicturesPerCamera / 3), running, () => world.Hub.Output);
        if (isReadOnly)
        {
            disk.Remount(readOnly: true);
        }
        else
        {
            disk.Fill(point.Chance.Next(100_000));
        }

        ushort[] codes = isReadOnly ? [ReceiptCodes.BlobStore] : [ReceiptCodes.Disk, ReceiptCodes.BlobStore];
        bool IsPutOff() => codes.Any(c => load.Postponed(c) > 0);
        await WaitPutOffAsync();
        if (!IsPutOff())
        {
            // All found room before the disk was full; of the next ones not all can.
            running = load.RunAsync(PicturesPerCamera);
            await WaitPutOffAsync();
        }

        Task WaitPutOffAsync() => Wait.UntilAsync(
            () => IsPutOff() || running.IsCompleted, Timeout, () => $"No camera was put off.\n{world.Hub.Output}");
        await CheckPagesAsync(world);
        Must.Hold(!running.IsCompleted, "All pictures found room on a full disk.");
        await Wait.UntilAsync(
            () => watch.Heard("/health/ready", HttpStatusCode.ServiceUnavailable), Timeout,
            () => $"The hub calls itself ready.\n{world.Hub.Output}");
        if (isReadOnly)
        {
            // The hub asks a disk that denies it every 30 s; who mends it starts the hub again.
            disk.Remount(readOnly: false);
            await world.KillAndRestartHubAsync();
        }
        else
        {
            disk.Free();
        }

        await running.WaitAsync(Timeout, point.Cancellation);
        if (!isReadOnly)
        {
            await watch.CheckAsync(world.Hub);
        }

        await Settling.HurryAsync(world.Database);
        await world.SettleAsync(Timeout);
        await Settling.CheckAsync(world, load, blobs);
        Must.Hold(
            !Directory.EnumerateFiles(Path.Combine(blobs, ".tmp")).Any() || isReadOnly, "Torn files were left.");
    }

    static async Task CheckPagesAsync(FleetWorld world)
    {
        using var visitor = await world.VisitAsync(asBrowser: true);
        foreach (var page in new[] { $"/p/{FleetWorld.Project}/pictures", $"/p/{FleetWorld.Project}/cameras" })
        {
            using var answer = await visitor.GetAsync(new Uri(page, UriKind.Relative));
            Must.Equal(HttpStatusCode.OK, answer.StatusCode, $"{page} while no blob can be written");
        }
    }
}
