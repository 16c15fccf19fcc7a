namespace WildCam.Hub.Detection;

/// <summary>Pixels that hang together, by their places, and the box around them.</summary>
sealed record Region(List<int> Pixels, int Left, int Top, int Width, int Height);

/// <summary>Connected parts of a mask, and growing and shrinking it by a pixel.</summary>
static class Regions
{
    public static List<Region> Find(bool[] mask, int width)
    {
        var regions = new List<Region>();
        var seen = new bool[mask.Length];
        var waiting = new Stack<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (!mask[start] || seen[start])
            {
                continue;
            }

            seen[start] = true;
            waiting.Push(start);
            regions.Add(Collect(mask, seen, waiting, width));
        }

        return regions;
    }

    public static bool[] Grow(bool[] mask, int width) => Combine(mask, width, isGrowing: true);

    public static bool[] Shrink(bool[] mask, int width) => Combine(mask, width, isGrowing: false);

    static Region Collect(bool[] mask, bool[] seen, Stack<int> waiting, int width)
    {
        var pixels = new List<int>();
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, 0, 0);
        while (waiting.TryPop(out var at))
        {
            pixels.Add(at);
            var (x, y) = (at % width, at / width);
            (left, right) = (Math.Min(left, x), Math.Max(right, x));
            (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
            for (var ny = Math.Max(y - 1, 0); ny <= Math.Min(y + 1, (mask.Length / width) - 1); ny++)
            {
                for (var nx = Math.Max(x - 1, 0); nx <= Math.Min(x + 1, width - 1); nx++)
                {
                    var next = (ny * width) + nx;
                    if (mask[next] && !seen[next])
                    {
                        seen[next] = true;
                        waiting.Push(next);
                    }
                }
            }
        }

        return new Region(pixels, left, top, right - left + 1, bottom - top + 1);
    }

    // Of each 3x3 neighbourhood: any pixel (growing) or all of them; beyond the edge counts as the edge does.
    static bool[] Combine(bool[] mask, int width, bool isGrowing)
    {
        var height = mask.Length / width;
        var across = new bool[mask.Length];
        var result = new bool[mask.Length];
        for (var i = 0; i < mask.Length; i++)
        {
            var x = i % width;
            var before = mask[x > 0 ? i - 1 : i];
            var after = mask[x < width - 1 ? i + 1 : i];
            across[i] = isGrowing ? before || mask[i] || after : before && mask[i] && after;
        }

        for (var i = 0; i < mask.Length; i++)
        {
            var y = i / width;
            var above = across[y > 0 ? i - width : i];
            var below = across[y < height - 1 ? i + width : i];
            result[i] = isGrowing ? above || across[i] || below : above && across[i] && below;
        }

        return result;
    }
}
