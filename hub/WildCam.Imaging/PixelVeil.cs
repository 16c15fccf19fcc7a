namespace WildCam.Imaging;

/// <summary>
/// Makes a part of a picture unrecognisable: it keeps a handful of mean colours and smooth ways between them, from
/// which nothing finer can be brought back.
/// </summary>
public static class PixelVeil
{
    /// <summary>Mean colours along the longer side of a part: a person of any size keeps no more.</summary>
    public const int CellsMax = 8;

    /// <summary>Veils a part in place; what lies outside the picture is left off.</summary>
    public static void Veil(PixelImage image, int x, int y, int width, int height, int cells = CellsMax)
    {
        var (left, top) = (Math.Clamp(x, 0, image.Width), Math.Clamp(y, 0, image.Height));
        var (right, bottom) = (Math.Clamp(x + width, left, image.Width), Math.Clamp(y + height, top, image.Height));
        (width, height) = (right - left, bottom - top);
        if (width == 0 || height == 0)
        {
            return;
        }

        var longer = Math.Max(width, height);
        var across = Math.Clamp(width * cells / longer, 1, cells);
        var down = Math.Clamp(height * cells / longer, 1, cells);
        var means = new float[across * down * image.Channels];
        for (var row = 0; row < down; row++)
        {
            for (var column = 0; column < across; column++)
            {
                Mean(
                    image, left + (width * column / across), top + (height * row / down),
                    left + (width * (column + 1) / across), top + (height * (row + 1) / down),
                    means.AsSpan(((row * across) + column) * image.Channels, image.Channels));
            }
        }

        for (var row = 0; row < height; row++)
        {
            var (above, below, vertical) = Between(row, height, down);
            var target = image.Row(top + row);
            for (var column = 0; column < width; column++)
            {
                var (before, after, horizontal) = Between(column, width, across);
                for (var channel = 0; channel < image.Channels; channel++)
                {
                    float At(int r, int c) => means[(((r * across) + c) * image.Channels) + channel];
                    var high = At(above, before) + ((At(above, after) - At(above, before)) * horizontal);
                    var low = At(below, before) + ((At(below, after) - At(below, before)) * horizontal);
                    target[((left + column) * image.Channels) + channel] = (byte)(high + ((low - high) * vertical));
                }
            }
        }
    }

    static void Mean(PixelImage image, int left, int top, int right, int bottom, Span<float> mean)
    {
        (right, bottom) = (Math.Max(right, left + 1), Math.Max(bottom, top + 1));
        Span<long> sums = stackalloc long[3];
        for (var y = top; y < bottom; y++)
        {
            var row = image.Row(y);
            for (var x = left; x < right; x++)
            {
                for (var channel = 0; channel < image.Channels; channel++)
                {
                    sums[channel] += row[(x * image.Channels) + channel];
                }
            }
        }

        for (var channel = 0; channel < mean.Length; channel++)
        {
            mean[channel] = (float)sums[channel] / ((right - left) * (bottom - top));
        }
    }

    /// <summary>The two cells whose middles a pixel lies between, and how near it is to the second.</summary>
    static (int First, int Second, float Share) Between(int pixel, int pixels, int cells)
    {
        var at = ((pixel + 0.5f) * cells / pixels) - 0.5f;
        var first = Math.Clamp((int)MathF.Floor(at), 0, cells - 1);
        return (first, Math.Min(first + 1, cells - 1), Math.Clamp(at - first, 0, 1));
    }
}
