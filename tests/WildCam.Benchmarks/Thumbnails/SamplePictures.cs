using WildCam.Imaging;
using WildCam.Simulator.Scenes;

namespace WildCam.Benchmarks.Thumbnails;

/// <summary>1600 x 1200 pictures: painted ones, always the same, and real ones where the test data is.</summary>
static class SamplePictures
{
    public const int Width = 1600;
    public const int Height = 1200;

    const int Quality = 84;

    public static IReadOnlyList<byte[]> Paint(int count)
    {
        var studio = new SceneStudio(Width, Height);
        var pictures = new List<byte[]>();
        for (var n = 0; n < count; n++)
        {
            var view = new SceneView((ulong)(n % 4), (Biome)(n % 4), "camera", TimeZoneInfo.Utc);
            var time = new DateTimeOffset(2026, 5, 1 + (n % 20), n * 5 % 24, 0, 0, TimeSpan.Zero);
            pictures.Add(studio.Take(view, (ulong)n, 0, time, time, Quality).Jpeg);
        }

        return pictures;
    }

    /// <summary>Real camera-trap pictures in the same size; none where the test data is absent.</summary>
    public static IReadOnlyList<byte[]> Real()
    {
        var folder = FindData("images");
        var pictures = new List<byte[]>();
        string[] files = folder is null ? [] : Directory.GetFiles(folder, "*.jpg");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var decoded = JpegCodec.Decode(File.ReadAllBytes(file));
            using var image = decoded.Image;
            if (decoded.Integrity == JpegIntegrity.Whole && image!.Width >= Width)
            {
                using var sized = Resampler.Resize(image, Width, Height);
                using var jpeg = JpegCodec.Encode(sized, Quality);
                pictures.Add(jpeg.Memory.ToArray());
            }
        }

        return pictures;
    }

    /// <summary>A file or folder of the test data beside the checkout, or null.</summary>
    public static string? FindData(string path)
    {
        var given = Environment.GetEnvironmentVariable("WILDCAM_SHARED_DATA");
        var candidates = new List<string>();
        if (!string.IsNullOrEmpty(given))
        {
            candidates.Add(given);
        }

        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            candidates.Add(Path.Combine(at.FullName, "shared", "data"));
        }

        return candidates.Select(c => Path.Combine(c, path)).FirstOrDefault(Path.Exists);
    }
}
