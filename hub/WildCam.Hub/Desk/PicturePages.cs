using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Orders;
using WildCam.Storage.Remarks;

namespace WildCam.Hub.Desk;

/// <summary>A small stand-in: whether somebody asked for its full picture, and whether that is here.</summary>
public sealed record StandIn(CommandRow? Asked, Guid? FullPicture);

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

    /// <summary>What people decided, newest first.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    public IReadOnlyList<Comment> Comments { get; init; } = [];

    public IReadOnlyList<Label> Tags { get; init; } = [];

    public IReadOnlyList<Label> Individuals { get; init; } = [];

    /// <summary>What became of the full picture; null: this is it.</summary>
    public StandIn? StandIn { get; init; }

    /// <summary>What the file says of itself; null where it says nothing.</summary>
    public PictureExif? Exif { get; init; }

    /// <summary>How the camera was at that time.</summary>
    public NearestCheckIn? CheckIn { get; init; }

    public GalleryCell? Newer { get; init; }

    public GalleryCell? Older { get; init; }

    public IEnumerable<PictureFinding> Current => Findings.Where(f => f.IsCurrent);

    /// <summary>The same for every link of the page: the filter that it was opened from.</summary>
    public string InsideQuery => Inside.Query.Length == 0 ? "" : "?in=" + Uri.EscapeDataString(Inside.Query[1..]);
}

/// <summary>Reads the page of a picture.</summary>
sealed class PicturePages(
    PicturePageTable pictures, GalleryPages galleries, HistoryTable history, RemarksTable remarks,
    LabelsTable labels, PictureFileTable files, CommandsTable commands)
{
    public async Task<PictureView?> ReadAsync(
        DeskProject project, Guid id, string inside, int visitorId, CancellationToken cancellationToken)
    {
        if (await pictures.FindAsync(project.Id, id, cancellationToken) is not { } facts)
        {
            return null;
        }

        var address = GalleryAddress.Parse("?" + inside).WithoutPlace() with { VisitorId = visitorId };
        var names = await galleries.NamesAsync(project, cancellationToken);
        var findings = await pictures.ListFindingsAsync(id, facts.CapturedAt, cancellationToken);
        var visit = facts.EventId is { } eventId ? await pictures.FindEventAsync(eventId, cancellationToken) : null;
        var strip = visit is null ? [] : await pictures.ListStripAsync(visit, facts.CapturedAt, cancellationToken);
        var view = new PictureView(facts, visit, strip, findings, names, address)
        {
            History = await history.ListAsync(id, facts.CapturedAt, cancellationToken),
            Exif = await files.FindExifAsync(id, facts.CapturedAt, project.Role, cancellationToken),
            CheckIn = await files.FindCheckInAsync(facts.CameraId, facts.CapturedAt, cancellationToken),
            Comments = visit is null ? [] : await remarks.ListCommentsAsync(visit.Id, cancellationToken),
            StandIn = facts.IsLowResolution
                ? new StandIn(
                    await commands.FindForPictureAsync(facts.CameraId, id, cancellationToken),
                    await commands.FindFullPictureAsync(id, cancellationToken))
                : null,
            Tags = visit is null
                ? []
                : await labels.ListOfEventAsync(LabelKind.Tag, visit.Id, cancellationToken),
            Individuals = visit is null
                ? []
                : await labels.ListOfEventAsync(LabelKind.Individual, visit.Id, cancellationToken),
        };
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
