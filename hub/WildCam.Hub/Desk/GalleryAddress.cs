using System.Globalization;
using System.Text;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>
/// A gallery's filter as its address writes it: fixed order, defaults left out, dates and hours in site time. What it
/// does not know it leaves aside and names, so that an old or mistyped link still shows a page.
/// </summary>
public sealed record GalleryAddress
{
    /// <summary>In the order of the address; those after "at" are not part of the filter.</summary>
    static readonly string[] Known =
    [
        "species", "taxon", "category", "camera", "site", "deployment", "from", "to", "hour", "conf", "state", "tag",
        "individual", "favourite", "group", "view", "size", "day", "at", "older", "newer",
    ];

    public string? Species { get; init; }

    /// <summary>A genus, family, order or class: all species of it.</summary>
    public string? Taxon { get; init; }

    public Category? Category { get; init; }

    public string? Camera { get; init; }

    public string? Site { get; init; }

    /// <summary>The number of a deployment.</summary>
    public int? Deployment { get; init; }

    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>From and until (exclusive); 18 and 6 go over midnight.</summary>
    public (int From, int Until)? Hours { get; init; }

    /// <summary>The lowest score of a model's finding, in per cent.</summary>
    public int? Confidence { get; init; }

    /// <summary>Reviewed or not; null: both.</summary>
    public bool? IsReviewed { get; init; }

    /// <summary>The number of a tag.</summary>
    public int? Tag { get; init; }

    /// <summary>The number of an animal that people know by sight.</summary>
    public int? Individual { get; init; }

    /// <summary>The visitor's own favourites.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>Who looks; not part of the address.</summary>
    public int VisitorId { get; init; }

    public bool ByPicture { get; init; }

    public bool AnimalView { get; init; }

    /// <summary>s, m (default) or l.</summary>
    public char Size { get; init; } = 'm';

    /// <summary>The day to begin at, in site time; older ones follow.</summary>
    public DateOnly? Day { get; init; }

    public Guid? At { get; init; }

    public GalleryKey? Older { get; init; }

    public GalleryKey? Newer { get; init; }

    /// <summary>Parameters that were left aside.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    public static GalleryAddress Parse(IEnumerable<KeyValuePair<string, string>> query)
    {
        var address = new GalleryAddress();
        var ignored = new List<string>();
        foreach (var (name, value) in query)
        {
            if (value.Length == 0)
            {
                continue; // An untouched field of the filter form.
            }

            if (address.With(name, value) is { } changed)
            {
                address = changed;
            }
            else
            {
                ignored.Add(name);
            }
        }

        return address with { Ignored = ignored };
    }

    public static GalleryAddress Parse(string query) =>
        Parse(new Microsoft.AspNetCore.WebUtilities.QueryStringEnumerable(query).ToPairs());

    /// <summary>The address with one parameter read, or null where it means nothing.</summary>
    GalleryAddress? With(string name, string value) => name switch
    {
        "species" => IsSlug(value) ? this with { Species = value } : null,
        "taxon" => IsSlug(value) ? this with { Taxon = value.ToLowerInvariant() } : null,
        "category" => ParseCategory(value) is { } category ? this with { Category = category } : null,
        "camera" => IsSlug(value) ? this with { Camera = value.ToLowerInvariant() } : null,
        "site" => IsSlug(value) ? this with { Site = value.ToLowerInvariant() } : null,
        "deployment" => ParseNumber(value) is { } deployment ? this with { Deployment = deployment } : null,
        "from" => ParseDate(value) is { } from ? this with { From = from } : null,
        "to" => ParseDate(value) is { } to ? this with { To = to } : null,
        "hour" => ParseHours(value) is { } hours ? this with { Hours = hours } : null,
        "hour-from" => ParseHour(value) is { } hour ? this with { Hours = (hour, Hours?.Until ?? 24) } : null,
        "hour-to" => ParseHour(value) is { } hour ? this with { Hours = (Hours?.From ?? 0, hour) } : null,
        "conf" => ParseConfidence(value) is { } percent
            ? this with { Confidence = percent == 0 ? null : percent }
            : null,
        "state" => value is "reviewed" or "unreviewed" ? this with { IsReviewed = value == "reviewed" } : null,
        "tag" => ParseNumber(value) is { } tag ? this with { Tag = tag } : null,
        "individual" => ParseNumber(value) is { } animal ? this with { Individual = animal } : null,
        "favourite" => value is "1" ? this with { IsFavourite = true } : null,
        "group" => value is "event" or "picture" ? this with { ByPicture = value == "picture" } : null,
        "view" => value is "whole" or "animal" ? this with { AnimalView = value == "animal" } : null,
        "size" => value is "s" or "m" or "l" ? this with { Size = value[0] } : null,
        "day" => ParseDate(value) is { } day ? this with { Day = day } : null,
        "at" => Guid.TryParse(value, out var at) ? this with { At = at } : null,
        "older" => ParseKey(value) is { } older ? this with { Older = older } : null,
        "newer" => ParseKey(value) is { } newer ? this with { Newer = newer } : null,
        _ => null,
    };

    /// <summary>The filter alone, starting with "?" unless empty.</summary>
    public string Query => Write(withPlace: false);

