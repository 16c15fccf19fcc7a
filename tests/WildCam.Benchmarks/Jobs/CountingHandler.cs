using System.Diagnostics;
using WildCam.Hub.Jobs;
using WildCam.Storage.Jobs;

namespace WildCam.Benchmarks.Jobs;

/// <summary>Does nothing but count, and says when so many jobs had been given to it.</summary>
sealed class CountingHandler(string kind, int jobs) : IJobHandler
{
    readonly TaskCompletionSource<long> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _seen;

    public string Kind => kind;

    public int BatchMax => JobsBenchmark.BatchMax;

    public int ParallelMax => JobsBenchmark.ParallelMax;

    public int Seen => Volatile.Read(ref _seen);

    /// <summary>When the last of them was given.</summary>
    public Task<long> Reached => _reached.Task;

    public Task<IReadOnlyList<JobOutcome>> HandleAsync(IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref _seen, batch.Count) >= jobs)
        {
            _reached.TrySetResult(Stopwatch.GetTimestamp());
        }

        return Task.FromResult<IReadOnlyList<JobOutcome>>([.. batch.Select(_ => JobOutcome.Done)]);
    }
}
