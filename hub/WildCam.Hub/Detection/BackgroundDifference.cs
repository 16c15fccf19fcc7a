using System.Runtime.InteropServices;
using Microsoft.Extensions.ObjectPool;

namespace WildCam.Hub.Detection;

/// <summary>
/// What a comparison with a camera's other pictures gave: boxes in 0 to 1 of the picture, or that the whole scene is
/// another one (the camera moved, or changed to infrared).
/// </summary>
readonly record struct Difference(IReadOnlyList<ScoredBox> Boxes, bool IsSceneChanged);

/// <summary>
/// Where a picture differs from the median of others of the same camera and mode. It says that something changed, never
/// what, and never that nothing is there: still, small or well hidden animals do not show.
/// </summary>
static class BackgroundDifference
{
    /// <summary>Size of a frame, in pixels of luma.</summary>
    public const int Width = 320;

    public const int Height = 240;

    /// <summary>Fewest other pictures that a median can be trusted of.</summary>
    public const int HistoryMin = 9;

    const int Pixels = Width * Height;
    const int BlocksAcross = 8;
    const int BlocksDown = 6;
    const int BlockWidth = Width / BlocksAcross;
    const int BlockHeight = Height / BlocksDown;

    // A block may be lit otherwise than the whole by this much; more is a thing in it, which must not be evened out.
    const float GainMin = 0.85f;
    const float GainMax = 1.18f;

    // In units of the noise at a pixel.
    const float WeakMin = 2.5f;
    const float StrongMin = 4.5f;
    const float NoiseFloor = 2f;
    const float MadToDeviation = 1.48f;

    const double AreaMin = 0.0008;
    const double AreaMax = 0.6;
    const double FillMin = 0.2;
    const double SceneChangedMin = 0.5;
    const double ScoreScale = 120;

    // Five megabytes a comparison: new ones for each would be most of what the collector has to do.
    static readonly ObjectPool<Scratch> s_scratch = ObjectPool.Create<Scratch>();

    /// <summary>Compares a frame with at least <see cref="HistoryMin"/> others.</summary>
    public static Difference Compare(ReadOnlySpan<byte> frame, IReadOnlyList<byte[]> history)
    {
        if (history.Count < HistoryMin)
        {
            throw new ArgumentException($"{history.Count} frames are fewer than {HistoryMin}.", nameof(history));
        }

        var scratch = s_scratch.Get();
        try
        {
            return Compare(frame, history, scratch);
        }
        finally
        {
            s_scratch.Return(scratch);
        }
    }

    static Difference Compare(ReadOnlySpan<byte> frame, IReadOnlyList<byte[]> history, Scratch scratch)
    {
        // Exposure differs from picture to picture; without evening it out first, it drowns everything in noise.
        var planes = scratch.History(history.Count);
        for (var i = 0; i < planes.Length; i++)
        {
            ToFloats(history[i], planes[i]);
        }

        Median(planes, scratch.Median);
        foreach (var plane in planes)
        {
            AlignLight(plane, scratch.Median);
        }

        var median = scratch.Median;
        Median(planes, median);
        foreach (var plane in planes)
        {
            for (var i = 0; i < Pixels; i++)
            {
                plane[i] = Math.Abs(plane[i] - median[i]);
            }
        }

        var (current, noise) = (scratch.Current, scratch.Noise);
        Median(planes, noise);
        ToFloats(frame, current);
        AlignLight(current, median);
        for (var i = 0; i < Pixels; i++)
        {
            current[i] = (current[i] - median[i]) / (NoiseFloor + (MadToDeviation * noise[i]));
        }

        Mean3X3(current, scratch.Strength);
        return FindBoxes(scratch.Strength);
    }

    static void ToFloats(ReadOnlySpan<byte> frame, float[] plane)
    {
        if (frame.Length != Pixels)
        {
            throw new ArgumentException($"A frame has {Pixels} pixels, not {frame.Length}.", nameof(frame));
        }

        for (var i = 0; i < Pixels; i++)
        {
            plane[i] = frame[i];
        }
    }

    static void Median(ReadOnlySpan<float[]> planes, float[] median)
    {
        Span<float> values = stackalloc float[planes.Length];
        var middle = planes.Length / 2;
        for (var i = 0; i < Pixels; i++)
        {
            // Insertion sort: a dozen values.
            for (var k = 0; k < planes.Length; k++)
            {
                var value = planes[k][i];
                var at = k;
                for (; at > 0 && values[at - 1] > value; at--)
                {
                    values[at] = values[at - 1];
                }

                values[at] = value;
            }

            median[i] = planes.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        }
    }

