using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace WildCam.Imaging;

/// <summary>
/// Resizes pictures with a Lanczos-3 filter, widened by the ratio when shrinking. Two passes in single precision: rows
/// first, since that one runs over whole rows, then columns of the few rows that are left.
/// </summary>
public static class Resampler
{
    const float Lobes = 3;

    public static PixelImage Resize(PixelImage source, int width, int height)
    {
        var resized = new PixelImage(width, height, source.Channels);
        var rows = Taps.Build(source.Height, height);
        var columns = Taps.Build(source.Width, width);
        // Columns of 3 channels are read four floats at a time, so the row is a little longer than its pixels.
        var line = ArrayPool<float>.Shared.Rent(source.Stride + 8);
        try
        {
            line.AsSpan(source.Stride).Clear();
            for (var y = 0; y < height; y++)
            {
                SumRows(source, rows.Starts[y], rows.WeightsOf(y), line.AsSpan(0, source.Stride));
                if (source.Channels == 3)
                {
                    SumColumnsOfRgb(line, columns, resized.Row(y));
                }
                else
                {
                    SumColumnsOfLuma(line, columns, resized.Row(y));
                }
            }

            return resized;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(line);
        }
    }

    static void SumRows(PixelImage source, int start, ReadOnlySpan<float> weights, Span<float> line)
    {
        var stride = source.Stride;
        ref var pixels = ref MemoryMarshal.GetReference(source.Pixels[(start * stride)..]);
        ref var sums = ref MemoryMarshal.GetReference(line);
        var x = 0;
        for (; x <= stride - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            for (var k = 0; k < weights.Length; k++)
            {
                var weight = new Vector<float>(weights[k]);
                Vector.Widen(Vector.LoadUnsafe(ref pixels, (nuint)((k * stride) + x)), out var low, out var high);
                Vector.Widen(low, out var p, out var q);
                Vector.Widen(high, out var r, out var s);
                a = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(p)), weight, a);
                b = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(q)), weight, b);
                c = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(r)), weight, c);
                d = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(s)), weight, d);
            }

            a.StoreUnsafe(ref sums, (nuint)x);
            b.StoreUnsafe(ref sums, (nuint)(x + Vector<float>.Count));
            c.StoreUnsafe(ref sums, (nuint)(x + (2 * Vector<float>.Count)));
            d.StoreUnsafe(ref sums, (nuint)(x + (3 * Vector<float>.Count)));
        }

        for (; x < stride; x++)
        {
            float sum = 0;
            for (var k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * Unsafe.Add(ref pixels, (k * stride) + x);
            }

            Unsafe.Add(ref sums, x) = sum;
        }
    }

    static void SumColumnsOfRgb(float[] line, Taps columns, Span<byte> to)
    {
        ref var sums = ref MemoryMarshal.GetArrayDataReference(line);
        for (int x = 0, at = 0; at < to.Length; x++, at += 3)
        {
            var weights = columns.WeightsOf(x);
            ref var pixel = ref Unsafe.Add(ref sums, columns.Starts[x] * 3);
            var (even, odd) = (Vector128.Create(0.5f), Vector128<float>.Zero);
            var k = 0;
            for (; k + 1 < weights.Length; k += 2)
            {
                even = Vector128.FusedMultiplyAdd(
                    Vector128.LoadUnsafe(ref pixel, (nuint)(k * 3)), Vector128.Create(weights[k]), even);
                odd = Vector128.FusedMultiplyAdd(
                    Vector128.LoadUnsafe(ref pixel, (nuint)((k + 1) * 3)), Vector128.Create(weights[k + 1]), odd);
            }

            if (k < weights.Length)
            {
                even = Vector128.FusedMultiplyAdd(
                    Vector128.LoadUnsafe(ref pixel, (nuint)(k * 3)), Vector128.Create(weights[k]), even);
            }

            var rgb = Vector128.ConvertToInt32(
                Vector128.Clamp(even + odd, Vector128<float>.Zero, Vector128.Create(255f)));
            to[at] = (byte)rgb[0];
            to[at + 1] = (byte)rgb[1];
            to[at + 2] = (byte)rgb[2];
        }
    }

    static void SumColumnsOfLuma(float[] line, Taps columns, Span<byte> to)
    {
        for (var x = 0; x < to.Length; x++)
        {
            var weights = columns.WeightsOf(x);
            var start = columns.Starts[x];
            var sum = 0.5f;
            for (var k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * line[start + k];
            }

            to[x] = (byte)Math.Clamp(sum, 0f, 255f);
        }
    }

    /// <summary>For each target position the first source position and its weights, which sum to 1.</summary>
    readonly record struct Taps(int[] Starts, float[] Weights, int Count)
    {
        public ReadOnlySpan<float> WeightsOf(int position) => Weights.AsSpan(position * Count, Count);

        public static Taps Build(int from, int to)
        {
            var ratio = (double)from / to;
            var widening = Math.Max(ratio, 1);
            var radius = Lobes * widening;
            var count = Math.Min(from, (int)Math.Ceiling(radius * 2) + 1);
            var starts = new int[to];
            var weights = new float[to * count];
            for (var i = 0; i < to; i++)
            {
                var center = ((i + 0.5) * ratio) - 0.5;
                var start = Math.Clamp((int)Math.Ceiling(center - radius), 0, from - count);
                starts[i] = start;
                double sum = 0;
                var own = weights.AsSpan(i * count, count);
                for (var k = 0; k < count; k++)
                {
                    var weight = Lanczos((start + k - center) / widening);
                    own[k] = (float)weight;
                    sum += weight;
                }

                for (var k = 0; k < count; k++)
                {
                    own[k] = (float)(own[k] / sum);
                }
            }

            return new Taps(starts, weights, count);
        }

        static double Lanczos(double x)
        {
            if (Math.Abs(x) < 1e-9)
            {
                return 1;
            }

            var angle = Math.PI * x;
            return Math.Abs(x) >= Lobes ? 0 : Lobes * Math.Sin(angle) * Math.Sin(angle / Lobes) / (angle * angle);
        }
    }
}
