namespace WildCam.Hub.Jobs;

/// <summary>What became of a job.</summary>
public enum JobResult
{
    /// <summary>Carried out; the row goes.</summary>
    Done,

    /// <summary>Nothing to do any more; the row goes.</summary>
    Skip,

    /// <summary>Try again later, with exponential backoff; dead after the kind's most attempts.</summary>
    Retry,

    /// <summary>No use to try again; kept with its reason for a person.</summary>
    Dead,
}

/// <summary>What became of a job, and why.</summary>
public readonly record struct JobOutcome(JobResult Result, string? Reason)
{
    public static JobOutcome Done { get; } = new(JobResult.Done, null);

    public static JobOutcome Skip(string reason) => new(JobResult.Skip, reason);

    public static JobOutcome Retry(string reason) => new(JobResult.Retry, reason);

    public static JobOutcome Dead(string reason) => new(JobResult.Dead, reason);
}

/// <summary>
/// Carries out one kind of job. Twice is harmless. A handler that throws has failed for the whole batch, which is then
/// given to it one by one.
/// </summary>
public interface IJobHandler
{
    /// <summary>The kind, one of <see cref="Storage.JobKinds"/>.</summary>
    string Kind { get; }

    /// <summary>Most jobs given at once.</summary>
    int BatchMax { get; }

    /// <summary>Batches of this kind at work at once in one hub.</summary>
    int ParallelMax { get; }

    /// <summary>After so many attempts a job is dead. With the backoff's bounds 12 last about three hours.</summary>
    int AttemptsMax => 12;

    /// <summary>Longest time for a batch; then it is cancelled, or another hub takes over.</summary>
    TimeSpan Lease => TimeSpan.FromMinutes(2);

    /// <summary>One outcome for each job, in order.</summary>
    Task<IReadOnlyList<JobOutcome>> HandleAsync(IReadOnlyList<Job> batch, CancellationToken cancellationToken);
}