    // Multiplies a plane, block by block and smoothly between them, so that its light is the reference's.
    static void AlignLight(float[] plane, float[] reference)
    {
        Span<float> gains = stackalloc float[BlocksAcross * BlocksDown];
        Span<float> ratios = stackalloc float[BlockWidth / 2 * (BlockHeight / 2)];
        for (var block = 0; block < gains.Length; block++)
        {
            // The median of every fourth pixel's ratio: a thing that covers less than half of a block leaves it.
            var corner = (block / BlocksAcross * BlockHeight * Width) + (block % BlocksAcross * BlockWidth);
            for (var i = 0; i < ratios.Length; i++)
            {
                var at = corner + (i / (BlockWidth / 2) * 2 * Width) + (i % (BlockWidth / 2) * 2);
                ratios[i] = (reference[at] + 1) / (plane[at] + 1);
            }

            ratios.Sort();
            gains[block] = ratios[ratios.Length / 2];
        }

        Span<float> sorted = stackalloc float[gains.Length];
        gains.CopyTo(sorted);
        sorted.Sort();
        var whole = sorted[sorted.Length / 2];
        foreach (ref var gain in gains)
        {
            gain = Math.Clamp(gain, whole * GainMin, whole * GainMax);
        }

        for (var y = 0; y < Height; y++)
        {
            var (top, bottom, down) = Between(y, BlockHeight, BlocksDown);
            for (var x = 0; x < Width; x++)
            {
                var (left, right, across) = Between(x, BlockWidth, BlocksAcross);
                var above = gains[(top * BlocksAcross) + left] * (1 - across)
                    + (gains[(top * BlocksAcross) + right] * across);
                var below = gains[(bottom * BlocksAcross) + left] * (1 - across)
                    + (gains[(bottom * BlocksAcross) + right] * across);
                plane[(y * Width) + x] *= (above * (1 - down)) + (below * down);
            }
        }
    }

    // The two blocks whose middles a pixel lies between, and how far it is to the second.
    static (int First, int Second, float Share) Between(int pixel, int blockSize, int blocks)
    {
        var place = ((pixel + 0.5f) / blockSize) - 0.5f;
        var first = Math.Clamp((int)MathF.Floor(place), 0, blocks - 1);
        var second = Math.Min(first + 1, blocks - 1);
        return (first, second, Math.Clamp(place - first, 0, 1));
    }

    // The frame's edge, one pixel wide, stays as it is in new memory: nothing.
    static void Mean3X3(float[] plane, float[] mean)
    {
        for (var y = 1; y < Height - 1; y++)
        {
            for (var i = (y * Width) + 1; i < ((y + 1) * Width) - 1; i++)
            {
                var sum = plane[i - Width - 1] + plane[i - Width] + plane[i - Width + 1]
                    + plane[i - 1] + plane[i] + plane[i + 1]
                    + plane[i + Width - 1] + plane[i + Width] + plane[i + Width + 1];
                mean[i] = Math.Abs(sum / 9);
            }
        }
    }

    static Difference FindBoxes(float[] strength)
    {
        var mask = new bool[Pixels];
        foreach (var part in Regions.Find(Array.ConvertAll(strength, s => s > WeakMin), Width))
        {
            if (part.Pixels.Exists(i => strength[i] > StrongMin))
            {
                part.Pixels.ForEach(i => mask[i] = true);
            }
        }

        mask = Regions.Grow(Regions.Shrink(mask, Width), Width); // open: specks go
        mask = Regions.Grow(Regions.Grow(mask, Width), Width); // close: parts of one animal join
        mask = Regions.Shrink(Regions.Shrink(mask, Width), Width);
        if (mask.Count(m => m) > Pixels * SceneChangedMin)
        {
            return new Difference([], IsSceneChanged: true);
        }

        var boxes = new List<ScoredBox>();
        foreach (var part in Regions.Find(mask, Width))
        {
            var area = part.Pixels.Count;
            if (area is < (int)(Pixels * AreaMin) or > (int)(Pixels * AreaMax)
                || area < part.Width * part.Height * FillMin)
            {
                continue;
            }

            var mean = part.Pixels.Average(i => strength[i]);
            boxes.Add(new ScoredBox(
                (float)part.Left / Width, (float)part.Top / Height,
                (float)(part.Left + part.Width) / Width, (float)(part.Top + part.Height) / Height,
                (float)(1 - Math.Exp(-mean * Math.Sqrt(area) / ScoreScale)), 0));
        }

        boxes.Sort((a, b) => b.Score.CompareTo(a.Score));
        return new Difference(boxes, IsSceneChanged: false);
    }

    /// <summary>The planes of one comparison, of <see cref="Pixels"/> each.</summary>
    sealed class Scratch
    {
        readonly List<float[]> _history = [];

        public float[] Median { get; } = new float[Pixels];

        public float[] Noise { get; } = new float[Pixels];

        public float[] Current { get; } = new float[Pixels];

        public float[] Strength { get; } = new float[Pixels];

        public ReadOnlySpan<float[]> History(int count)
        {
            while (_history.Count < count)
            {
                _history.Add(new float[Pixels]);
            }

            return CollectionsMarshal.AsSpan(_history)[..count];
        }
    }
}
