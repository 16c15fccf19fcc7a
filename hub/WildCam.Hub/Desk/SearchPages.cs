using System.Globalization;
using System.Text;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;

namespace WildCam.Hub.Desk;

/// <summary>Something that a search found: what it is called, why, and where it leads.</summary>
public sealed record Found(string Name, string Address, string? Note = null);

/// <summary>What was found, kind by kind.</summary>
public sealed record SearchResults(string Text, IReadOnlyList<(string Kind, IReadOnlyList<Found> Found)> Kinds);

/// <summary>One box for everything: names of any kind, words of comments, files and ids.</summary>
sealed class SearchPages(
    SearchTable search, SavedViewsTable views, PicturePageTable pictures, GalleryPages galleries)
{
    public const int TextCharsMax = 100;

    /// <summary>Shorter texts match too much to be of use.</summary>
    public const int TextCharsMin = 2;

    public async Task<SearchResults> ReadAsync(
        DeskProject project, int accountId, string text, CancellationToken cancellationToken)
    {
        text = ReviewRoutes.Plain(text);
        text = text[..Math.Min(text.Length, TextCharsMax)];
        if (text.Length < TextCharsMin)
        {
            return new SearchResults(text, []);
        }

        var root = $"/p/{project.Slug}";
        var names = await galleries.NamesAsync(project, cancellationToken);
        var kinds = new List<(string Kind, IReadOnlyList<Found> Found)>
        {
            ("Species", await SpeciesAsync(project, names, root, text, cancellationToken)),
            ("Groups of species", Groups(names, root, text)),
            ("Cameras", Of(names.Cameras.Values, c => $"{Texts.CameraCode(c.Code)} {c.Name}",
                c => $"{root}/cameras/{c.Code}", text)),
            ("Sites", Of(names.Sites.Values, s => s.Name, s => $"{root}/pictures?site={s.Slug}", text)),
            ("Tags", Of(names.Tags, t => t.Value, t => $"{root}/pictures?tag={t.Key}", text)),
            ("Individuals", Of(names.Individuals, i => i.Value, i => $"{root}/pictures?individual={i.Key}", text)),
            ("Views", Of(await views.ListAsync(project.Id, accountId, cancellationToken), v => v.Name,
                v => $"{root}/pictures{v.Query}", text)),
            ("Comments", await CommentsAsync(project, root, text, cancellationToken)),
            ("Pictures", await PicturesAsync(project, names, root, text, cancellationToken)),
        };
        return new SearchResults(text, kinds.FindAll(k => k.Found.Count > 0));
    }

    async Task<IReadOnlyList<Found>> SpeciesAsync(
        DeskProject project, ProjectDirectory names, string root, string text, CancellationToken cancellationToken)
    {
        var found = await search.FindSpeciesAsync(
            project.Id, [.. names.Species.Keys], text, cancellationToken);
        return [.. found.Select(f => (Entry: names.Species[f.TaxonId], f.Word)).Select(f => new Found(
            f.Entry.Name ?? f.Entry.ScientificName, $"{root}/species/{f.Entry.Slug}",
            f.Word != f.Entry.Name && f.Word != f.Entry.ScientificName
                ? $"{f.Entry.ScientificName}, also called {f.Word}"
                : f.Entry.Name is null ? null : f.Entry.ScientificName))];
    }

    static IReadOnlyList<Found> Groups(ProjectDirectory names, string root, string text)
    {
        var groups = names.Species.Values
            .SelectMany(s => new[] { s.Genus, s.Family, s.Order, s.Class }).OfType<string>()
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return Of(
            groups, g => g, g => $"{root}/pictures?taxon={g.ToLowerInvariant()}", text,
            g => $"{names.Species.Values.Count(s => s.IsWithin(g))} of this project's species");
    }

    async Task<IReadOnlyList<Found>> CommentsAsync(
        DeskProject project, string root, string text, CancellationToken cancellationToken)
    {
        var zone = SiteTime.Zone(project.ZoneName);
        var comments = await search.FindCommentsAsync(project.Id, text, cancellationToken);
        return [.. comments.Where(c => c.CaptureId is not null).Select(c => new Found(
            c.Text, $"{root}/pictures/{c.CaptureId}", $"{c.Account}, {SiteTime.Full(c.CreatedAt, zone)}"))];
    }

    async Task<IReadOnlyList<Found>> PicturesAsync(
        DeskProject project, ProjectDirectory names, string root, string text, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(text, out var id))
        {
            return await pictures.FindAsync(project.Id, id, cancellationToken) is { } facts
                ? [new Found(
                    $"{id}", $"{root}/pictures/{id}",
                    SiteTime.Full(facts.CapturedAt, Shown.ZoneOf(
                        facts.SiteId, names, SiteTime.Zone(project.ZoneName))))]
                : [];
        }

        var zone = SiteTime.Zone(project.ZoneName);
        return [.. (await search.FindFilesAsync(project.Id, text, cancellationToken)).Select(p => new Found(
            p.FileName, $"{root}/pictures/{p.Id}",
            $"{Texts.CameraCode(names.Cameras.GetValueOrDefault(p.CameraId)?.Code ?? "")}, "
            + SiteTime.Full(p.CapturedAt, zone)))];
    }

    /// <summary>Those whose name has every word of the text, with or without accents, the earliest hit first.</summary>
    static IReadOnlyList<Found> Of<T>(
        IEnumerable<T> things, Func<T, string> name, Func<T, string> address, string text,
        Func<T, string?>? note = null)
    {
        var words = Folded(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. things.Select(t => (Thing: t, Name: name(t)))
            .Select(t => (t.Thing, t.Name, Folded: Folded(t.Name)))
            .Where(t => words.All(w => t.Folded.Contains(w, StringComparison.Ordinal)))
            .OrderBy(t => t.Folded.IndexOf(words.FirstOrDefault() ?? "", StringComparison.Ordinal))
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .Take(SearchTable.ResultsMax)
            .Select(t => new Found(t.Name, address(t.Thing), note?.Invoke(t.Thing)))];
    }

    /// <summary>Lower case without accents.</summary>
    internal static string Folded(string text) => string.Concat(text.Normalize(NormalizationForm.FormD)
        .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)).ToLowerInvariant();
}
