using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>What a cell says, in words; the same for sight and for a screen reader.</summary>
static class Shown
{
    public static TimeZoneInfo ZoneOf(int? siteId, ProjectDirectory names, TimeZoneInfo project) =>
        siteId is { } id && names.Sites.TryGetValue(id, out var site) ? SiteTime.Zone(site.ZoneName) : project;

    public static string PlaceOf(int? siteId, int cameraId, ProjectDirectory names) =>
        siteId is { } id && names.Sites.TryGetValue(id, out var site) ? site.Name
        : names.Cameras.TryGetValue(cameraId, out var camera) ? Texts.CameraCode(camera.Code)
        : "";

    /// <summary>The common name, else the scientific one, else the category; never empty.</summary>
    public static string NameOf(int taxonId, Category category, ProjectDirectory names) =>
        taxonId != 0 && names.Species.TryGetValue(taxonId, out var species)
            ? species.Name ?? species.ScientificName
            : Texts.CategoryName(category);

    public static string FindingOf(GalleryCell cell, ProjectDirectory names) =>
        cell.Findings is [var first, ..]
            ? Texts.Finding(
                NameOf(first.TaxonId, first.Category, names), first.Category, first.Source, first.Confidence)
            : Texts.NotLookedAt;

    /// <summary>Address of a thumbnail; for those who see no people another one, where people are blurred.</summary>
    public static string Thumbnail(ThumbnailFacts facts, int width, Frame? frame) =>
        frame?.SeesPeople == true
            ? $"/media/{facts.CaptureId}/{facts.Version}/{width}.jpg"
            : $"/media/{facts.CaptureId}/veiled/{width}.jpg";

    public static string Crop(ThumbnailFacts facts, Frame? frame) =>
        frame?.SeesPeople == true
            ? $"/media/{facts.CaptureId}/{facts.Version}/crop.jpg"
            : $"/media/{facts.CaptureId}/veiled/crop.jpg";

    public static string SourceSet(ThumbnailFacts facts, int widthMax, Frame? frame) => string.Join(
        ", ", facts.Widths.Where(w => w <= widthMax).Select(w => $"{Thumbnail(facts, w, frame)} {w}w"));

    /// <summary>The smallest width of at least <paramref name="wanted"/>, else the largest there is.</summary>
    public static int WidthFor(ThumbnailFacts facts, int wanted) =>
        facts.Widths.Where(w => w >= wanted).DefaultIfEmpty(facts.Widths.Max()).Min();
}
