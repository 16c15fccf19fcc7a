namespace WildCam.Hub.Jobs;

/// <summary>How long a failed job waits: doubled at each attempt, with jitter, so that the jobs spread.</summary>
static class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Between half and the whole of the doubled pause. Attempts count from 1; chance is in [0, 1).</summary>
    public static TimeSpan After(int attempts, double chance)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 30);
        var pause = Math.Min(First.TotalSeconds * (1L << doublings), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(pause * (0.5 + (chance / 2)));
    }
}
