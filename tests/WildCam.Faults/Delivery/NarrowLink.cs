using WildCam.Imaging;
using WildCam.Simulator.Cameras;

namespace WildCam.Faults.Delivery;

/// <summary>
/// A modem's line of 8 KB/s that is cut every 30 s: a picture of 300 KB, which takes longer than one connection lasts,
/// goes on where it was and arrives.
/// </summary>
static class NarrowLink
{
    const int BytesPerSecond = 8 * 1024;
    const int PictureBytes = 300 * 1024;
    const int NoteBytes = 60_000;
    const int ChunkBytes = 4096;
    static readonly TimeSpan CutAfter = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    /// <summary>What may be sent twice: chunks that were on their way at a cut, and their frames.</summary>
    const double OverheadMax = 1.15;

    public static Scenario Scenario { get; } = new(
        "narrow-link", "8 KB/s, cut every 30 s: 300 KB arrive all the same, and hardly a byte twice (about 50 s)",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 1);
        await using var proxy = new CuttingProxy(world.Hub.MqttPort) { CutAfter = CutAfter };
        proxy.Up.BytesPerSecond = BytesPerSecond;
        var images = Directory.CreateDirectory(Path.Combine(world.SpoolFolder, "images")).FullName;
        await File.WriteAllBytesAsync(
            Path.Combine(images, "large.jpg"), LargePicture(point.Chance), point.Cancellation);
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = new HubEndpoint { Host = "127.0.0.1", Port = proxy.Port },
            Cameras = world.Cameras,
            Seed = (ulong)point.Seed,
            TriggerSeconds = 0,
            ImagesFolder = images,
            ChunkBytes = ChunkBytes,
            StateFolder = Path.Combine(world.SpoolFolder, "cards"),
            DrainTimeout = Timeout,
        });
        var report = await fleet.RunAsync(point.Cancellation);
        Must.Hold(proxy.Cuts > 0, $"The line was never cut: {proxy.Connections} connections.");
        Must.Hold(
            proxy.Up.Bytes < PictureBytes * OverheadMax,
            $"{proxy.Up.Bytes} bytes were sent for a picture of {PictureBytes}; it did not go on where it was.");
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, pictures: 1);
    }

    // A small scene, and comment segments up to the size: decoders pass over them.
    static byte[] LargePicture(Random chance)
    {
        using var image = new PixelImage(320, 240, 3);
        for (var y = 0; y < image.Height; y++)
        {
            image.Row(y).Fill((byte)y);
        }

        using var jpeg = JpegCodec.Encode(image, 80);
        var scene = jpeg.Memory.Span;
        var picture = new List<byte>(PictureBytes + NoteBytes);
        picture.AddRange(scene[..2]);
        while (picture.Count < PictureBytes - scene.Length)
        {
            var note = new byte[Math.Min(NoteBytes, PictureBytes - scene.Length - picture.Count + 16)];
            chance.NextBytes(note);
            picture.AddRange([0xff, 0xfe, (byte)((note.Length + 2) >> 8), (byte)(note.Length + 2)]);
            picture.AddRange(note);
        }

        picture.AddRange(scene[2..]);
        return [.. picture];
    }
}
