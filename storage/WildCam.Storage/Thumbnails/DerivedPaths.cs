using System.Globalization;
using System.Text.RegularExpressions;

namespace WildCam.Storage.Thumbnails;

/// <summary>
/// Where what was made from a picture lies: beside the original, its name with one more part. Such blobs can be made
/// again at any time: they are no orphans, and go when their original goes.
/// </summary>
public static partial class DerivedPaths
{
    const string Ending = ".jpg";

    /// <summary>a/b.jpg becomes a/b.v1-400.jpg.</summary>
    public static string Thumbnail(string blobPath, int version, int width) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(blobPath)}.v{version}-{width}{Ending}");

    /// <summary>a/b.jpg becomes a/b.c1-120-40-333-250.jpg: the part of the picture, in thousandths.</summary>
    public static string Crop(string blobPath, int version, (int X, int Y, int Width, int Height) part) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Stem(blobPath)}.c{version}-{part.X}-{part.Y}-{part.Width}-{part.Height}{Ending}");

    /// <summary>a/b.jpg becomes a/b.p1-400-123.jpg: with people blurred; the last number tells their boxes.</summary>
    public static string Veiled(string blobPath, int version, int width, uint boxes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(blobPath)}.p{version}-{width}-{boxes}{Ending}");

    /// <summary>As the crop, with people blurred.</summary>
    public static string VeiledCrop(
        string blobPath, int version, (int X, int Y, int Width, int Height) part, uint boxes) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Stem(blobPath)}.p{version}-{part.X}-{part.Y}-{part.Width}-{part.Height}-{boxes}{Ending}");

    /// <summary>Whether a blob is derived from another one.</summary>
    public static bool IsDerived(string blobPath) => Derived().IsMatch(blobPath);

    /// <summary>The blob that this one is derived from; itself where it is not derived.</summary>
    public static string Original(string blobPath) => Derived().Replace(blobPath, Ending);

    /// <summary>What the names of all blobs derived from this one start with.</summary>
    public static string Prefix(string blobPath) => Stem(blobPath) + ".";

    static string Stem(string blobPath) =>
        blobPath.EndsWith(Ending, StringComparison.Ordinal) ? blobPath[..^Ending.Length] : blobPath;

    [GeneratedRegex(@"\.[vcp]\d+(-\d+)+\.jpg$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Derived();
}
