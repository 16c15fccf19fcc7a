using WildCam.Storage.Blobs;

namespace WildCam.Hub.Ingest;

/// <summary>How long to wait before a write is tried again.</summary>
static class Backoff
{
    static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LongestAfterConflict = TimeSpan.FromMilliseconds(200);

    /// <summary>Credentials do not mend themselves: no hot loop.</summary>
    static readonly TimeSpan Denied = TimeSpan.FromSeconds(30);

    /// <summary>Doubling from a quarter of a second, with a fifth of jitter.</summary>
    public static TimeSpan After(int attempt)
    {
        var span = First * Math.Pow(2, Math.Min(attempt, 10));
        return (span < Longest ? span : Longest) * (1 + Random.Shared.NextDouble() / 5);
    }

    /// <summary>Up to a fifth of a second, by chance: whoever was in the way is soon gone.</summary>
    public static TimeSpan AfterConflict() => LongestAfterConflict * Random.Shared.NextDouble();

    public static TimeSpan After(int attempt, BlobFault fault) =>
        fault == BlobFault.Denied ? Denied : After(attempt);
}
