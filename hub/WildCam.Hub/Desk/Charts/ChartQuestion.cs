using System.Globalization;
using System.Text;
using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>
/// What a chart is asked, as its address writes it: fixed order, defaults left out, dates in site time. What it does
/// not
/// know it leaves aside and names.
/// </summary>
public sealed record ChartQuestion
{
    /// <summary>Species that one chart tells apart.</summary>
    public const int SpeciesMax = 6;

    /// <summary>Longest span of a chart: ten years and their leap days.</summary>
    public const int DaysMax = 3653;

    public const int IntervalDefault = 30;

    const int DaysDefault = 365;
    const int IntervalMax = 24 * 60;

    public IReadOnlyList<string> Species { get; init; } = [];

    public string? Site { get; init; }

    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>Minutes between independent events.</summary>
    public int Interval { get; init; } = IntervalDefault;

    public bool Unconfirmed { get; init; }

    public IReadOnlyList<string> Ignored { get; init; } = [];

    public static ChartQuestion Parse(IEnumerable<KeyValuePair<string, string>> query)
    {
        var question = new ChartQuestion();
        var ignored = new List<string>();
        foreach (var (name, value) in query.Where(q => q.Value.Length > 0))
        {
            if (question.With(name, value) is { } changed)
            {
                question = changed;
            }
            else
            {
                ignored.Add(name);
            }
        }

        return question with { Ignored = ignored };
    }

    ChartQuestion? With(string name, string value) => name switch
    {
        // A form sends one field a species, an address has them with commas.
        "species" => value.Split(',', StringSplitOptions.RemoveEmptyEntries) is var slugs && slugs.All(IsSlug)
            ? this with { Species = [.. Species.Concat(slugs).Distinct(StringComparer.Ordinal).Take(SpeciesMax)] }
            : null,
        "site" => IsSlug(value) ? this with { Site = value } : null,
        "from" => Date(value) is { } from ? this with { From = from } : null,
        "to" => Date(value) is { } to ? this with { To = to } : null,
        "interval" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes is >= 1 and <= IntervalMax ? this with { Interval = minutes } : null,
        "unconfirmed" => value is "1" or "on" ? this with { Unconfirmed = true } : null,
        _ => null,
    };

    /// <summary>Starts with "?" unless empty.</summary>
    public string Query
    {
        get
        {
            var text = new StringBuilder();
            void Add(string name, string? value)
            {
                if (!string.IsNullOrEmpty(value))
                {
                    text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(value);
                }
            }

            Add("species", string.Join(',', Species));
            Add("site", Site);
            Add("from", From is { } from ? Write(from) : null);
            Add("to", To is { } to ? Write(to) : null);
            Add("interval", Interval == IntervalDefault ? null : $"{Interval}");
            Add("unconfirmed", Unconfirmed ? "1" : null);
            return text.ToString();
        }
    }

    /// <summary>The days that are asked for: the last year unless the address says otherwise.</summary>
    public (DateOnly From, DateOnly To) Span(DateOnly today)
    {
        var to = To ?? (From is { } begins && begins > today ? begins : today);
        var from = From ?? to.AddDays(1 - DaysDefault);
        from = from > to ? to : from;
        return (to.DayNumber - from.DayNumber >= DaysMax ? to.AddDays(1 - DaysMax) : from, to);
    }

    /// <summary>The same with ids, or the name of what the project does not have.</summary>
    public (ChartFilter? Filter, string? Missing) Resolve(
        DeskProject project, double scoreMin, DateOnly today, ProjectDirectory names)
    {
        var taxa = new List<int>();
        foreach (var slug in Species)
        {
            if (names.Species.Values.FirstOrDefault(s => s.Slug == slug) is not { } found)
            {
                return (null, "species");
            }

            taxa.Add(found.Id);
        }

        var site = names.Sites.Values.FirstOrDefault(s => s.Slug == Site);
        if (Site is not null && site is null)
        {
            return (null, "site");
        }

        var (from, to) = Span(today);
        return (new ChartFilter(
            project.Id, taxa, site?.Id, from, to, Interval, Unconfirmed ? null : scoreMin), null);
    }

    /// <summary>The pictures behind a part of a chart, as a gallery's address.</summary>
    public string Pictures(
        string root, string? species, DateOnly? from = null, DateOnly? to = null, (int From, int Until)? hours = null,
        string? site = null, double? scoreMin = null) =>
        root + "/pictures" + new GalleryAddress
        {
            Species = species,
            Site = site ?? Site,
            From = from,
            To = to,
            Hours = hours,
            Confidence = Unconfirmed || scoreMin is null ? null : (int)Math.Round(scoreMin.Value * 100),
        }.Query;

    public static string Write(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static bool IsSlug(string value) =>
        value.Length is > 0 and <= 100 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    static DateOnly? Date(string value) =>
        DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && date.Year is > 1970 and < 2200
            ? date
            : null;
}
