namespace WildCam.Storage.Jobs;

/// <summary>Work to be done. Subject is what it works on, for most kinds a capture's public id.</summary>
public sealed record NewJob(string Kind, string Subject, DateTimeOffset? CapturedAt, short Priority);

/// <summary>Who goes first; a claim in eight ignores it and takes the oldest.</summary>
public static class JobPriorities
{
    public const short Backfill = 0;
    public const short Fresh = 10;
}

/// <summary>A claimed job. The lease token must be shown to end it.</summary>
public sealed record Job(
    long Id, string Kind, string Subject, DateTimeOffset? CapturedAt, int Attempts, long LeaseToken);

/// <summary>A job that failed: tried again after the delay, or dead.</summary>
public readonly record struct FailedJob(long Id, string Reason, TimeSpan RetryAfter, bool IsDead);

/// <summary>What a sweep over leases and waiting jobs moved.</summary>
public readonly record struct JobSweep(int Due, int LeasesLost, int Dead);

/// <summary>jobs.state.</summary>
public enum JobState : short
{
    Ready = 1,
    Running = 2,
    Dead = 3,

    /// <summary>Failed, and waits to be tried again.</summary>
    Waiting = 4,
}