    /// <summary>Filter and place, starting with "?" unless empty.</summary>
    public string QueryWithPlace => Write(withPlace: true);

    public bool HasFilter =>
        Species is not null || Taxon is not null || Category is not null || Camera is not null || Site is not null
        || Deployment is not null || From is not null || To is not null || Hours is not null || Confidence is not null
        || NamesEvents;

    /// <summary>What events have, and pictures through theirs.</summary>
    bool NamesEvents => IsReviewed is not null || Tag is not null || Individual is not null || IsFavourite;

    public GalleryAddress WithoutPlace() =>
        this with { Day = null, At = null, Older = null, Newer = null, Ignored = [] };

    /// <summary>The same with ids, or the name of what the project does not have.</summary>
    public (GalleryFilter? Filter, string? Missing) Resolve(
        int projectId, string zoneName, ProjectDirectory names)
    {
        var species = names.Species.Values.FirstOrDefault(s => s.Slug == Species);
        int[] group = Taxon is null ? [] : [.. names.Species.Values.Where(s => s.IsWithin(Taxon)).Select(s => s.Id)];
        var camera = names.Cameras.Values.FirstOrDefault(c => c.Code == Camera);
        var site = names.Sites.Values.FirstOrDefault(s => s.Slug == Site);
        var missing = Species is not null && species is null ? "species"
            : Taxon is not null && group.Length == 0 ? "group of species"
            : Camera is not null && camera is null ? "camera"
            : Site is not null && site is null ? "site" : null;
        return missing is not null
            ? (null, missing)
            : (new GalleryFilter(
                projectId, zoneName, species?.Id, Category, camera?.Id, site?.Id, From, To, Hours?.From, Hours?.Until,
                Confidence / 100.0)
            {
                // A species within the group says more than the group.
                TaxonIds = species is null ? group : [],
                DeploymentId = Deployment,
                TagId = Tag,
                IndividualId = Individual,
                FavouriteOf = IsFavourite ? VisitorId : null,
                IsReviewed = IsReviewed,
            }, null);
    }

    public static string WriteKey(GalleryKey key) => $"{Microseconds(key.At)}_{key.Id:N}";

    public static long Microseconds(DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    string Write(bool withPlace)
    {
        var text = new StringBuilder();
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(value);
            }
        }

        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["species"] = Species,
            ["taxon"] = Taxon,
            ["category"] = Category?.ToString().ToLowerInvariant(),
            ["camera"] = Camera,
            ["site"] = Site,
            ["deployment"] = Deployment?.ToString(CultureInfo.InvariantCulture),
            ["from"] = From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["to"] = To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["hour"] = Hours is { } h ? $"{h.From:00}-{h.Until:00}" : null,
            ["conf"] = Confidence is { } c ? $"{c}-" : null,
            ["state"] = IsReviewed switch { true => "reviewed", false => "unreviewed", _ => null },
            ["tag"] = Tag?.ToString(CultureInfo.InvariantCulture),
            ["individual"] = Individual?.ToString(CultureInfo.InvariantCulture),
            ["favourite"] = IsFavourite ? "1" : null,
            ["group"] = ByPicture ? "picture" : null,
            ["view"] = AnimalView ? "animal" : null,
            ["size"] = Size == 'm' ? null : Size.ToString(),
            ["day"] = withPlace ? Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null,
            ["at"] = withPlace ? At?.ToString() : null,
            ["older"] = withPlace && Older is { } older ? WriteKey(older) : null,
            ["newer"] = withPlace && Newer is { } newer ? WriteKey(newer) : null,
        };
        foreach (var name in Known)
        {
            Add(name, values[name]);
        }

        return text.ToString();
    }

    static bool IsSlug(string value) =>
        value.Length <= 100 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    static Category? ParseCategory(string value) =>
        value.All(char.IsAsciiLetterLower) && Enum.TryParse<Category>(value, ignoreCase: true, out var category)
            ? category
            : null;

    static DateOnly? ParseDate(string value) =>
        DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && date.Year is > 1970 and < 2200
            ? date
            : null;

    static int? ParseNumber(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;

    static int? ParseHour(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour <= 24 ? hour : null;

    static (int From, int Until)? ParseHours(string value)
    {
        var parts = value.Split('-');
        return parts.Length == 2 && ParseHour(parts[0]) is { } from && ParseHour(parts[1]) is { } until && from != until
            ? (from, until)
            : null;
    }

    static int? ParseConfidence(string value) =>
        int.TryParse(value.TrimEnd('-'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
        && percent <= 100
            ? percent
            : null;

    static GalleryKey? ParseKey(string value)
    {
        var split = value.IndexOf('_', StringComparison.Ordinal);
        return split > 0
            && long.TryParse(value.AsSpan(0, split), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && at < 7_258_118_400_000_000
            && Guid.TryParseExact(value.AsSpan(split + 1), "N", out var id)
            ? new GalleryKey(DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond), id)
            : null;
    }
}

static class QueryPairs
{
    public static IEnumerable<KeyValuePair<string, string>> ToPairs(
        this Microsoft.AspNetCore.WebUtilities.QueryStringEnumerable query)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var pair in query)
        {
            pairs.Add(new(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        }

        return pairs;
    }
}
