namespace WildCam.Faults.Hostile;

/// <summary>
/// Files of some hundred bytes that claim thousands of millions of pixels. What claims too much is refused by its head;
/// what is just allowed may not take the hub's memory either, however many come at once.
/// </summary>
static class DecompressionBombs
{
    const int GoodPictures = 6;
    const long GrowthBytesMax = 50L << 20;
    const long HubBytesMax = 512L << 20;

    public static Scenario Scenario { get; } = new(
        "decompression-bombs", "heads that claim up to 4,290 million pixels: refused, under 50 MB of memory", RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 1);
        await using var camera = await Grounds.ConnectAsync(world, world.Cameras[0]);
        var memory = new PeakMemory(world.Hub.ProcessId);
        var taken = new List<TakenPicture>();

        // What the code itself takes when it first runs is no growth.
        for (var i = 0; i < GoodPictures; i++)
        {
            await DeliverAsync(CraftedJpeg.Picture(point.Chance, 1600, 1200));
        }

        await DeliverAsync(CraftedJpeg.Claiming(20_000, 20_000));
        await Grounds.SettleWithDeadAsync(world);
        memory.Reset();
        var before = memory.NowBytes;
        var bombs = Refused(point.Chance);
        foreach (var bomb in bombs)
        {
            await DeliverAsync(bomb);
        }

        await Grounds.SettleWithDeadAsync(world);
        var growth = memory.Bytes - before;
        Must.Hold(growth < GrowthBytesMax, $"{bombs.Count} bombs took {growth >> 20} MB.");
        Must.Equal(
            bombs.Count + 1L, await world.Database.ReadAsync<long>("select count(*) from captures where integrity = 3"),
            "files marked as undecodable");

        foreach (var hungry in Allowed(point.Chance))
        {
            await DeliverAsync(hungry);
        }

        await DeliverAsync(CraftedJpeg.Picture(point.Chance));
        await Grounds.SettleWithDeadAsync(world);
        Must.Hold(memory.Bytes < HubBytesMax, $"Hungry pictures brought the hub to {memory.Bytes >> 20} MB.");
        await Grounds.InvariantsOf(world).CheckAsync(taken);
        await Grounds.CheckHubAsync(world);

        async Task DeliverAsync(byte[] file) => taken.Add(await Grounds.DeliverAsync(
            camera, new ScriptedPicture(1, (ulong)taken.Count + 1, file)));
    }

    static List<byte[]> Refused(Random chance)
    {
        var bombs = new List<byte[]>
        {
            CraftedJpeg.Claiming(65_500, 65_500),
            CraftedJpeg.Claiming(65_500, 65_500, CraftedJpeg.Progressive, 10),
            CraftedJpeg.Claiming(65_535, 65_535),
            CraftedJpeg.Claiming(40_000, 25_000),
            CraftedJpeg.Claiming(15_268, 65_500, CraftedJpeg.Progressive),
            CraftedJpeg.Resized(CraftedJpeg.Picture(chance), 65_500, 65_500),
        };
        for (var i = 0; i < 6; i++)
        {
            var width = chance.Next(1600, 65_501);
            bombs.Add(CraftedJpeg.Claiming(
                width, Math.Min(65_500, (100_000_000 / width) + chance.Next(100, 30_000)),
                chance.Next(2) == 0 ? CraftedJpeg.Baseline : CraftedJpeg.Progressive));
        }

        return bombs;
    }

    /// <summary>Within the bound of pixels, and as hungry as such files can be.</summary>
    static List<byte[]> Allowed(Random chance)
    {
        var hungry = new List<byte[]>();
        var width = chance.Next(1600, 60_000);
        hungry.Add(CraftedJpeg.Claiming(width, Math.Min(65_500, 100_000_000 / width)));
        hungry.Add(CraftedJpeg.Claiming(1600, 62_500));
        hungry.Add(CraftedJpeg.Claiming(10_000, 10_000, CraftedJpeg.Progressive));
        hungry.Add(CraftedJpeg.Claiming(5700, 5700, CraftedJpeg.Progressive));
        hungry.Add(CraftedJpeg.Claiming(5800, 5700, CraftedJpeg.Progressive));
        return hungry;
    }
}
