namespace WildCam.Hub.Desk.Charts;

/// <summary>
/// How much the daily activity of two species overlaps: kernel densities on the circle of the day and the coefficients
/// of
/// Ridout and Linkie, J. Agric. Biol. Environ. Stat. 14 (2009), 322-337. Times come as counts by minute.
/// </summary>
static class Overlap
{
    public const int Minutes = 24 * 60;

    /// <summary>Fewer events than this in the smaller sample ask for the other estimator (the paper's
    /// advice).</summary>
    public const int LargeSample = 75;

    /// <summary>Highest trigonometric moment that the bandwidth looks at.</summary>
    const int MomentsMax = 3;

    /// <summary>The density of activity at each minute; sums to one over the day.</summary>
    /// <param name="adjust">Divides the concentration: below one is sharper, above one smoother.</param>
    public static double[] Density(IReadOnlyList<int> counts, double adjust)
    {
        var n = counts.Sum();
        var kernel = Kernel(Concentration(counts) / adjust);
        var density = new double[Minutes];
        for (var at = 0; at < Minutes; at++)
        {
            if (counts[at] == 0)
            {
                continue;
            }

            for (var to = 0; to < Minutes; to++)
            {
                density[to] += counts[at] * kernel[Math.Abs(at - to)] / n;
            }
        }

        return density;
    }

    /// <summary>Dhat4 for large samples, Dhat1 for small ones; from 0, never together, to 1, alike.</summary>
    public static double Coefficient(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        if (Math.Min(a.Sum(), b.Sum()) < LargeSample)
        {
            // 0.8 and 1 are the paper's smoothing for the two.
            var (f, g) = (Density(a, 0.8), Density(b, 0.8));
            return Enumerable.Range(0, Minutes).Sum(m => Math.Min(f[m], g[m]));
        }

        var (first, second) = (Density(a, 1), Density(b, 1));
        return (Mean(a, m => Math.Min(1, second[m] / first[m])) + Mean(b, m => Math.Min(1, first[m] / second[m]))) / 2;
    }

    static double Mean(IReadOnlyList<int> counts, Func<int, double> of)
    {
        var sum = 0.0;
        for (var m = 0; m < Minutes; m++)
        {
            sum += counts[m] == 0 ? 0 : counts[m] * of(m);
        }

        return sum / counts.Sum();
    }

    /// <summary>A von Mises kernel by distance in minutes; sums to one over the circle.</summary>
    static double[] Kernel(double concentration)
    {
        var kernel = new double[Minutes];
        var sum = 0.0;
        for (var m = 0; m < Minutes; m++)
        {
            kernel[m] = Math.Exp(concentration * (Math.Cos(2 * Math.PI * m / Minutes) - 1));
            sum += kernel[m];
        }

        return Array.ConvertAll(kernel, k => k / sum);
    }

    /// <summary>
    /// The kernel's concentration by the plug-in rule of Taylor, Comput. Stat. Data Anal. 52 (2008), with the sample's
    /// own concentration from its first three moments, since activity often has two peaks.
    /// </summary>
    static double Concentration(IReadOnlyList<int> counts)
    {
        double n = counts.Sum();
        var spread = 0.0;
        for (var k = 1; k <= MomentsMax; k++)
        {
            var (cos, sin) = (0.0, 0.0);
            for (var m = 0; m < Minutes; m++)
            {
                var angle = 2 * Math.PI * m / Minutes * k;
                cos += counts[m] * Math.Cos(angle) / n;
                sin += counts[m] * Math.Sin(angle) / n;
            }

            spread = Math.Max(spread, Solve(k, Math.Min(0.9999, Math.Sqrt(cos * cos + sin * sin))));
        }

        if (spread == 0)
        {
            return 0;
        }

        // Scaled by exp(-2 kappa) above and below, so that large concentrations do not overflow.
        return Math.Pow(
            3 * n * spread * spread * ScaledBessel(2, 2 * spread)
                / (4 * Math.Sqrt(Math.PI) * Math.Pow(ScaledBessel(0, spread), 2)),
            0.4);
    }

    /// <summary>The concentration whose k-th moment I(k)/I(0) is the one that was measured; by halving.</summary>
    static double Solve(int k, double moment)
    {
        var (low, high) = (0.0, 500.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (ScaledBessel(k, middle) / ScaledBessel(0, middle) < moment)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>exp(-x) I(k, x), from its integral over half a circle.</summary>
    static double ScaledBessel(int k, double x)
    {
        const int steps = 2000;
        var sum = 0.0;
        for (var i = 0; i <= steps; i++)
        {
            var angle = Math.PI * i / steps;
            var weight = i is 0 or steps ? 0.5 : 1;
            sum += weight * Math.Exp(x * (Math.Cos(angle) - 1)) * Math.Cos(k * angle);
        }

        return sum / steps;
    }
}
