using WildCam.Storage.Jobs;

namespace WildCam.Hub.Jobs;

/// <summary>
/// Ends batches together: what finishes while a write is under way waits for the next one. A busy kind so pays one
/// commit for several batches, and a quiet one waits for nobody.
/// </summary>
sealed class JobEnds(JobsTable jobs)
{
    readonly Lock _gate = new();
    List<Ending> _waiting = [];
    bool _isWriting;

    /// <summary>
    /// Ends jobs that were carried out; gives how many were still the caller's. Fails as the write fails.
    /// </summary>
    public Task<int> CompleteAsync(IReadOnlyList<HeldJob> done)
    {
        var ending = new Ending(
            done, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(ending);
            if (_isWriting)
            {
                return ending.Held.Task;
            }

            _isWriting = true;
        }

        _ = WriteAsync();
        return ending.Held.Task;
    }

    async Task WriteAsync()
    {
        while (true)
        {
            List<Ending> group;
            lock (_gate)
            {
                group = _waiting;
                _waiting = [];
                if (group.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
            }

            try
            {
                // Not cancelled: the work is done, and would be done once more.
                var ended = await jobs.CompleteAsync([.. group.SelectMany(g => g.Jobs)], CancellationToken.None);
                foreach (var one in group)
                {
                    one.Held.SetResult(one.Jobs.Count(ended.Contains));
                }
            }
            catch (Exception fault)
            {
                foreach (var one in group)
                {
                    one.Held.SetException(fault);
                }
            }
        }
    }

    sealed record Ending(IReadOnlyList<HeldJob> Jobs, TaskCompletionSource<int> Held);
}
