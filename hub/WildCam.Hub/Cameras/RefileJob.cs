using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Cameras;

/// <summary>Files pictures where their camera stood, after a move that was told late, some hundred a run.</summary>
sealed class RefileJob(RefileTable refile, JobsTable jobs, JobSignal signal, NoticeSender notices) : SingleJobHandler
{
    public override string Kind => JobKinds.Refile;

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        if (!RefileTable.TryReadSubject(job.Subject, out var camera, out var from))
        {
            return JobOutcome.Dead($"'{job.Subject}' names no camera and time.");
        }

        var (count, project) = await refile.RefileNextAsync(camera, from, cancellationToken);
        if (count > 0)
        {
            await jobs.EnqueueAsync(
                [new NewJob(JobKinds.Refile, job.Subject, null, JobPriorities.Fresh)], cancellationToken);
            signal.Ready(JobKinds.Event);
            notices.Send(Channels.Pages, $"{project}");
        }

        return JobOutcome.Done;
    }
}
