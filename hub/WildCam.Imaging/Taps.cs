using System.Numerics;

namespace WildCam.Imaging;

/// <summary>For each target position the first source position and its weights, which sum to 1.</summary>
readonly record struct Taps(int[] Starts, float[] Weights, int Count)
{
    const float Lobes = 3;

    public ReadOnlySpan<float> WeightsOf(int position) => Weights.AsSpan(position * Count, Count);

    /// <summary>Of a line of <paramref name="to"/> positions; any more repeat the last one.</summary>
    public static Taps Build(int from, int to, int positions = 0)
    {
        positions = Math.Max(to, positions);
        var ratio = (double)from / to;
        var widening = Math.Max(ratio, 1);
        var radius = Lobes * widening;
        var count = Math.Min(from, (int)Math.Ceiling(radius * 2) + 1);
        var starts = new int[positions];
        var weights = new float[positions * count];
        var (fastStep, slowStep) = (Turn(Math.PI / widening), Turn(Math.PI / widening / Lobes));
        for (var i = 0; i < positions; i++)
        {
            var center = ((Math.Min(i, to - 1) + 0.5) * ratio) - 0.5;
            var start = Math.Clamp((int)Math.Ceiling(center - radius), 0, from - count);
            starts[i] = start;
            double sum = 0;
            var own = weights.AsSpan(i * count, count);
            // sin(pi x) and sin(pi x / 3) by turning on from tap to tap: a sine for each costs as much as resizing.
            var first = (start - center) / widening;
            var (fast, slow) = (Turn(Math.PI * first), Turn(Math.PI * first / Lobes));
            for (var k = 0; k < count; k++)
            {
                var angle = Math.PI * (start + k - center) / widening;
                var weight = Math.Abs(angle) < 1e-6 ? 1
                    : Math.Abs(angle) >= Math.PI * Lobes ? 0
                    : Lobes * fast.Imaginary * slow.Imaginary / (angle * angle);
                own[k] = (float)weight;
                sum += weight;
                (fast, slow) = (fast * fastStep, slow * slowStep);
            }

            for (var k = 0; k < count; k++)
            {
                own[k] = (float)(own[k] / sum);
            }
        }

        return new Taps(starts, weights, count);
    }

    static Complex Turn(double angle) => Complex.FromPolarCoordinates(1, angle);
}
