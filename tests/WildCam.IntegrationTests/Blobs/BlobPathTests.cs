using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Blobs;

public sealed class BlobPathTests
{
    public static IReadOnlyList<string> Refused { get; } =
    [
        "", "/", "/etc/passwd", "a//b", "a/", "../a", "a/../../b", "a/..", ".", "..", "a/./b", ".tmp/a", "a/.b",
        "a\\b", "..\\a", "C:\\a", "C:/a", "a\0b", "a/b\0.jpg", "%2e%2e/a", "a b", "a\nb", "a/\u2025/b",
        "\uFF0E\uFF0E/a", "a/\u00E9", "~/a", "a:b", "a*", new string('a', BlobPath.CharsMax + 1), new string('a', 4096),
        "a/" + new string('b', BlobPath.SegmentCharsMax + 1),
    ];

    [Fact]
    public void Only_plain_relative_paths_pass()
    {
        Assert.All(Refused, path => Assert.False(BlobPath.IsValid(path), path));
        Assert.True(BlobPath.IsValid("demo/cam-1/2026/11/20/0198_00ff.jpg"));
        Assert.True(BlobPath.IsValid(new string('a', BlobPath.SegmentCharsMax)));
    }
}
