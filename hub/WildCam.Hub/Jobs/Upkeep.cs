using Npgsql;
using WildCam.Storage;

namespace WildCam.Hub.Jobs;

/// <summary>Makes the months' partitions before they are needed.</summary>
sealed class MakePartitions(UpkeepTable upkeep, TimeProvider time) : IRecurringWork
{
    public string Name => "partitions";

    public string Title => "Make the partitions of the next three months";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task<string> RunAsync(CancellationToken cancellationToken) =>
        await upkeep.MakePartitionsAsync(time.GetUtcNow(), cancellationToken) is > 0 and var made
            ? $"Made {made} partitions."
            : "All were there.";
}

/// <summary>
/// Removes throughput figures, expired sessions and links, old abandoned uploads, and page events that no page asks
/// for.
/// </summary>
sealed class CleanUp(UpkeepTable upkeep) : IRecurringWork
{
    public string Name => "clean-up";

    public string Title => "Remove what expired";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var cleaned = await upkeep.CleanUpAsync(cancellationToken);
        return $"Removed {cleaned.PageEvents} page events, {cleaned.Sessions} sessions, {cleaned.SignInLinks} links, "
            + $"{cleaned.AbandonedUploads} abandoned uploads and {cleaned.JobMinutes} minutes of throughput.";
    }
}

/// <summary>
/// The tables are the truth and the queue a hint: captures that miss a stage get a job if they have none in any state.
/// Each run goes on where the last one stopped, so that dead ones do not block the rest.
/// </summary>
sealed class ReconcileStages(
    UpkeepTable upkeep, JobsTable jobs, JobSignal signal, NpgsqlDataSource database, TimeProvider time) : IRecurringWork
{
    /// <summary>Younger captures have their jobs from ingest.</summary>
    public static readonly TimeSpan YoungestAge = TimeSpan.FromMinutes(5);

    public const int BatchMax = 500;

    /// <summary>Most captures that one run looks at.</summary>
    public const int RunMax = 20_000;

    static readonly (CaptureStages Stage, string Kind)[] Kinds =
        [
            (CaptureStages.Thumbnail, JobKinds.Thumbnail),
            (CaptureStages.Exif, JobKinds.Exif),
            (CaptureStages.Detection, JobKinds.Detection),
            (CaptureStages.Event, JobKinds.Event),
        ];

    (DateTimeOffset At, Guid Id) _after = (DateTimeOffset.MinValue, Guid.Empty);

    public string Name => "reconcile";

    public string Title => "Give unfinished pictures the jobs they lost";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var looked = 0;
        var added = 0;
        while (looked < RunMax)
        {
            var captures = await upkeep.FindUnfinishedAsync(
                _after, time.GetUtcNow() - YoungestAge, BatchMax, cancellationToken);
            var missing = captures.SelectMany(c => Kinds.Where(k => c.Missing.HasFlag(k.Stage))
                .Select(k => new NewJob(k.Kind, c.Id.ToString(), c.CapturedAt, JobPriorities.Backfill))).ToList();
            await using (var connection = await database.OpenConnectionAsync(cancellationToken))
            {
                added += await jobs.EnqueueMissingAsync(connection, missing, cancellationToken);
            }

            looked += captures.Count;
            if (captures.Count < BatchMax)
            {
                _after = (DateTimeOffset.MinValue, Guid.Empty);
                break;
            }

            _after = (captures[^1].CapturedAt, captures[^1].Id);
        }

        if (added > 0)
        {
            foreach (var (_, kind) in Kinds)
            {
                signal.Ready(kind);
            }
        }

        return $"Looked at {looked} unfinished pictures, added {added} jobs.";
    }
}
