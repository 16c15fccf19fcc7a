using WildCam.Imaging;

namespace WildCam.Benchmarks.Thumbnails;

/// <summary>How like a thumbnail is to what a plain Lanczos of the whole picture gives.</summary>
static class Likeness
{
    const int Window = 8;
    const int Step = 4;
    const int Lobes = 3;

    // Wang et al. 2004: (0.01 * 255)^2 and (0.03 * 255)^2.
    const double C1 = 6.5025;
    const double C2 = 58.5225;

    /// <summary>Lanczos-3 of the luma in doubles, written out plainly: the yardstick, never used by the hub.</summary>
    public static PixelImage PlainLanczos(PixelImage luma, int width, int height)
    {
        var across = Weights(luma.Width, width);
        var down = Weights(luma.Height, height);
        var half = new double[luma.Height * width];
        for (var y = 0; y < luma.Height; y++)
        {
            var row = luma.Row(y);
            for (var x = 0; x < width; x++)
            {
                foreach (var (place, weight) in across[x])
                {
                    half[(y * width) + x] += row[place] * weight;
                }
            }
        }

        var resized = new PixelImage(width, height, 1);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = down[y].Sum(w => half[(w.Place * width) + x] * w.Weight);
                resized.Row(y)[x] = (byte)Math.Clamp(Math.Round(sum), 0, 255);
            }
        }

        return resized;
    }

    /// <summary>Mean structural similarity of two planes of luma, over windows of 8 x 8 at steps of 4.</summary>
    public static double Ssim(PixelImage a, PixelImage b)
    {
        if ((a.Width, a.Height, a.Channels, b.Channels) != (b.Width, b.Height, 1, 1))
        {
            throw new ArgumentException(
                $"{a.Width}x{a.Height} and {b.Width}x{b.Height} are not two planes of a size.", nameof(b));
        }

        var (total, windows) = (0.0, 0);
        for (var top = 0; top + Window <= a.Height; top += Step)
        {
            for (var left = 0; left + Window <= a.Width; left += Step)
            {
                total += OfWindow(a, b, left, top);
                windows++;
            }
        }

        return total / windows;
    }

    static double OfWindow(PixelImage a, PixelImage b, int left, int top)
    {
        double sumA = 0, sumB = 0, squaresA = 0, squaresB = 0, products = 0;
        for (var y = top; y < top + Window; y++)
        {
            var p = a.Row(y).Slice(left, Window);
            var q = b.Row(y).Slice(left, Window);
            for (var x = 0; x < Window; x++)
            {
                sumA += p[x];
                sumB += q[x];
                squaresA += p[x] * p[x];
                squaresB += q[x] * q[x];
                products += p[x] * q[x];
            }
        }

        const int n = Window * Window;
        var (meanA, meanB) = (sumA / n, sumB / n);
        var (varianceA, varianceB) = ((squaresA / n) - (meanA * meanA), (squaresB / n) - (meanB * meanB));
        var covariance = (products / n) - (meanA * meanB);
        return ((2 * meanA * meanB) + C1) * ((2 * covariance) + C2)
            / (((meanA * meanA) + (meanB * meanB) + C1) * (varianceA + varianceB + C2));
    }

    static List<(int Place, double Weight)>[] Weights(int from, int to)
    {
        var ratio = (double)from / to;
        var widening = Math.Max(1, ratio);
        return [.. Enumerable.Range(0, to).Select(position =>
        {
            var center = ((position + 0.5) * ratio) - 0.5;
            var weights = Enumerable.Range(0, from)
                .Select(i => (Place: i, Weight: Kernel((i - center) / widening)))
                .Where(w => w.Weight != 0).ToList();
            var sum = weights.Sum(w => w.Weight);
            return weights.ConvertAll(w => (w.Place, w.Weight / sum));
        })];
    }

    static double Kernel(double x) =>
        Math.Abs(x) < 1e-9 ? 1
        : Math.Abs(x) >= Lobes ? 0
        : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / Lobes) / (Math.PI * x / Lobes));
}
