using WildCam.Imaging;

namespace WildCam.Tests.Imaging;

/// <summary>Test data beside the checkout, and what a test needs: skipped on a laptop, failing in CI.</summary>
static class SharedData
{
    public static bool IsCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("WILDCAM_SHARED_DATA") is { Length: > 0 } f
        ? f
        : Path.GetFullPath(Path.Combine(RepositoryRoot.Path, "..", "shared", "data"));

    /// <summary>A file of the test data; the test is skipped where it is absent.</summary>
    public static string Find(string path)
    {
        var file = Path.Combine(Folder, path);
        Assert.SkipUnless(File.Exists(file), $"{path} is not in {Folder}.");
        return file;
    }

    /// <summary>Skips (on a laptop) or fails (in CI) without libturbojpeg.</summary>
    public static void NeedsTurboJpeg() =>
        Needs(JpegCodec.IsAvailable(), "libturbojpeg.so.0 is not installed (apt-get install libturbojpeg0).");

    public static void Needs(bool isThere, string why)
    {
        if (!isThere)
        {
            Assert.False(IsCi, why);
            Assert.Skip(why);
        }
    }
}
