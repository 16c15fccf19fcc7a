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
    : SingleJobHandler
{
    public override string Kind => JobKinds.Clock;

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        var correction = Guid.TryParse(job.Subject, out var id)
            ? await corrections.FindForJobAsync(id, cancellationToken)
            : null;
        return correction is { State: ClockState.Doing or ClockState.Undoing }
            ? await MoveAsync(correction, cancellationToken)
            : JobOutcome.Skip("The correction is at its end.");
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
sealed class SettleSuppressionJob(SuppressionsTable suppressions, JobsTable jobs) : SingleJobHandler
{
    public override string Kind => JobKinds.Suppression;

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(job.Subject, out var id) && await suppressions.SettleNextAsync(id, cancellationToken) > 0)
        {
            await jobs.EnqueueAsync(
                [new NewJob(JobKinds.Suppression, job.Subject, null, JobPriorities.Fresh)], cancellationToken);
        }

        return JobOutcome.Done;
    }
}
