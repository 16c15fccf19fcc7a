using WildCam.Hub.Thumbnails;
using WildCam.Imaging;
using WildCam.Storage.Thumbnails;
using WildCam.Tests.Imaging;

namespace WildCam.Tests.Thumbnails;

public sealed class PictureThumbnailsTests
{
    public PictureThumbnailsTests() => SharedData.NeedsTurboJpeg();

    [Theory]
    [InlineData(2048, 1536, "1600 800 400 200")]
    [InlineData(1600, 1200, "1600 800 400 200")]
    [InlineData(1280, 1024, "1280 800 400 200")]
    [InlineData(800, 600, "800 400 200")]
    [InlineData(320, 240, "320 200")]
    [InlineData(160, 120, "160")]
    [InlineData(1, 1, "1")]
    public void Widths_are_never_larger_than_the_picture(int width, int height, string widths)
    {
        using var picture = Pictures.Gradient(width, height);
        using var jpeg = JpegCodec.Encode(picture, 85);
        using var made = PictureThumbnails.Make(jpeg.Memory.Span);
        Assert.Equal(widths, string.Join(' ', made.Made.Select(t => t.Width)));
        Assert.Equal((width, height, JpegIntegrity.Whole), (made.Width, made.Height, made.Integrity));
        foreach (var thumbnail in made.Made)
        {
            Assert.True(JpegCodec.TryReadHeader(thumbnail.Jpeg.Memory.Span, out var header, out _));
            Assert.Equal(thumbnail.Width, header.Width);
            Assert.Equal(Math.Round((double)height * header.Width / width), header.Height);
        }
    }

    [Theory]
    [InlineData(1600, 2400, "1600 800 400 200")]
    [InlineData(1600, 62_500, "443 400 200")]
    [InlineData(1, 65_500, "1")]
    [InlineData(62_500, 1600, "1600 800 400 200")]
    public void A_picture_as_high_as_a_tower_has_smaller_thumbnails(int width, int height, string widths) =>
        Assert.Equal(widths, string.Join(' ', PictureThumbnails.WidthsFor(width, height)));

    [Fact]
    public void A_turned_picture_has_its_size_as_shown()
    {
        using var picture = Pictures.Gradient(640, 480);
        using var jpeg = JpegCodec.Encode(picture, 85);
        using var made = PictureThumbnails.Make(Pictures.WithOrientation(jpeg.Memory.Span, 6));
        Assert.Equal((480, 640), (made.Width, made.Height));
        Assert.Equal([480, 400, 200], made.Made.Select(t => t.Width));
    }

    [Fact]
    public void What_cannot_be_decoded_has_no_thumbnail_and_a_reason()
    {
        foreach (var (name, bytes) in Pictures.NotJpegs())
        {
            using var made = PictureThumbnails.Make(bytes);
            Assert.True(made.Integrity == JpegIntegrity.Undecodable && made.Made.Count == 0, name);
            Assert.NotNull(made.Problem);
        }
    }

    [Theory]
    [InlineData("african_elephants_bw.jpg", true)]
    [InlineData("african_elephants.jpg", false)]
    [InlineData("domestic_dog.jpg", false)]
    public void Grey_pictures_count_as_infrared(string name, bool isInfrared)
    {
        using var made = PictureThumbnails.Make(File.ReadAllBytes(SharedData.Find("images/" + name)));
        Assert.Equal(isInfrared, made.IsInfrared);
        Assert.InRange(made.Lightness, (short)2, (short)13);
    }

    [Theory]
    [InlineData(0.45f, 0.45f, 0.1f, 0.1f, 1600, 1200)]
    [InlineData(0.0f, 0.0f, 0.05f, 0.05f, 1600, 1200)]
    [InlineData(0.9f, 0.9f, 0.1f, 0.1f, 1600, 1200)]
    [InlineData(0.2f, 0.3f, 0.4f, 0.2f, 1600, 1200)]
    [InlineData(0.1f, 0.1f, 0.8f, 0.8f, 1600, 1200)]
    [InlineData(0.3f, 0.3f, 0.1f, 0.5f, 1080, 1920)]
    [InlineData(0f, 0f, 1f, 1f, 1600, 1200)]
    public void A_crop_holds_its_box_and_is_at_least_a_third_of_the_frame(
        float x, float y, float width, float height, int pictureWidth, int pictureHeight)
    {
        var part = AnimalCrop.PartFor(new PictureBox(x, y, width, height), pictureWidth, pictureHeight);
        Assert.True(part.Width >= 333, $"{part}");
        Assert.InRange(part.X + part.Width, 1, 1000);
        Assert.InRange(part.Y + part.Height, 1, 1000);
        // Wider than high by a third, where the frame leaves room; the box inside, where it fits at all.
        Assert.True(part.X <= (x * 1000) + 2 && part.X + part.Width >= ((x + width) * 1000) - 2, $"{part}");
        Assert.True(part.Width >= Math.Min(1000, width * 2000) - 2, $"{part}");
    }

    [Fact]
    public void A_crop_is_400_wide_and_never_enlarged()
    {
        using var picture = Pictures.Gradient(1600, 1200);
        using var jpeg = JpegCodec.Encode(picture, 85);
        using var crop = AnimalCrop.Make(jpeg.Memory.Span, (100, 100, 500, 500));
        Assert.True(JpegCodec.TryReadHeader(crop!.Memory.Span, out var header, out _));
        Assert.Equal((400, 300), (header.Width, header.Height));
        using var small = JpegCodec.Encode(Pictures.Gradient(320, 240), 85);
        using var smallCrop = AnimalCrop.Make(small.Memory.Span, (0, 0, 500, 500));
        Assert.True(JpegCodec.TryReadHeader(smallCrop!.Memory.Span, out header, out _));
        Assert.Equal((160, 120), (header.Width, header.Height));
        Assert.Null(AnimalCrop.Make([1, 2, 3], (0, 0, 500, 500)));
    }

    [Fact]
    public void Derived_blobs_lie_beside_their_original_and_are_told_apart()
    {
        const string original = "p/c-1/2026/11/20/0198aa00_00ff.jpg";
        var thumbnail = DerivedPaths.Thumbnail(original, 1, 400);
        var crop = DerivedPaths.Crop(original, 1, (0, 10, 333, 444));
        Assert.Equal("p/c-1/2026/11/20/0198aa00_00ff.v1-400.jpg", thumbnail);
        Assert.Equal("p/c-1/2026/11/20/0198aa00_00ff.c1-0-10-333-444.jpg", crop);
        Assert.True(DerivedPaths.IsDerived(thumbnail) && DerivedPaths.IsDerived(crop));
        Assert.False(DerivedPaths.IsDerived(original));
        Assert.StartsWith(DerivedPaths.Prefix(original), thumbnail, StringComparison.Ordinal);
    }
}
