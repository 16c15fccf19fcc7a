using WildCam.Storage;

namespace WildCam.Hub.Jobs;

/// <summary>
/// Looks whether what recurs does recur, and says so in the log and to /metrics where it does not: nothing else would
/// tell before it is missed.
/// </summary>
sealed partial class RecurringWatch(
    RecurringTable runs, JobMetrics metrics, TimeProvider time, ILogger<RecurringWatch> log) : BackgroundService
{
    /// <summary>Pause between two looks; the log is told once for each piece of work until it runs again.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    readonly HashSet<string> _told = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub stops.
        }
    }

    async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            foreach (var run in await runs.ReadAsync(cancellationToken))
            {
                var overdue = run.OverdueAt(now);
                metrics.Overdue(run.Name, overdue);
                if (overdue == TimeSpan.Zero)
                {
                    _told.Remove(run.Name);
                }
                else if (_told.Add(run.Name))
                {
                    IsOverdue(log, run.Name, run.Title, run.EndedAt, run.Every);
                }
            }
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            LookFailed(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Recurring work {Name} ({Title}) has not run since {Ended}; it should every {Every}")]
    static partial void IsOverdue(ILogger logger, string name, string title, DateTimeOffset? ended, TimeSpan every);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking at the recurring work failed; trying again: {Reason}")]
    static partial void LookFailed(ILogger logger, string reason);
}
