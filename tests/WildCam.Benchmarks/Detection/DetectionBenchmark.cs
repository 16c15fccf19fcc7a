using System.Diagnostics;
using WildCam.Benchmarks.Thumbnails;
using WildCam.Hub.Detection;
using WildCam.Hub.Detection.Onnx;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;

namespace WildCam.Benchmarks.Detection;

/// <summary>
/// Pictures looked at by a hub, from job rows to filed findings, beside a bare loop over the same files with the same
/// model on as many threads as cores: read, decode, infer, and nothing else.
/// </summary>
static class DetectionBenchmark
{
    const string ModelFile = "models/yolox_nano_coco.onnx";
    const int PaintedPictures = 24;
    const int PicturesPerRound = 240;
    const double RatioMin = 0.95;
    static readonly TimeSpan RoundTimeout = TimeSpan.FromMinutes(2);

    public static Benchmark Benchmark { get; } = new(
        "detection", "A hub's detection pipeline, beside a bare loop of read, decode, infer on the same files.",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var file = SamplePictures.FindData(ModelFile) ?? throw new CannotRunException(
            $"{ModelFile} is not in the test data; name its folder in WILDCAM_SHARED_DATA.");
        var weights = await File.ReadAllBytesAsync(file, bench.Cancellation);
        var options = new DetectionOptions
        {
            OnnxRuntimeLibrary = Environment.GetEnvironmentVariable("WildCam__Detection__OnnxRuntimeLibrary") ?? "",
        };
        var manifest = ModelManifest.ForFamily(ModelFamily.Yolox, "yolox-nano", "1");
        using var bare = LoadBare(weights, manifest, options);
        IReadOnlyList<byte[]> pictures = [.. SamplePictures.Paint(PaintedPictures), .. SamplePictures.Real()];
        var files = new List<string>();
        var folder = Directory.CreateDirectory(Path.Combine(bench.Folder, "files"));
        for (var n = 0; n < PicturesPerRound; n++)
        {
            files.Add(Path.Combine(folder.FullName, $"{n}.jpg"));
            await File.WriteAllBytesAsync(files[n], pictures[n % pictures.Count], bench.Cancellation);
        }

        await using var database = await (await bench.ServerAsync()).CreateAsync();
        var data = Path.Combine(bench.Folder, "data");
        await ActivateAsync(database, data, weights, manifest, options);
        await using var hub = await WorldHub.StartAsync(database.ConnectionString, data);
        await Wait.UntilAsync(
            () => database.ReadAsync<bool>("select backfill_before is null from models where is_active"),
            RoundTimeout, () => $"The backfill does not end.\n{hub.Output}");
        var shelf = await StoredPictures.MakeAsync(database, data);
        var pairs = await bench.AlternateAsync(
            "pictures/s",
            async () =>
            {
                var ids = await shelf.AddAsync(pictures, PicturesPerRound, CaptureStages.Detection);
                var before = await ProcessorAsync(hub, database);
                var took = await shelf.RunJobsAsync(JobKinds.Detection, ids, RoundTimeout);
                var after = await ProcessorAsync(hub, database);
                bench.Say($"  processor a picture: hub {Each(before.Hub, after.Hub):0.0} ms, its model's process "
                    + $"{Each(before.Model, after.Model):0.0} ms, server {Each(before.Server, after.Server):0.0} ms");
                return PicturesPerRound / took.TotalSeconds;
            },
            "bare loop",
            () =>
            {
                var before = ProcessorTime.Of(Environment.ProcessId);
                var took = LookBarely(bare, files);
                bench.Say(
                    $"  processor a picture: bare loop {Each(before, ProcessorTime.Of(Environment.ProcessId)):0.0} ms");
                return Task.FromResult(PicturesPerRound / took.TotalSeconds);
            });
        Must.Equal(
            (long)PicturesPerRound * (Bench.CountedRounds + 1),
            await database.ReadAsync<long>("""
                select count(distinct d.capture_id) from wildlife_detections d join models m on m.id = d.model_id
                where m.name = 'yolox-nano' and d.captured_at > now() - interval '1 day'
                """),
            "pictures that the model has looked at");
        bench.Say($"Inference alone, pictures decoded before: {InferOnly(bare, pictures):0.0} pictures/s.");
        bench.ClaimAtLeast("from jobs to filed findings", "pictures/s", pairs, RatioMin);
    }

    static async Task<(double Hub, double Model, double Server)> ProcessorAsync(WorldHub hub, WorldDatabase database) =>
        (ProcessorTime.Of(hub.ProcessId), ProcessorTime.OfChildren(hub.ProcessId),
            await ProcessorTime.OfServerAsync(database));

    static double Each(double before, double after) => (after - before) * 1000 / PicturesPerRound;

    static OnnxDetector LoadBare(byte[] weights, ModelManifest manifest, DetectionOptions options)
    {
        try
        {
            var library = OnnxLibrary.Load(ModelCatalogue.LibraryPaths(options));
            return OnnxDetector.Load(library, weights, manifest, 1, options.Threads);
        }
        catch (OnnxException fault)
        {
            throw new CannotRunException(fault.Message);
        }
    }

    static async Task ActivateAsync(
        WorldDatabase database, string data, byte[] weights, ModelManifest manifest, DetectionOptions options)
    {
        var blobs = new FolderBlobStore(Path.Combine(data, "blobs"), TimeProvider.System);
        var catalogue = new ModelCatalogue(new ModelsTable(database.Source), blobs, options, TimeProvider.System);
        var added = await catalogue.AddAsync(weights, manifest, activate: true, CancellationToken.None);
        Must.Hold(added.Problem is null, $"The model cannot be added: {added.Problem}");
    }

    static TimeSpan LookBarely(OnnxDetector detector, IReadOnlyList<string> files)
    {
        var clock = Stopwatch.StartNew();
        Parallel.ForEach(files, Everywhere, file =>
        {
            using var image = JpegCodec.Decode(File.ReadAllBytes(file), detector.WidthMin).Image!;
            var found = detector.Detect(image, CancellationToken.None);
            Must.Hold(found.Count > 0, $"{file} has neither finding nor blank.");
        });
        return clock.Elapsed;
    }

    static double InferOnly(OnnxDetector detector, IReadOnlyList<byte[]> pictures)
    {
        var images = pictures.Select(p => JpegCodec.Decode(p, detector.WidthMin).Image!).ToList();
        var clock = Stopwatch.StartNew();
        Parallel.ForEach(
            Enumerable.Range(0, PicturesPerRound), Everywhere,
            n => detector.Detect(images[n % images.Count], CancellationToken.None));
        var took = clock.Elapsed;
        images.ForEach(i => i.Dispose());
        return PicturesPerRound / took.TotalSeconds;
    }

    static ParallelOptions Everywhere => new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
}
