using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Cameras;

/// <summary>Files pictures where their camera stood, after a move that was told late, some hundred a run.</summary>
sealed class RefileJob(RefileTable refile, JobsTable jobs, JobSignal signal, NoticeSender notices) : IJobHandler
{
    public string Kind => JobKinds.Refile;

    public int BatchMax => 1;

    public int ParallelMax => 1;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var outcomes = new List<JobOutcome>();
        foreach (var job in batch)
        {
            outcomes.Add(RefileTable.TryReadSubject(job.Subject, out var camera, out var from)
                ? await RefileAsync(job, camera, from, cancellationToken)
                : JobOutcome.Dead($"'{job.Subject}' names no camera and time."));
        }

        return outcomes;
    }

    async Task<JobOutcome> RefileAsync(Job job, int camera, DateTimeOffset from, CancellationToken cancellationToken)
    {
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
