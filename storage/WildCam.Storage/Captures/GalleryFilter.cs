namespace WildCam.Storage.Captures;

/// <summary>What a gallery shows; ids resolved, dates and hours in site time.</summary>
/// <param name="ZoneName">IANA zone of captures without a site.</param>
/// <param name="HourUntil">Exclusive; at or below <paramref name="HourFrom"/> the range goes over midnight.</param>
public sealed record GalleryFilter(
    int ProjectId,
    string ZoneName,
    int? TaxonId = null,
    Category? Category = null,
    int? CameraId = null,
    int? SiteId = null,
    DateOnly? From = null,
    DateOnly? To = null,
    int? HourFrom = null,
    int? HourUntil = null,
    double? ConfidenceMin = null)
{
    /// <summary>Instead of one taxon those of a group, such as all cats; empty: not asked for.</summary>
    public IReadOnlyList<int> TaxonIds { get; init; } = [];

    public int? DeploymentId { get; init; }

    public int? TagId { get; init; }

    public int? IndividualId { get; init; }

    /// <summary>The account whose favourites they are.</summary>
    public int? FavouriteOf { get; init; }

    /// <summary>Whether people decided on all of its pictures.</summary>
    public bool? IsReviewed { get; init; }

    /// <summary>What events have, and pictures through theirs.</summary>
    public bool NamesEvents =>
        TagId is not null || IndividualId is not null || FavouriteOf is not null || IsReviewed is not null;

    /// <summary>Whether the gallery is read from findings rather than from all events.</summary>
    public bool NamesFinding => TaxonId is not null || TaxonIds.Count > 0 || Category is not null;

    public bool HasTaxon(int taxonId) => TaxonId is { } one ? one == taxonId : TaxonIds.Contains(taxonId);
}

/// <summary>A place in a gallery: newest first, by time and then id.</summary>
public readonly record struct GalleryKey(DateTimeOffset At, Guid Id);

/// <summary>Which way a page is read from its key.</summary>
public enum GalleryWay
{
    Older,
    OlderAndSelf,
    Newer,
}

/// <summary>What is said about an event or a picture, one category and taxon.</summary>
public sealed record GalleryFinding(
    Category Category, int TaxonId, IdentificationSource Source, double? Confidence, int Count, Guid BestCaptureId,
    DateTimeOffset BestCapturedAt);

/// <summary>What a page needs to show a capture's thumbnail.</summary>
public sealed record ThumbnailFacts(
    Guid CaptureId, int? Width, int? Height, int? Lightness, int Version, IReadOnlyList<int> Widths, int Integrity);

/// <summary>One cell: an event, or a single picture.</summary>
public sealed record GalleryCell(
    Guid Id,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    int CaptureCount,
    int CameraId,
    int? SiteId,
    Guid? BestCaptureId,
    DateTimeOffset? BestCapturedAt)
{
    public GalleryKey Key => new(StartedAt, Id);

    public IReadOnlyList<GalleryFinding> Findings { get; init; } = [];

    public ThumbnailFacts? Thumbnail { get; init; }
}
