using WildCam.Storage;
using WildCam.Storage.Events;

namespace WildCam.Hub.Hosting;

/// <summary>Tells open pages what changed, in every hub. Call after the change committed.</summary>
public sealed class PageNews(PageEventsTable pageEvents, NoticeSender notices)
{
    public async Task TellAsync(IReadOnlyList<PageEvent> events, CancellationToken cancellationToken)
    {
        await pageEvents.AppendAsync(events, cancellationToken);
        foreach (var project in events.Select(e => e.ProjectId).Distinct())
        {
            notices.Send(Channels.Pages, project.ToString());
        }
    }

    /// <summary>Pictures have their thumbnails or findings: one word a project, whatever their number.</summary>
    public Task TellProcessedAsync(
        IEnumerable<(int ProjectId, Guid CaptureId)> captures, CancellationToken cancellationToken) =>
        TellAsync(
            [.. captures.GroupBy(c => c.ProjectId).Select(of => new PageEvent(
                of.Key, PageEventKinds.Processed, of.First().CaptureId.ToString(), null))],
            cancellationToken);
}
