using WildCam.Imaging;

namespace WildCam.Hub.Thumbnails;

/// <summary>One thumbnail, encoded.</summary>
sealed record Thumbnail(int Width, JpegBytes Jpeg);

/// <summary>
/// All thumbnails of one picture and what its pixels tell: one decode at the eighth of its size that is wide enough for
/// the largest, each smaller one from the next larger one. Never larger than the picture itself. All of it in the
/// planes of luma and colour that JPEG files hold.
/// </summary>
sealed class PictureThumbnails : IDisposable
{
    /// <summary>Bumped when thumbnails are made in another way; part of their addresses.</summary>
    public const short Version = 1;

    // Measured on camera-trap pictures: 6, 21, 81 and 340 KB.
    const int Quality = 72;
    const int QualityOfLargest = 78;

    /// <summary>Most pixels of one; a picture three times as high as wide still has the largest.</summary>
    const int ThumbnailPixelsMax = 1600 * 4800;

    /// <summary>Widths in pixels, from the largest.</summary>
    public static IReadOnlyList<int> Widths { get; } = [1600, 800, 400, 200];

    readonly List<Thumbnail> _made = [];

    PictureThumbnails(JpegIntegrity integrity, string? problem)
    {
        Integrity = integrity;
        Problem = problem;
    }

    public JpegIntegrity Integrity { get; }

    /// <summary>What is wrong with the file; null where it is whole.</summary>
    public string? Problem { get; }

    /// <summary>Size as shown; 0 where nothing could be decoded.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Class of the mean lightness, 0 to 15.</summary>
    public short Lightness { get; private set; }

    public bool IsInfrared { get; private set; }

    /// <summary>From the largest to the smallest.</summary>
    public IReadOnlyList<Thumbnail> Made => _made;

    public static PictureThumbnails Make(ReadOnlySpan<byte> jpeg)
    {
        JpegCodec.TryReadHeader(jpeg, out var header, out _);
        var widths = WidthsFor(header.ShownWidth, header.ShownHeight);
        var decoded = JpegCodec.DecodePlanes(jpeg, widths[0]);
        var picture = new PictureThumbnails(decoded.Integrity, decoded.Problem);
        if (decoded.Image is not { } image)
        {
            return picture;
        }

        try
        {
            (picture.Width, picture.Height) = (header.ShownWidth, header.ShownHeight);
            foreach (var width in widths)
            {
                if (width != image.Width || !image.IsCoarse)
                {
                    var height = Math.Max(1, (int)Math.Round((double)width * header.ShownHeight / header.ShownWidth));
                    using var larger = image;
                    image = larger.Resize(width, height);
                }

                picture._made.Add(new Thumbnail(width, JpegCodec.Encode(image, QualityOf(width))));
            }

            // The smallest one tells as much of the whole as the picture itself.
            using var pixels = image.ToPixels();
            var tone = PictureTone.Of(pixels);
            (picture.Lightness, picture.IsInfrared) = ((short)(tone.MeanLuma / 16), tone.IsGrey);
            return picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
        finally
        {
            image.Dispose();
        }
    }

    /// <summary>
    /// The widths that a picture gets, from the largest; its own if that is smaller, and less where it is so high that
    /// a thumbnail would be no small picture any more.
    /// </summary>
    public static IReadOnlyList<int> WidthsFor(int pictureWidth, int pictureHeight)
    {
        var flat = Math.Sqrt((double)ThumbnailPixelsMax * pictureWidth / Math.Max(1, pictureHeight));
        var largest = Math.Max(1, (int)Math.Min(Math.Min(pictureWidth, Widths[0]), flat));
        return [largest, .. Widths.Skip(1).Where(w => w < largest)];
    }

    public static int QualityOf(int width) => width == Widths[0] ? QualityOfLargest : Quality;

    public void Dispose()
    {
        foreach (var thumbnail in _made)
        {
            thumbnail.Jpeg.Dispose();
        }
    }
}
