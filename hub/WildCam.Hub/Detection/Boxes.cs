namespace WildCam.Hub.Detection;

/// <summary>A box with a score and a class; corners in any one unit.</summary>
readonly record struct ScoredBox(float Left, float Top, float Right, float Bottom, float Score, int Class)
{
    public float Area => Math.Max(0, Right - Left) * Math.Max(0, Bottom - Top);

    public float OverlapWith(in ScoredBox other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        var shared = width * height;
        return shared / (Area + other.Area - shared);
    }
}

/// <summary>Of boxes on the same thing keeps the one with the highest score.</summary>
static class NonMaximumSuppression
{
    /// <summary>The kept boxes, best first; boxes of different classes do not suppress each other.</summary>
    public static List<ScoredBox> Keep(IEnumerable<ScoredBox> boxes, float overlapMax, int most)
    {
        var kept = new List<ScoredBox>();
        foreach (var box in boxes.OrderByDescending(b => b.Score))
        {
            if (kept.Count == most)
            {
                break;
            }

            if (!kept.Exists(k => k.Class == box.Class && k.OverlapWith(box) > overlapMax))
            {
                kept.Add(box);
            }
        }

        return kept;
    }
}
