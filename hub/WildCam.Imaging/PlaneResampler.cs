using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WildCam.Imaging;

/// <summary>
/// Lanczos-3 of one plane in 16-bit fixed point, for processors with AVX2. A row is summed in units of 1/64: there the
/// filter's overshoot has room, and the rounding of a dozen taps stays below a tenth of a step.
/// </summary>
static class PlaneResampler
{
    const int RowBits = 6;

    // Weights are in 1/16384: at an edge one may be a little over 1.
    const int WeightBits = 14;

    /// <summary>Taps of a column's sum that are loaded at once.</summary>
    const int Lanes = 16;

    public static bool IsSupported => Avx2.IsSupported;

    public static void Resize(PixelImage source, Taps rows, Taps columns, PixelImage to)
    {
        var rowWeights = ToFixed(rows, rows.Count);
        var padded = (columns.Count + Lanes - 1) / Lanes * Lanes;
        var columnWeights = ToFixed(columns, padded);
        // Column sums read whole lanes, so the row is longer than its pixels; what is beyond weighs nothing.
        var line = ArrayPool<short>.Shared.Rent(source.Width + padded + Lanes);
        try
        {
            line.AsSpan(source.Width).Clear();
            for (var y = 0; y < to.Height; y++)
            {
                SumRows(source, rows.Starts[y], rowWeights.AsSpan(y * rows.Count, rows.Count), line);
                SumColumns(line, columns.Starts, columnWeights, padded, to.Row(y));
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(line);
        }
    }

    static void SumRows(PixelImage source, int start, ReadOnlySpan<short> weights, Span<short> line)
    {
        var width = source.Width;
        ref var pixels = ref MemoryMarshal.GetReference(source.Pixels[(start * width)..]);
        ref var sums = ref MemoryMarshal.GetReference(line);
        var x = 0;
        if (Avx512BW.IsSupported)
        {
            for (; x <= width - 32; x += 32)
            {
                var sum = Vector512<short>.Zero;
                for (var k = 0; k < weights.Length; k++)
                {
                    var bytes = Vector256.LoadUnsafe(ref pixels, (nuint)((k * width) + x));
                    var wide = Avx512BW.ShiftLeftLogical(Avx512BW.ConvertToVector512Int16(bytes), RowBits + 1);
                    sum += Avx512BW.MultiplyHighRoundScale(wide, Vector512.Create(weights[k]));
                }

                sum.StoreUnsafe(ref sums, (nuint)x);
            }
        }

        for (; x <= width - 16; x += 16)
        {
            var sum = Vector256<short>.Zero;
            for (var k = 0; k < weights.Length; k++)
            {
                var bytes = Vector128.LoadUnsafe(ref pixels, (nuint)((k * width) + x));
                var wide = Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int16(bytes), RowBits + 1);
                sum += Avx2.MultiplyHighRoundScale(wide, Vector256.Create(weights[k]));
            }

            sum.StoreUnsafe(ref sums, (nuint)x);
        }

        for (; x < width; x++)
        {
            var sum = 0;
            for (var k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * Unsafe.Add(ref pixels, (k * width) + x);
            }

            Unsafe.Add(ref sums, x) = (short)((sum + (1 << (WeightBits - RowBits - 1))) >> (WeightBits - RowBits));
        }
    }

    static void SumColumns(Span<short> line, int[] starts, short[] weights, int taps, Span<byte> to)
    {
        ref var sums = ref MemoryMarshal.GetReference(line);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(weights);
        var x = 0;
        for (; x <= to.Length - 4; x += 4)
        {
            var ab = Avx2.HorizontalAdd(Sum(ref sums, starts[x], ref weight, x, taps),
                Sum(ref sums, starts[x + 1], ref weight, x + 1, taps));
            var cd = Avx2.HorizontalAdd(Sum(ref sums, starts[x + 2], ref weight, x + 2, taps),
                Sum(ref sums, starts[x + 3], ref weight, x + 3, taps));
            var halves = Avx2.HorizontalAdd(ab, cd);
            var four = halves.GetLower() + halves.GetUpper() + Vector128.Create(1 << (RowBits + WeightBits - 1));
            var small = Sse41.PackUnsignedSaturate(four >> (RowBits + WeightBits), Vector128<int>.Zero);
            Unsafe.WriteUnaligned(ref to[x], Sse2.PackUnsignedSaturate(small.AsInt16(), small.AsInt16()).AsUInt32()[0]);
        }

        for (; x < to.Length; x++)
        {
            var sum = Vector256.Sum(Sum(ref sums, starts[x], ref weight, x, taps));
            to[x] = (byte)Math.Clamp((sum + (1 << (RowBits + WeightBits - 1))) >> (RowBits + WeightBits), 0, 255);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Sum(ref short sums, int start, ref short weights, int position, int taps)
    {
        var sum = Vector256<int>.Zero;
        for (var k = 0; k < taps; k += Lanes)
        {
            sum += Avx2.MultiplyAddAdjacent(
                Vector256.LoadUnsafe(ref sums, (nuint)(start + k)),
                Vector256.LoadUnsafe(ref weights, (nuint)((position * taps) + k)));
        }

        return sum;
    }

    // Rounded so that the weights of a position still sum to one: a plain colour stays what it is.
    static short[] ToFixed(Taps taps, int padded)
    {
        const int one = 1 << WeightBits;
        var weights = new short[taps.Starts.Length * padded];
        for (var i = 0; i < taps.Starts.Length; i++)
        {
            var from = taps.WeightsOf(i);
            var own = weights.AsSpan(i * padded, taps.Count);
            var (sum, largest) = (0, 0);
            for (var k = 0; k < from.Length; k++)
            {
                own[k] = (short)MathF.Round(from[k] * one);
                sum += own[k];
                largest = own[k] > own[largest] ? k : largest;
            }

            own[largest] = (short)(own[largest] + one - sum);
        }

        return weights;
    }
}
