namespace WildCam.Imaging;

/// <summary>
/// A picture as JPEG keeps it: a plane of luma, and two of colour differences that may be coarser, or none where it is
/// grey. Resizing and encoding these needs neither conversion of colours nor full planes of them. Planes are padded to
/// whole steps of the colour's coarseness; Width and Height are without that.
/// </summary>
public sealed class PlanarImage : IDisposable
{
    PlanarImage(int width, int height, PixelImage luma, PixelImage? blue, PixelImage? red)
    {
        Width = width;
        Height = height;
        Luma = luma;
        Blue = blue;
        Red = red;
    }

    public int Width { get; }

    public int Height { get; }

    public PixelImage Luma { get; }

    /// <summary>Cb; null where the picture is grey.</summary>
    public PixelImage? Blue { get; }

    /// <summary>Cr; null where the picture is grey.</summary>
    public PixelImage? Red { get; }

    /// <summary>Whether colour is coarser by two both ways, or absent: what encoding takes.</summary>
    public bool IsCoarse => Blue is null || (Blue.Width == (Width + 1) / 2 && Blue.Height == (Height + 1) / 2);

    /// <summary>A picture whose planes are not yet set, of colour that is coarser by these factors (0: grey).</summary>
    internal static PlanarImage Make(int width, int height, int across, int down)
    {
        if (across == 0)
        {
            return new PlanarImage(width, height, new PixelImage(width, height, 1), null, null);
        }

        var (columns, rows) = ((width + across - 1) / across, (height + down - 1) / down);
        return new PlanarImage(
            width, height, new PixelImage(columns * across, rows * down, 1), new PixelImage(columns, rows, 1),
            new PixelImage(columns, rows, 1));
    }

    /// <summary>The planes of RGB or luma, copied; colour in full.</summary>
    public static PlanarImage From(PixelImage image)
    {
        var planes = Make(image.Width, image.Height, image.Channels == 3 ? 1 : 0, 1);
        if (planes.Blue is null)
        {
            image.Pixels.CopyTo(planes.Luma.Pixels);
            return planes;
        }

        var from = image.Pixels;
        var luma = planes.Luma.Pixels;
        var blue = planes.Blue.Pixels;
        var red = planes.Red!.Pixels;
        for (int i = 0, at = 0; i < luma.Length; i++, at += 3)
        {
            // JFIF 1.02, in 16-bit fixed point.
            var (r, g, b) = (from[at], from[at + 1], from[at + 2]);
            luma[i] = (byte)(((19595 * r) + (38470 * g) + (7471 * b) + 32768) >> 16);
            blue[i] = (byte)(((-11059 * r) - (21709 * g) + (32768 * b) + 8421375) >> 16);
            red[i] = (byte)(((32768 * r) - (27439 * g) - (5329 * b) + 8421375) >> 16);
        }

        return planes;
    }

    /// <summary>The picture in another size, its colour coarser by two both ways.</summary>
    public PlanarImage Resize(int width, int height)
    {
        var to = Make(width, height, Blue is null ? 0 : 2, 2);
        Resampler.ResizePlane(Luma, Width, Height, to.Luma, width, height);
        if (Blue is not null)
        {
            Resampler.ResizePlane(Blue, Blue.Width, Blue.Height, to.Blue!, to.Blue!.Width, to.Blue.Height);
            Resampler.ResizePlane(Red!, Red!.Width, Red.Height, to.Red!, to.Red!.Width, to.Red.Height);
        }

        return to;
    }

    /// <summary>Turns and mirrors as EXIF's orientation 1 to 8 asks, copied.</summary>
    public PlanarImage Orient(int orientation)
    {
        using var luma = Luma.Crop(0, 0, Width, Height);
        var turned = luma.Orient(orientation);
        return new PlanarImage(
            turned.Width, turned.Height, turned, Blue?.Orient(orientation), Red?.Orient(orientation));
    }

    /// <summary>The picture as RGB, or as luma where it is grey, copied.</summary>
    public PixelImage ToPixels()
    {
        if (Blue is null)
        {
            return Luma.Crop(0, 0, Width, Height);
        }

        var image = new PixelImage(Width, Height, 3);
        for (var y = 0; y < Height; y++)
        {
            var to = image.Row(y);
            var luma = Luma.Row(y);
            var blue = Blue.Row(Math.Min(Blue.Height - 1, y * Blue.Height / Height));
            var red = Red!.Row(Math.Min(Red.Height - 1, y * Red.Height / Height));
            for (var x = 0; x < Width; x++)
            {
                var at = Math.Min(Blue.Width - 1, x * Blue.Width / Width);
                var (b, r) = (blue[at] - 128, red[at] - 128);
                to[x * 3] = Byte(luma[x] + (1.402f * r));
                to[(x * 3) + 1] = Byte(luma[x] - (0.344136f * b) - (0.714136f * r));
                to[(x * 3) + 2] = Byte(luma[x] + (1.772f * b));
            }
        }

        return image;
    }

    public void Dispose()
    {
        Luma.Dispose();
        Blue?.Dispose();
        Red?.Dispose();
    }

    static byte Byte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
