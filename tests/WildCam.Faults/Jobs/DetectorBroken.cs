using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using WildCam.Hub.Detection;
using WildCam.Imaging;
using WildCam.Simulator.Scenes;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;
using WildCam.Tests.Detection;

namespace WildCam.Faults.Jobs;

/// <summary>
/// The model crashes, hangs, eats memory or answers what cannot be. Its process is ended and started anew; the picture
/// that it cannot stand ends in the list of dead jobs; all others are looked at, once; the hub lives through it.
/// </summary>
static class DetectorBroken
{
    const int Pictures = 40;
    const int MorePictures = 8;
    const int WhitePictures = 2;
    const int Boxes = 1_000_000;

    /// <summary>A model that is silent for longer hangs; a busy machine must not look like it.</summary>
    const int HangSeconds = 4;
    const int KillSignal = 9;
    const int StopSignal = 19;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "detector-broken",
        "the model crashes, hangs, eats memory, answers NaN, a score of 7 or a million boxes; other pictures go on",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-detector-");
        try
        {
            await using var database = await point.Server.CreateAsync();
            Func<World, Task>[] breakages =
                [KilledAsync, FrozenAsync, GreedyAsync, NotNumbersAsync, SureAsync, ManyAsync];
            var breakage = breakages[point.Chance.Next(breakages.Length)];
            var world = new World(point, database, folder.FullName);
            try
            {
                await breakage(world);
            }
            catch (WorldException fault)
            {
                throw new WorldException($"{breakage.Method.Name}: {fault.Message}", fault);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static Task KilledAsync(World world) => SignalledAsync(world, KillSignal);

    // A process that is stopped is to the hub what a call into native code is that never comes back.
    static Task FrozenAsync(World world) => SignalledAsync(world, StopSignal);

    static async Task SignalledAsync(World world, int signal)
    {
        await world.ActivateAsync(Answer(1, 0.9f, surplus: 0));
        await using var hub = await world.StartHubAsync(HangSeconds);
        var shelf = await StoredPictures.MakeAsync(world.Database, world.Data);
        await shelf.EnqueueAsync(await shelf.AddAsync(world.Scenes, Pictures, CaptureStages.All));
        await Wait.UntilAsync(
            () => hub.Output.Contains("Loaded the model", StringComparison.Ordinal), Timeout,
            () => $"No detector.\n{hub.Output}");
        var detector = FindDetector(hub.ProcessId);
        Must.Hold(detector != 0, $"The detector has no process.\n{hub.Output}");
        await Task.Delay(world.Point.Chance.Next(400), world.Point.Cancellation);
        _ = WorldHub.Signal(detector, signal);
        await shelf.EnqueueAsync(await shelf.AddAsync(world.Scenes, MorePictures, CaptureStages.All));
        await world.SettleAsync(hub, dead: 0);
        Must.Equal(
            (Pictures + MorePictures, Pictures + MorePictures), await world.CountFindingsAsync(),
            "pictures that the model looked at, and its findings");
        Must.Hold(FindDetector(hub.ProcessId) != detector, "The broken process still works for the hub.");
        await world.CheckAsync(shelf);
    }

    static async Task GreedyAsync(World world)
    {
        var model = await world.ActivateAsync(Greedy());
        await using var hub = await world.StartHubAsync();
        var shelf = await StoredPictures.MakeAsync(world.Database, world.Data);
        await shelf.EnqueueAsync(await shelf.AddAsync(world.Scenes, Pictures, CaptureStages.All));
        await world.SettleAsync(hub, dead: 0);
        var problem = await world.Database.ReadAsync<string>("select problem from models where id = $1", model);
        Must.Hold(
            problem.Contains("ProcessMegabytesMax", StringComparison.Ordinal), $"The model's problem is: {problem}");
        Must.Hold(hub.ResidentBytes < 600_000_000, $"The hub itself has {hub.ResidentBytes} bytes.");
        await world.CheckAsync(shelf);
    }

    static Task NotNumbersAsync(World world) => GarbageAsync(world, Answer(1, 0.9f, surplus: float.NaN), "NaN");

    static Task SureAsync(World world) => GarbageAsync(world, Answer(1, 0.9f, surplus: 6.1f), "score of");

    static Task ManyAsync(World world) => GarbageAsync(world, Answer(Boxes, 0.1f, surplus: 0.8f), "CandidatesMax");

    // The model answers well but for white pictures, as a real one might.
    static async Task GarbageAsync(World world, byte[] weights, string reason)
    {
        await world.ActivateAsync(weights);
        await using var hub = await world.StartHubAsync();
        var shelf = await StoredPictures.MakeAsync(world.Database, world.Data);
        var good = await shelf.AddAsync(world.Scenes, MorePictures, CaptureStages.All);
        var white = await shelf.AddAsync([White()], WhitePictures, CaptureStages.All);
        await shelf.EnqueueAsync([.. good, .. white]);
        await world.SettleAsync(hub, dead: WhitePictures);
        Must.Equal(
            (long)WhitePictures,
            await world.Database.ReadAsync<long>(
                "select count(*) from jobs where state = 3 and reason like '%' || $1 || '%'", reason),
            $"dead jobs that speak of {reason}");
        Must.Equal(
            (long)MorePictures,
            await world.Database.ReadAsync<long>("select count(distinct capture_id) from wildlife_detections"),
            "other pictures that the model looked at");
        await world.CheckAsync(shelf, mayJobsBeDead: true);
    }

    static int FindDetector(int hub)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            try
            {
                var parent = File.ReadAllText(Path.Combine(folder, "stat")).Split(") ")[^1].Split(' ');
                if (parent[1] == hub.ToString(CultureInfo.InvariantCulture) && parent[0] != "Z"
                    && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(
                        $"\0{DetectorHost.Argument}\0", StringComparison.Ordinal))
                {
                    return int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // It ended while it was looked at.
            }
        }

        return 0;
    }

    // One animal or many of a score, whatever is seen; on a white picture every number is off by the surplus.
    static byte[] Answer(int boxes, float score, float surplus)
    {
        // Many are told by an objectness and a class that are low until the surplus is added.
        float[] one = [32, 32, 16, 8, score, boxes > 1 ? score : 1, 0, 0];
        var numbers = new float[boxes * one.Length];
        for (var at = 0; at < numbers.Length; at += one.Length)
        {
            one.CopyTo(numbers, at);
        }

        var model = new TinyOnnx("images", [1, 3, 64, 64], "output", [1, boxes, 8])
            .AddConstant("answer", [1, boxes, 8], numbers)
            .AddConstant("light", [1], [0.8f])
            .AddConstant("surplus", [1], [float.IsNaN(surplus) ? 0 : surplus])
            .AddConstant("steep", [1], [1e6f])
            .AddLongs("one", [1, 1, 1])
            .Node("ReduceMean", "images", "mean");
        // The logarithm of what is below nought is no number, and no number times nought is none either.
        model = float.IsNaN(surplus)
            ? model.Node("Sub", "light", "mean", "dark").Node("Log", "dark", "off").Node("Mul", "off", "surplus", "add")
            : model.Node("Sub", "mean", "light", "bright").Node("Relu", "bright", "lit")
                .Node("Mul", "lit", "steep", "far").Node("Min", "far", "surplus", "add");
        return model.Node("Reshape", "add", "one", "cubed").Node("Add", "answer", "cubed", "output").Write();
    }

    // Eight gigabytes in the making, before it looks at anything.
    static byte[] Greedy() => new TinyOnnx("images", [1, 3, 64, 64], "output", [1, 1, 8])
        .AddConstant("answer", [1, 1, 8], [32, 32, 16, 8, 0.9f, 1, 0, 0])
        .AddConstant("nothing", [1], [0])
        .AddLongs("shape", [2, 1000, 1000, 1000])
        .AddLongs("one", [1, 1, 1])
        .Node("ConstantOfShape", "shape", "huge")
        .Node("ReduceMean", "huge", "hugely")
        .Node("ReduceMean", "images", "mean")
        .Node("Add", "mean", "hugely", "both")
        .Node("Mul", "both", "nothing", "none")
        .Node("Reshape", "none", "one", "cubed")
        .Node("Add", "answer", "cubed", "output")
        .Write();

    static byte[] White()
    {
        using var image = new PixelImage(640, 480, 3);
        image.Pixels.Fill(255);
        using var jpeg = JpegCodec.Encode(image, 90);
        return jpeg.Memory.ToArray();
    }

    sealed class World(Point point, WorldDatabase database, string folder)
    {
        public Point Point { get; } = point;

        public WorldDatabase Database { get; } = database;

        public string Data { get; } = folder;

        public IReadOnlyList<byte[]> Scenes { get; } = Paint();

        /// <summary>Lists a model without trying it, as if its file had passed the test and changed its mind.</summary>
        public async Task<int> ActivateAsync(byte[] weights)
        {
            var models = new ModelsTable(Database.Source);
            var blobs = new FolderBlobStore(Path.Combine(Data, "blobs"), TimeProvider.System);
            await blobs.PutAsync("models/broken.onnx", new ReadOnlySequence<byte>(weights), Point.Cancellation);
            var id = await models.AddAsync(
                new NewModel("broken", "1", "yolov5", SHA256.HashData(weights),
                    ModelManifest.ForFamily(ModelFamily.Yolov5, "broken", "1").Write(), "models/broken.onnx"),
                Point.Cancellation);
            await models.ActivateAsync(id!.Value, DateTimeOffset.UtcNow.AddDays(-2), Point.Cancellation);
            return id.Value;
        }

        public Task<WorldHub> StartHubAsync(int lookSecondsMax = 60) => WorldHub.StartAsync(
            Database.ConnectionString, Data, ("WildCam__Detection__LookSecondsMax", $"{lookSecondsMax}"),
            ("WildCam__Detection__ProcessMegabytesMax", "1000"));

        public async Task CheckAsync(StoredPictures shelf, bool mayJobsBeDead = false)
        {
            await Database.SettleAsync(Timeout, () => "after the broken model");
            await new Invariants(Database, Path.Combine(Data, "blobs")) { MayJobsBeDead = mayJobsBeDead }
                .CheckAsync(shelf.Taken);
        }

        /// <summary>Waits until every job is gone or dead. The pauses before other tries are not sat out.</summary>
        public async Task SettleAsync(WorldHub hub, int dead)
        {
            await Wait.UntilAsync(
                async () =>
                {
                    await Database.RunAsync("update jobs set run_at = now() where state = 4 and run_at > now()");
                    return await Database.ReadAsync<long>("select count(*) from jobs where state <> 3") == 0;
                },
                Timeout, () => $"Jobs are left.\n{hub.Output}");
            Must.Equal((long)dead, await Database.ReadAsync<long>("select count(*) from jobs"), "dead jobs");
            Must.Hold(WorldHub.CanConnect(hub.MqttPort), $"The hub ended.\n{hub.Output}");
        }

        public async Task<(int Pictures, int Findings)> CountFindingsAsync() => (
            await Database.ReadAsync<int>("select count(distinct capture_id)::int from wildlife_detections"),
            await Database.ReadAsync<int>("select count(*)::int from wildlife_detections where category = 1"));

        static IReadOnlyList<byte[]> Paint()
        {
            var studio = new SceneStudio(640, 480);
            var noon = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
            var view = new SceneView(1, Biome.Meadow, "camera", TimeZoneInfo.Utc);
            return [.. Enumerable.Range(0, 2).Select(n => studio.Take(view, (ulong)n, 0, noon, noon).Jpeg)];
        }
    }
}
