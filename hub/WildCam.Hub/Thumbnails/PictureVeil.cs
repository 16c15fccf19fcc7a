using System.IO.Hashing;
using System.Runtime.InteropServices;
using WildCam.Imaging;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>Pictures with the people on them blurred.</summary>
static class PictureVeil
{
    /// <summary>Bumped when blurring is done in another way; part of the names.</summary>
    public const int Version = 1;

    const int Quality = 72;

    /// <summary>A box grows by this share on each side: models cut hair and feet off.</summary>
    const float Margin = 0.15f;

    /// <summary>Mean colours along the longer side where the whole picture is blurred.</summary>
    const int WholeCells = 12;

    /// <summary>A number for these boxes; 0 stands for the whole picture.</summary>
    public static uint HashOf(IReadOnlyList<PictureBox> boxes) =>
        boxes.Count == 0 ? 0 : XxHash32.HashToUInt32(MemoryMarshal.AsBytes<PictureBox>([.. boxes])) | 1;

    /// <summary>The picture with its people blurred; null where it cannot be decoded.</summary>
    public static JpegBytes? Make(ReadOnlySpan<byte> jpeg, IReadOnlyList<PictureBox> boxes)
    {
        using var picture = JpegCodec.Decode(jpeg).Image;
        if (picture is null)
        {
            return null;
        }

        Apply(picture, boxes);
        return JpegCodec.Encode(picture, Quality);
    }

    public static void Apply(PixelImage picture, IReadOnlyList<PictureBox> boxes)
    {
        if (boxes.Count == 0)
        {
            PixelVeil.Veil(picture, 0, 0, picture.Width, picture.Height, WholeCells);
            return;
        }

        foreach (var box in boxes)
        {
            var (wider, higher) = (box.Width * Margin, box.Height * Margin);
            PixelVeil.Veil(
                picture, (int)MathF.Floor((box.X - wider) * picture.Width),
                (int)MathF.Floor((box.Y - higher) * picture.Height),
                (int)MathF.Ceiling((box.Width + (2 * wider)) * picture.Width) + 1,
                (int)MathF.Ceiling((box.Height + (2 * higher)) * picture.Height) + 1);
        }
    }
}
