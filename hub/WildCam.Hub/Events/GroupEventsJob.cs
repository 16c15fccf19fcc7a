using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Events;

namespace WildCam.Hub.Events;

/// <summary>Puts captures into events, those of one camera in one transaction, and tells the pages.</summary>
public sealed class GroupEventsJob(EventsTable events, PageNews news) : IJobHandler
{
    public string Kind => JobKinds.Event;

    public int BatchMax => 64;

    // Cameras are independent, but batches may hold the same ones; two at once keep both busy.
    public int ParallelMax => 2;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var ids = batch.Select(j => Guid.TryParse(j.Subject, out var id) ? id : Guid.Empty).ToArray();
        var cameras = await events.FindCamerasAsync(ids, cancellationToken);
        var touched = new List<TouchedEvent>();
        foreach (var ofCamera in cameras.GroupBy(c => c.Value).OrderBy(g => g.Key))
        {
            touched.AddRange(await events.PlaceAsync(
                ofCamera.Key, [.. ofCamera.Select(c => c.Key)], cancellationToken));
        }

        await news.TellAsync(
            [.. touched.Select(e => new PageEvent(
                e.ProjectId, PageEventKinds.Arrival, e.EventId.ToString(), e.CapturedAt))],
            cancellationToken);
        return [.. ids.Select(id => cameras.ContainsKey(id)
            ? JobOutcome.Done
            : JobOutcome.Skip("The capture was erased."))];
    }
}
