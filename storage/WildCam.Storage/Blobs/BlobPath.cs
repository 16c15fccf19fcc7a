namespace WildCam.Storage.Blobs;

/// <summary>
/// What a blob may be called: segments of a-z A-Z 0-9 . _ - divided by '/', none starting with a dot. A name that
/// passes cannot leave the store's folder, is the same in every store, and needs no escaping anywhere.
/// </summary>
public static class BlobPath
{
    /// <summary>Longest path, in characters (Azure allows 1,024, a folder with its root 4,096).</summary>
    public const int CharsMax = 512;

    /// <summary>Longest segment, in characters; file systems allow 255 bytes.</summary>
    public const int SegmentCharsMax = 200;

    public static bool IsValid(ReadOnlySpan<char> path)
    {
        if (path.Length is 0 or > CharsMax)
        {
            return false;
        }

        foreach (var segment in path.Split('/'))
        {
            if (!IsSegment(path[segment]))
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="ArgumentException">The path is none; the caller has a bug.</exception>
    public static void Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IsValid(path))
        {
            throw new ArgumentException(
                $"'{Shown(path)}' is no blob path: segments of a-z A-Z 0-9 . _ - that start with no dot, " +
                $"{SegmentCharsMax} characters each and {CharsMax} in all.", nameof(path));
        }
    }

    /// <summary>A prefix is the start of a valid path, or empty.</summary>
    /// <exception cref="ArgumentException">No valid path starts so.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0 && !IsValid(prefix.EndsWith('/') ? prefix[..^1] : prefix))
        {
            throw new ArgumentException($"'{Shown(prefix)}' is no start of a blob path.", nameof(prefix));
        }
    }

    static bool IsSegment(ReadOnlySpan<char> segment)
    {
        if (segment.Length is 0 or > SegmentCharsMax || segment[0] == '.')
        {
            return false;
        }

        foreach (var c in segment)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    static string Shown(string path) => path.Length <= 100 ? path : path[..100] + "...";
}
