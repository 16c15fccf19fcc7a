using System.Diagnostics;
using WildCam.Hub.Thumbnails;

namespace WildCam.Benchmarks.Thumbnails;

/// <summary>
/// The peer: as many single-threaded vipsthumbnail processes as there are cores, each for its share of the files.
/// </summary>
static class Vips
{
    const string Program = "vipsthumbnail";

    public static void Require()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(f => File.Exists(Path.Combine(f, Program))))
        {
            throw new CannotRunException($"{Program} is not installed (apt-get install libvips-tools).");
        }
    }

    /// <summary>Makes each file in each of these widths, as name-width.jpg, at the hub's qualities.</summary>
    public static async Task<TimeSpan> RunAsync(
        IReadOnlyList<string> files, IReadOnlyList<int> widths, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var clock = Stopwatch.StartNew();
        var share = (files.Count + Environment.ProcessorCount - 1) / Environment.ProcessorCount;
        await Task.WhenAll(files.Chunk(share).Select(async own =>
        {
            foreach (var width in widths)
            {
                await RunOneAsync(own, width, folder, cancellationToken);
            }
        }));
        return clock.Elapsed;
    }

    static async Task RunOneAsync(string[] files, int width, string folder, CancellationToken cancellationToken)
    {
        var quality = PictureThumbnails.QualityOf(width);
        using var process = Process.Start(new ProcessStartInfo(
            Program, ["-s", $"{width}x", "-o", $"{folder}/%s-{width}.jpg[Q={quality}]", .. files])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            Environment = { ["VIPS_CONCURRENCY"] = "1" },
        })!;
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 || errors.Length > 0)
        {
            throw new InvalidOperationException($"{Program} ended with {process.ExitCode}: {errors}");
        }
    }
}
