using System.Diagnostics;
using WildCam.Hub.Thumbnails;
using WildCam.Imaging;
using WildCam.Storage;

namespace WildCam.Benchmarks.Thumbnails;

/// <summary>
/// The hub's thumbnails, from job rows to durable blobs and a cleared stage, beside vipsthumbnail, which reads the same
/// files and writes the same widths without forcing anything to the disk.
/// </summary>
static class ThumbnailsBenchmark
{
    const int PaintedPictures = 24;
    const int PicturesPerRound = 120;
    const int SmallWidth = 320;
    const double RatioMin = 1.5;
    const double LikenessLossMax = 0.01;
    const double ResidentMegabytesMax = 256;
    static readonly TimeSpan RoundTimeout = TimeSpan.FromMinutes(2);

    public static Benchmark Benchmark { get; } = new(
        "thumbnails",
        "All widths of 1600x1200 pictures through a hub's jobs, beside a single-threaded vipsthumbnail on each core.",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        Vips.Require();
        var painted = SamplePictures.Paint(PaintedPictures);
        var real = SamplePictures.Real();
        IReadOnlyList<byte[]> pictures = [.. painted, .. real];
        bench.Say($"{painted.Count} painted and {real.Count} real pictures of 1600x1200, "
            + $"{pictures.Average(p => p.Length) / 1000:0} KB in the mean; {Environment.ProcessorCount} cores.");
        var files = new List<string>();
        var folder = Directory.CreateDirectory(Path.Combine(bench.Folder, "files"));
        for (var n = 0; n < PicturesPerRound; n++)
        {
            files.Add(Path.Combine(folder.FullName, $"{n}.jpg"));
            await File.WriteAllBytesAsync(files[n], pictures[n % pictures.Count], bench.Cancellation);
        }

        await CompareLikenessAsync(bench, files.Take(pictures.Count).ToList());
        await MeasureSmallAsync(bench, files);
        await MeasureJobsAsync(bench, pictures, files);
    }

    static async Task MeasureJobsAsync(Bench bench, IReadOnlyList<byte[]> pictures, List<string> files)
    {
        await using var database = await (await bench.ServerAsync()).CreateAsync();
        var data = Path.Combine(bench.Folder, "data");
        await using var hub = await WorldHub.StartAsync(database.ConnectionString, data);
        var shelf = await StoredPictures.MakeAsync(database, data);
        var pairs = await bench.AlternateAsync(
            "pictures/s",
            async () =>
            {
                var ids = await shelf.AddAsync(pictures, PicturesPerRound, CaptureStages.Thumbnail);
                var took = await shelf.RunJobsAsync(JobKinds.Thumbnail, ids, RoundTimeout);
                return PicturesPerRound / took.TotalSeconds;
            },
            "vipsthumbnail",
            async () =>
            {
                var took = await Vips.RunAsync(
                    files, PictureThumbnails.Widths, Path.Combine(bench.Folder, "vips"), bench.Cancellation);
                return PicturesPerRound / took.TotalSeconds;
            });
        Must.Equal(
            (long)PicturesPerRound * (Bench.CountedRounds + 1),
            await database.ReadAsync<long>("""
                select count(*) from captures where captured_at > now() - interval '1 day' and stages_missing = 0
                  and thumbnail_widths = '{200,400,800,1600}'
                """),
            "pictures with all their thumbnails");
        bench.ClaimAtLeast("200, 400, 800 and 1600 px through the jobs, durable", "pictures/s", pairs, RatioMin);
        bench.ClaimUnder(
            "the hub's resident memory at its peak", "MB", new Spread([hub.PeakResidentBytes / 1e6]),
            ResidentMegabytesMax);
    }

    // One small size alone is not what the hub makes; the imaging itself, file to file, on as many threads as cores.
    static async Task MeasureSmallAsync(Bench bench, List<string> files)
    {
        var ours = Directory.CreateDirectory(Path.Combine(bench.Folder, "small")).FullName;
        var pairs = await bench.AlternateAsync(
            "pictures/s",
            () =>
            {
                var clock = Stopwatch.StartNew();
                Parallel.ForEach(
                    files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                    file => MakeSmall(file, Path.Combine(ours, Path.GetFileName(file))));
                return Task.FromResult(PicturesPerRound / clock.Elapsed.TotalSeconds);
            },
            "vipsthumbnail",
            async () =>
            {
                var took = await Vips.RunAsync(
                    files, [SmallWidth], Path.Combine(bench.Folder, "vips"), bench.Cancellation);
                return PicturesPerRound / took.TotalSeconds;
            });
        bench.ClaimAtLeast("320 px alone, file to file, without jobs", "pictures/s", pairs, RatioMin);
    }

    static void MakeSmall(string file, string to)
    {
        using var image = JpegCodec.DecodePlanes(File.ReadAllBytes(file), SmallWidth).Image!;
        using var small = image.Resize(SmallWidth, SmallWidth * image.Height / image.Width);
        using var jpeg = JpegCodec.Encode(small, PictureThumbnails.QualityOf(SmallWidth));
        using var written = File.Create(to);
        written.Write(jpeg.Memory.Span);
    }

    // JPEG itself loses much more than any filter: what counts is how much less like the plain Lanczos ours is than
    // that Lanczos itself is, encoded at the same quality.
    static async Task CompareLikenessAsync(Bench bench, List<string> files)
    {
        var vips = Path.Combine(bench.Folder, "likeness");
        await Vips.RunAsync(files, PictureThumbnails.Widths, vips, bench.Cancellation);
        var losses = PictureThumbnails.Widths
            .ToDictionary(w => w, _ => new List<(double Best, double Our, double Vips)>());
        Parallel.ForEach(files, file =>
        {
            var bytes = File.ReadAllBytes(file);
            using var luma = JpegCodec.Decode(bytes, channels: 1).Image!;
            using var made = PictureThumbnails.Make(bytes);
            foreach (var thumbnail in made.Made)
            {
                using var plain = Likeness.PlainLanczos(
                    luma, thumbnail.Width, thumbnail.Width * luma.Height / luma.Width);
                using var encoded = JpegCodec.Encode(plain, PictureThumbnails.QualityOf(thumbnail.Width));
                var name = $"{Path.GetFileNameWithoutExtension(file)}-{thumbnail.Width}.jpg";
                var likeness = (
                    SsimOf(plain, encoded.Memory.Span), SsimOf(plain, thumbnail.Jpeg.Memory.Span),
                    SsimOf(plain, File.ReadAllBytes(Path.Combine(vips, name))));
                lock (losses)
                {
                    losses[thumbnail.Width].Add(likeness);
                }
            }
        });
        foreach (var (width, all) in losses)
        {
            bench.Say($"SSIM of {width} px with a plain Lanczos: that itself as JPEG "
                + $"{all.Average(l => l.Best):0.0000}, ours {all.Average(l => l.Our):0.0000}, "
                + $"vipsthumbnail {all.Average(l => l.Vips):0.0000}");
        }

        bench.ClaimUnder(
            "SSIM lost beside a plain Lanczos at the same quality, worst width", "",
            new Spread([losses.Values.Max(all => all.Average(l => l.Best - l.Our))]), LikenessLossMax);
    }

    static double SsimOf(PixelImage plain, ReadOnlySpan<byte> jpeg)
    {
        using var luma = JpegCodec.Decode(jpeg, channels: 1).Image!;
        return Likeness.Ssim(plain, luma);
    }
}
