namespace WildCam.Hub.Jobs;

/// <summary>Carries out jobs that are large, or that go over many rows a run: one at a time in each hub.</summary>
public abstract class SingleJobHandler : IJobHandler
{
    public abstract string Kind { get; }

    public int BatchMax => 1;

    public int ParallelMax => 1;

    public virtual int AttemptsMax => 12;

    public virtual TimeSpan Lease => TimeSpan.FromMinutes(2);

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var outcomes = new List<JobOutcome>(batch.Count);
        foreach (var job in batch)
        {
            outcomes.Add(await HandleAsync(job, cancellationToken));
        }

        return outcomes;
    }

    protected abstract Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken);
}
