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
    public static PixelImage Resize(PixelImage source, int width, int height)
    {
        var resized = new PixelImage(width, height, source.Channels);
        if (source.Channels == 1)
        {
            ResizePlane(source, source.Width, source.Height, resized, width, height);
            return resized;
        }

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
                SumColumnsOfRgb(line, columns, resized.Row(y));
            }

            return resized;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(line);
        }
    }

    /// <summary>
    /// Fills a plane from the first fromWidth x fromHeight pixels of another, so that they cover its first width x
    /// height pixels; what it has beyond repeats the edge.
    /// </summary>
    internal static void ResizePlane(
        PixelImage source, int fromWidth, int fromHeight, PixelImage to, int width, int height, bool plainly = false)
    {
        if ((source.Width, source.Height, fromWidth, fromHeight) == (to.Width, to.Height, width, height))
        {
            source.Pixels.CopyTo(to.Pixels);
            return;
        }

        var rows = Taps.Build(fromHeight, height, to.Height);
        var columns = Taps.Build(fromWidth, width, to.Width);
        if (PlaneResampler.IsSupported && !plainly)
        {
            PlaneResampler.Resize(source, rows, columns, to);
            return;
        }

        var line = ArrayPool<float>.Shared.Rent(source.Width);
        for (var y = 0; y < to.Height; y++)
        {
            SumRows(source, rows.Starts[y], rows.WeightsOf(y), line.AsSpan(0, source.Width));
            SumColumnsOfLuma(line, columns, to.Row(y));
        }

        ArrayPool<float>.Shared.Return(line);
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
}
