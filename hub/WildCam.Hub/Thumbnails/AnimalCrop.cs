using WildCam.Imaging;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>
/// The crop around what a picture shows, 4:3: the box fills half of it, and it is never less than a third of the
/// frame's width. Most animals are small in their frame.
/// </summary>
static class AnimalCrop
{
    public const int Width = 400;

    /// <summary>Bumped when crops are made in another way; part of their names.</summary>
    public const int Version = 1;

    const double Aspect = 4.0 / 3;
    const double BoxShare = 0.5;
    const double FrameShareMin = 1.0 / 3;
    const int Quality = 76;
    const int Thousand = 1000;

    /// <summary>The part of a picture to show, in thousandths of its width and height.</summary>
    public static (int X, int Y, int Width, int Height) PartFor(PictureBox box, int pictureWidth, int pictureHeight)
    {
        var (boxWidth, boxHeight) = (box.Width * pictureWidth, box.Height * pictureHeight);
        var width = Math.Max(
            Math.Max(boxWidth / BoxShare, boxHeight / BoxShare * Aspect), pictureWidth * FrameShareMin);
        width = Math.Min(width, pictureWidth);
        var height = Math.Min(width / Aspect, pictureHeight);
        var x = Math.Clamp(((box.X + (box.Width / 2)) * pictureWidth) - (width / 2), 0, pictureWidth - width);
        var y = Math.Clamp(((box.Y + (box.Height / 2)) * pictureHeight) - (height / 2), 0, pictureHeight - height);
        var (left, top) = (InThousandths(x, pictureWidth), InThousandths(y, pictureHeight));
        return (
            left, top,
            Math.Clamp(InThousandths(width, pictureWidth), 1, Thousand - left),
            Math.Clamp(InThousandths(height, pictureHeight), 1, Thousand - top));
    }

    /// <summary>Makes the crop, at most <see cref="Width"/> wide and never enlarged; null where undecodable.</summary>
    /// <param name="veil">Boxes of people to blur first; none: the whole picture; null: nothing.</param>
    public static JpegBytes? Make(
        ReadOnlySpan<byte> jpeg, (int X, int Y, int Width, int Height) part, IReadOnlyList<PictureBox>? veil = null)
    {
        // Decoded just large enough for the part to be as wide as the crop.
        using var picture = JpegCodec.Decode(jpeg, (Width * Thousand / part.Width) + 1).Image;
        if (picture is null)
        {
            return null;
        }

        if (veil is not null)
        {
            PictureVeil.Apply(picture, veil);
        }

        var (x, y) = (picture.Width * part.X / Thousand, picture.Height * part.Y / Thousand);
        var width = Math.Clamp(picture.Width * part.Width / Thousand, 1, picture.Width - x);
        var height = Math.Clamp(picture.Height * part.Height / Thousand, 1, picture.Height - y);
        using var cut = picture.Crop(x, y, width, height);
        if (width <= Width)
        {
            return JpegCodec.Encode(cut, Quality);
        }

        using var crop = Resampler.Resize(cut, Width, Math.Max(1, height * Width / width));
        return JpegCodec.Encode(crop, Quality);
    }

    static int InThousandths(double value, int whole) =>
        Math.Clamp((int)Math.Round(value * Thousand / whole), 0, Thousand - 1);
}
