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
    long Id, string Kind, string Subject, DateTimeOffset? CapturedAt, int Attempts, long LeaseToken)
{
    public HeldJob Held => new(Id, LeaseToken);

    public short Priority { get; init; }

    /// <summary>When the row was made; for a fresh picture, when it was received.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A claimed job, and the token of the lease under which it was.</summary>
public readonly record struct HeldJob(long Id, long LeaseToken);

/// <summary>A job that failed: tried again after the delay, or dead.</summary>
public readonly record struct FailedJob(long Id, string Reason, TimeSpan RetryAfter, bool IsDead);

/// <summary>What a kind got done since the last report; the longest time of a fresh job, if there was one.</summary>
public readonly record struct JobThroughput(string Kind, int Done, int Failed, double? FreshSeconds);

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
