using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Clocks;
using WildCam.Storage.Jobs;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>Moves the captures of a corrected clock, or back, some hundred a run.</summary>
sealed class CorrectClockJob(
    ClockCorrectionsTable corrections, ClockMovesTable moves, JobsTable jobs, JobSignal signal, NoticeSender notices)
    : IJobHandler
{
    public string Kind => JobKinds.Clock;

    public int BatchMax => 1;

    public int ParallelMax => 1;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var outcomes = new List<JobOutcome>();
        foreach (var job in batch)
        {
            var correction = Guid.TryParse(job.Subject, out var id)
                ? await corrections.FindForJobAsync(id, cancellationToken)
                : null;
            outcomes.Add(correction is { State: ClockState.Doing or ClockState.Undoing }
                ? await MoveAsync(correction, cancellationToken)
                : JobOutcome.Skip("The correction is at its end."));
        }

        return outcomes;
    }

    async Task<JobOutcome> MoveAsync(ClockCorrection correction, CancellationToken cancellationToken)
    {
        var isUndo = correction.State is ClockState.Undoing;
        var moved = await moves.MoveNextAsync(correction, isUndo, cancellationToken);
        if (moved.Count == 0)
        {
            await corrections.EndAsync(correction.Id, isUndo, cancellationToken);
        }
        else
        {
            await jobs.EnqueueAsync(
                [new NewJob(JobKinds.Clock, correction.Id.ToString(), null, JobPriorities.Fresh)], cancellationToken);
            signal.Ready(JobKinds.Event);
        }

        notices.Send(Channels.Pages, $"{correction.ProjectId}");
        return JobOutcome.Done;
    }
}

/// <summary>After a place was suppressed, or no longer: which boxes count is settled again, back and forth.</summary>
sealed class SettleSuppressionJob(SuppressionsTable suppressions, JobsTable jobs) : IJobHandler
{
    public string Kind => JobKinds.Suppression;

    public int BatchMax => 1;

    public int ParallelMax => 1;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var outcomes = new List<JobOutcome>();
        foreach (var job in batch)
        {
            if (Guid.TryParse(job.Subject, out var id)
                && await suppressions.SettleNextAsync(id, cancellationToken) > 0)
            {
                await jobs.EnqueueAsync(
                    [new NewJob(JobKinds.Suppression, job.Subject, null, JobPriorities.Fresh)], cancellationToken);
            }

            outcomes.Add(JobOutcome.Done);
        }

        return outcomes;
    }
}
