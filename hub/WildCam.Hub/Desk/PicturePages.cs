using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>One picture with its event, ready to be shown.</summary>
public sealed record PictureView(
    PictureFacts Facts,
    PictureEvent? Event,
    IReadOnlyList<StripEntry> Strip,
    IReadOnlyList<PictureFinding> Findings,
    ProjectDirectory Names,
    GalleryAddress Inside)
{
    public Guid Id => Facts.Thumbnail.CaptureId;

    public GalleryCell? Newer { get; init; }

    public GalleryCell? Older { get; init; }

    public IEnumerable<PictureFinding> Current => Findings.Where(f => f.IsCurrent);

    /// <summary>The same for every link of the page: the filter that it was opened from.</summary>
    public string InsideQuery => Inside.Query.Length == 0 ? "" : "?in=" + Uri.EscapeDataString(Inside.Query[1..]);
}

/// <summary>Reads the page of a picture.</summary>
sealed class PicturePages(PicturePageTable pictures, GalleryPages galleries)
{
    public async Task<PictureView?> ReadAsync(
        DeskProject project, Guid id, string inside, CancellationToken cancellationToken)
    {
        if (await pictures.FindAsync(project.Id, id, cancellationToken) is not { } facts)
        {
            return null;
        }

        var address = GalleryAddress.Parse("?" + inside).WithoutPlace();
        var names = await galleries.NamesAsync(project, cancellationToken);
        var findings = await pictures.ListFindingsAsync(id, facts.CapturedAt, cancellationToken);
        var visit = facts.EventId is { } eventId ? await pictures.FindEventAsync(eventId, cancellationToken) : null;
        var strip = visit is null ? [] : await pictures.ListStripAsync(visit, facts.CapturedAt, cancellationToken);
        var view = new PictureView(facts, visit, strip, findings, names, address);
        var (filter, _) = address.Resolve(project.Id, project.ZoneName, names);
        var key = address.ByPicture ? new GalleryKey(facts.CapturedAt, id)
            : visit is not null ? new GalleryKey(visit.StartedAt, visit.Id)
            : (GalleryKey?)null;
        if (filter is null || key is null)
        {
            return view;
        }

        var (newer, older) = await galleries.NeighboursAsync(address, filter, key.Value, cancellationToken);
        return view with { Newer = newer, Older = older };
    }
}
