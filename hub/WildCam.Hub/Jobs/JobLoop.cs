using System.Diagnostics;
using WildCam.Hub.Hosting;
using WildCam.Storage;

namespace WildCam.Hub.Jobs;

/// <summary>
/// Runs the handlers. Each kind has one dispatcher, which claims, and up to ParallelMax batches at work; batches that
/// are done leave their place to others while what became of them is written. At a stop no more is claimed; what does
/// not end within the grace is cancelled and given back.
/// </summary>
public sealed partial class JobLoop(
    IEnumerable<IJobHandler> handlers, [FromKeyedServices(HostingSlice.Direct)] JobsTable jobs, JobSignal signal,
    JobMetrics metrics, DatabaseNotices notices, TimeProvider time, ILogger<JobLoop> log) : BackgroundService
{
    /// <summary>How often each kind looks for work that nobody told it of.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Time for running batches when the hub stops.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(15);

    /// <summary>Time for a cancelled handler to end before it is left behind.</summary>
    public static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(10);

    /// <summary>Attempts to write what became of a batch, within some seconds; then its lease runs out.</summary>
    public const int NoteAttemptsMax = 6;

    /// <summary>Pause after the first of them; it grows by itself.</summary>
    public static readonly TimeSpan NotePause = TimeSpan.FromMilliseconds(200);

    /// <summary>One claim in so many takes the oldest job, whatever its priority.</summary>
    public const int OldestEvery = 8;

    readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(h => h.Kind, StringComparer.Ordinal);
    readonly Dictionary<string, JobEnds> _ends =
        handlers.ToDictionary(h => h.Kind, _ => new JobEnds(jobs), StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = notices.Subscribe(Channels.Jobs, Heard);
        using var work = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => work.CancelAfter(StopGrace));
        await Task.WhenAll(_handlers.Values.Select(h => DispatchAsync(h, stoppingToken, work.Token))
            .Append(SweepAsync(stoppingToken)));
    }

    void Heard(string kind)
    {
        foreach (var known in _handlers.Keys.Where(k => kind.Length == 0 || k == kind))
        {
            signal.Ring(known);
        }
    }

    async Task DispatchAsync(IJobHandler handler, CancellationToken stoppingToken, CancellationToken work)
    {
        using var places = new JobPlaces(handler.ParallelMax);
        var claims = 0L;
        var failing = false;
        while (await places.TakeAsync(stoppingToken) is var free and > 0)
        {
            var (claimed, problem) = await ClaimAsync(handler, free, ++claims % OldestEvery == 0);
            if (problem is not null && !failing)
            {
                ClaimFailed(log, handler.Kind, problem);
            }

            failing = problem is not null;
            foreach (var batch in Batches(claimed, handler.BatchMax))
            {
                _ = Task.Run(() => RunAndFreeAsync(handler, batch, places, work), CancellationToken.None);
                free--;
            }

            places.GiveBack(free);
            if (claimed.Count > 0)
            {
                continue;
            }

            await signal.WaitAsync(handler.Kind, PollInterval, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await places.DrainAsync();
    }

    static IEnumerable<IReadOnlyList<Job>> Batches(IReadOnlyList<Job> claimed, int most) => claimed.Chunk(most);

    // Not cancelled: a claim given up half-way would hold its jobs until the lease ends.
    async Task<(IReadOnlyList<Job> Claimed, string? Problem)> ClaimAsync(
        IJobHandler handler, int batches, bool oldestFirst)
    {
        try
        {
            var lease = handler.Lease + AbandonAfter;
            var claimed = await jobs.ClaimNextAsync(
                handler.Kind, batches * handler.BatchMax, lease, oldestFirst, CancellationToken.None);
            return (claimed, null);
        }
        catch (Exception fault)
        {
            return ([], fault.Message);
        }
    }

    async Task RunAndFreeAsync(
        IJobHandler handler, IReadOnlyList<Job> batch, JobPlaces places, CancellationToken work)
    {
        try
        {
            Task ending;
            try
            {
                ending = await RunAsync(handler, batch, work);
            }
            finally
            {
                places.Handled();
            }

            await ending;
        }
        catch (Exception fault)
        {
            // The rows could not be ended; their lease will run out and another worker takes them.
            EndFailed(log, fault, handler.Kind, batch.Count);
        }
        finally
        {
            places.Ended();
        }
    }

    /// <summary>Gives, when the handler is done, the writing of what became of the batch.</summary>
    async Task<Task> RunAsync(IJobHandler handler, IReadOnlyList<Job> batch, CancellationToken work)
    {
        var started = Stopwatch.GetTimestamp();
        var (outcomes, reason) = await HandleAsync(handler, batch, work);
        if (outcomes is not null)
        {
            return EndAsync(handler, batch, outcomes, Stopwatch.GetElapsedTime(started));
        }

        if (work.IsCancellationRequested)
        {
            long[] all = [.. batch.Select(j => j.Id)];
            return NoteAsync(
                handler, all.Length, () => jobs.ReleaseAsync(all, batch[0].LeaseToken, CancellationToken.None));
        }

        if (batch.Count == 1)
        {
            return EndAsync(handler, batch, [JobOutcome.Retry(reason)], Stopwatch.GetElapsedTime(started));
        }

        BatchFailed(log, handler.Kind, batch.Count, reason);
        await RunSinglyAsync(handler, batch, work);
        return Task.CompletedTask;
    }

    async Task RunSinglyAsync(IJobHandler handler, IReadOnlyList<Job> batch, CancellationToken work)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            long[] rest = [.. batch.Skip(i).Select(j => j.Id)];
            if (!await NoteAsync(handler, rest.Length, () => jobs.RenewAsync(
                rest, batch[i].LeaseToken, handler.Lease + AbandonAfter, CancellationToken.None)))
            {
                metrics.Lost(handler.Kind, rest.Length);
                return;
            }

            await await RunAsync(handler, [batch[i]], work);
        }
    }

    /// <summary>The outcomes, or null and why there are none.</summary>
    static async Task<(IReadOnlyList<JobOutcome>? Outcomes, string Reason)> HandleAsync(
        IJobHandler handler, IReadOnlyList<Job> batch, CancellationToken work)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(work);
        limit.CancelAfter(handler.Lease);
        try
        {
            var outcomes = await Task.Run(() => handler.HandleAsync(batch, limit.Token), limit.Token)
                .WaitAsync(handler.Lease + AbandonAfter, CancellationToken.None);
            return outcomes.Count == batch.Count
                ? (outcomes, "")
                : (null, $"The handler of {handler.Kind} gave {outcomes.Count} outcomes for {batch.Count} jobs.");
        }
        catch (Exception fault) when (fault is OperationCanceledException or TimeoutException
            && limit.IsCancellationRequested)
        {
            return (null, $"Not done within the lease of {handler.Lease.TotalSeconds:0} s.");
        }
        catch (Exception fault)
        {
            return (null, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    async Task EndAsync(
        IJobHandler handler, IReadOnlyList<Job> batch, IReadOnlyList<JobOutcome> outcomes, TimeSpan elapsed)
    {
        var done = new List<HeldJob>();
        var failed = new List<FailedJob>();
        for (var i = 0; i < batch.Count; i++)
        {
            var reason = outcomes[i].Reason ?? "No reason given.";
            switch (outcomes[i].Result)
            {
                case JobResult.Done or JobResult.Skip:
                    done.Add(batch[i].Held);
                    break;
                case JobResult.Retry when batch[i].Attempts < handler.AttemptsMax:
                    failed.Add(new FailedJob(
                        batch[i].Id, reason, Backoff.After(batch[i].Attempts, Random.Shared.NextDouble()), false));
                    break;
                default:
                    failed.Add(new FailedJob(batch[i].Id, reason, TimeSpan.Zero, true));
                    JobDied(log, handler.Kind, batch[i].Subject, batch[i].Attempts, reason);
                    break;
            }
        }

        var token = batch[0].LeaseToken;
        var ended = 0;
        if (done.Count > 0)
        {
            ended += await NoteAsync(
                handler, done.Count, () => _ends[handler.Kind].CompleteAsync(done));
        }

        if (failed.Count > 0)
        {
            ended += await NoteAsync(
                handler, failed.Count, () => jobs.FailAsync(failed, token, CancellationToken.None));
        }

        if (ended < batch.Count)
        {
            LeaseLost(log, handler.Kind, batch.Count - ended);
            metrics.Lost(handler.Kind, batch.Count - ended);
        }

        var now = time.GetUtcNow();
        var fresh = batch.Where(j => j.Priority >= JobPriorities.Fresh && done.Contains(j.Held)).ToList();
        metrics.Ended(
            handler.Kind, done.Count, failed.Count, elapsed,
            fresh.Count == 0 ? null : Math.Max(0, (now - fresh.Min(j => j.CreatedAt)).TotalSeconds));
    }

    /// <summary>
    /// Writes what became of claimed rows; a passing fault of the database is tried again soon, since else the rows
    /// would be locked until their lease ends. A commit whose answer was lost counts as a lost lease, which harms
    /// nothing.
    /// </summary>
    async Task<T> NoteAsync<T>(IJobHandler handler, int rows, Func<Task<T>> note)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await note();
            }
            catch (Exception fault) when (attempt < NoteAttemptsMax && DatabaseFault.IsPassing(fault))
            {
                NotingAgain(log, rows, handler.Kind, attempt, fault.Message);
                await Task.Delay(NotePause * attempt, time, CancellationToken.None);
            }
        }
    }

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        var attemptsMax = _handlers.ToDictionary(h => h.Key, h => h.Value.AttemptsMax, StringComparer.Ordinal);
        using var timer = new PeriodicTimer(PollInterval);
        var rounds = 0L;
        do
        {
            try
            {
                var sweep = await jobs.SweepAsync(attemptsMax, CancellationToken.None);
                if (sweep.Due + sweep.LeasesLost > 0)
                {
                    Heard("");
                }

                foreach (var sum in metrics.TakeMinutes())
                {
                    await jobs.AddMinuteAsync(sum, CancellationToken.None);
                }

                if (rounds++ % QueueCountEvery == 0)
                {
                    foreach (var kind in _handlers.Keys)
                    {
                        metrics.Queued(kind, await jobs.CountQueuedAsync(kind, stoppingToken));
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                SweepFailed(log, fault.Message);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    /// <summary>Sweeps between two counts of the queue.</summary>
    const int QueueCountEvery = 10;

    static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming {Kind} jobs fails; trying each second: {Reason}")]
    static partial void ClaimFailed(ILogger logger, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Count} {Kind} jobs could not be ended; the lease will run out.")]
    static partial void EndFailed(ILogger logger, Exception fault, string kind, int count);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Noting what became of {Count} {Kind} jobs failed (attempt {Attempt}), again: {Reason}")]
    static partial void NotingAgain(ILogger logger, int count, string kind, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A batch of {Count} {Kind} jobs failed; trying one by one: {Reason}")]
    static partial void BatchFailed(ILogger logger, string kind, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Job {Kind} of {Subject} is dead after {Attempts} attempts: {Reason}")]
    static partial void JobDied(ILogger logger, string kind, string subject, int attempts, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Count} {Kind} jobs was lost; results refused.")]
    static partial void LeaseLost(ILogger logger, string kind, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sweeping the queue failed; trying again: {Reason}")]
    static partial void SweepFailed(ILogger logger, string reason);
}
