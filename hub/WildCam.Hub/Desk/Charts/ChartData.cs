using System.Globalization;
using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>What a chart is made from: the question, its filter, the names, and where to count.</summary>
public sealed record ChartData(
    string Root, ChartQuestion Question, ChartFilter Filter, ProjectDirectory Names, IReadOnlyList<ChartSite> Sites,
    TimeZoneInfo Zone, DateTimeOffset Now, Effort Effort, double ScoreMin, SightingsTable Sightings)
{
    /// <summary>Below so many events a pattern is none.</summary>
    public const int EventsMin = 10;

    public static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static readonly string[] Hours = [.. Enumerable.Range(0, 24).Select(h => h % 3 == 0 ? $"{h:00}" : "")];

    public static readonly string[] Months =
        [.. Enumerable.Range(1, 12).Select(Culture.DateTimeFormat.GetAbbreviatedMonthName)];

    /// <summary>The species asked for, else those that were found, most first.</summary>
    public IReadOnlyList<SpeciesEntry> SpeciesOf(IEnumerable<(int TaxonId, int Events)> counts)
    {
        var sums = counts.GroupBy(c => c.TaxonId).ToDictionary(g => g.Key, g => g.Sum(c => c.Events));
        return Filter.Taxa.Count > 0
            ? [.. Filter.Taxa.Select(t => Names.Species[t])]
            : [.. Names.Species.Values.Where(s => sums.ContainsKey(s.Id)).OrderByDescending(s => sums[s.Id])];
    }

    public static string NameOf(SpeciesEntry species) => species.Name ?? species.ScientificName;

    /// <summary>The name of the one species asked for, or what stands for all.</summary>
    public string Subject => Filter.Taxa switch
    {
        [] => "all species",
        [var one] => NameOf(Names.Species[one]),
        _ => $"{Filter.Taxa.Count} species",
    };

    public string Is => Filter.Taxa.Count == 1 ? "is" : "are";

    public string Was => Filter.Taxa.Count == 1 ? "was" : "were";

    public string Pictures(
        SpeciesEntry species, DateOnly? from = null, DateOnly? to = null, (int, int)? hours = null,
        string? site = null) =>
        Question.Pictures(Root, species.Slug, from ?? Filter.From, to ?? Filter.To, hours, site, Filter.ScoreMin);

    /// <summary>412 independent events, 30 min apart, 1,204 camera-days; confirmed by a person or from 70 %.</summary>
    public string Counted(long events) =>
        $"{(events == 1 ? "1 independent event" : $"{Texts.Number(events)} independent events")}, "
        + $"{Filter.IntervalMinutes} min apart, {DaysOf(Effort.CameraDays)}, {Span}; "
        + (Filter.ScoreMin is { } score
            ? $"confirmed by a person or with a score from {Texts.Percent(score)}."
            : "confirmed or not.");

    public string Span => $"{Day(Filter.From)} to {Day(Filter.To)}";

    public static string Day(DateOnly date) => date.ToString("d MMM yyyy", Culture);

    public static string DaysOf(double days) => days.ToString("#,0.#", Culture) + "\u00a0camera-days";

    public static string EventsOf(int events) => Texts.Events(events);

    /// <summary>What a chart with so few events must say.</summary>
    public static IReadOnlyList<string> TooFew(long events) =>
        events is > 0 and < EventsMin ? ["Too few to show a pattern."] : [];

    /// <summary>The hours of night on the middle day, as spans of the clock; none where no site has a place.</summary>
    public IReadOnlyList<(double From, double To)> Night()
    {
        var placed = Sites.Where(s => (Filter.SiteId is null || s.Id == Filter.SiteId) && s.Latitude is not null
            && s.Longitude is not null).ToList();
        if (placed.Count == 0)
        {
            return [];
        }

        var middle = Filter.From.AddDays(Filter.Days / 2);
        var sun = SunTimes.At(
            placed.Average(s => s.Latitude!.Value), placed.Average(s => s.Longitude!.Value), middle, Zone);
        return sun is not { } times ? []
            : times.Rise < times.Set ? [(0, times.Rise), (times.Set, 24)] : [(times.Set, times.Rise)];
    }

    /// <summary>The starts of months (of years over long spans) along the bottom, in parts of the whole span.</summary>
    public IReadOnlyList<(double At, string Label)> TimeTicks()
    {
        const int ticksMax = 12;
        var months = Filter.Days / 30 / ticksMax + 1;
        var ticks = new List<(double, string)>();
        var month = new DateOnly(Filter.From.Year, Filter.From.Month, 1);
        for (var at = Filter.From.Day == 1 ? month : month.AddMonths(1); at <= Filter.To; at = at.AddMonths(months))
        {
            ticks.Add(((double)(at.DayNumber - Filter.From.DayNumber) / Filter.Days, at.ToString("MMM yy", Culture)));
        }

        return ticks;
    }
}
