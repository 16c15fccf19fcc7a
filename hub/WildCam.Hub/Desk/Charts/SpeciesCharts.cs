using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>Charts over species: how many, how common, when unusual.</summary>
static class SpeciesCharts
{
    const int CurvePoints = 50;
    const int RanksMax = 40;
    const int UnusualMax = 200;

    public static async Task<ChartView> AccumulationAsync(ChartData data, CancellationToken cancellationToken)
    {
        var incidence = await data.Sightings.CountIncidenceAsync(data.Filter, cancellationToken);
        var days = Math.Max(data.Effort.SiteDays, incidence.Select(i => i.SiteDays).DefaultIfEmpty().Max());
        var counts = incidence.Select(i => i.SiteDays).ToList();
        var points = new List<(double, double)>();
        for (var p = 0; p <= CurvePoints && days > 0; p++)
        {
            var at = (int)Math.Round((double)days * p / CurvePoints);
            points.Add((at, Rarefaction.Expected(counts, days, at)));
        }

        var once = counts.Count(c => c == 1);
        return new ChartView(
            "How many species have we found, and are there more?",
            $"{incidence.Count} species on {Texts.Number(days)} days of sites, {data.Span}; {once} of them on one "
            + "day only.",
            "The number of species that so many days of sites would have found on average, over all orders in which "
            + "the days "
            + "might have come (Colwell, Mao and Chang 2004). A curve that still rises says that there are more to "
            + "find; "
            + "species seen on one day only say so too.",
            points.Count == 0 || incidence.Count == 0
                ? null
                : new LinesFigure(
                    [new Line("species", points)],
                    [.. Enumerable.Range(0, 6).Select(t => (days * t / 5.0, Texts.Number(days * t / 5)))],
                    days, "days of sites", "species", []),
            new ChartTable(
                ["Days of sites", "Species expected"],
                [.. points.Select(p => new ChartRow([(int)p.Item1, p.Item2]))]), []);
    }

    public static async Task<ChartView> AbundanceAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountBySiteAsync(data.Filter, cancellationToken);
        var species = data.SpeciesOf(counts.Select(c => (c.TaxonId, c.Events)));
        var days = data.Effort.CameraDays;
        var rows = new List<ChartRow>();
        var ranks = new List<(string, Bar, string)>();
        foreach (var s in species)
        {
            var (events, animals) = (0, 0L);
            foreach (var c in counts.Where(c => c.TaxonId == s.Id && c.SiteId != 0))
            {
                events += c.Events;
                animals += c.Animals;
            }

            double? rate = days > 0 ? events * 100 / days : null;
            var pictures = data.Pictures(s);
            rows.Add(new ChartRow([ChartData.NameOf(s), s.ScientificName, events, animals, rate], pictures));
            if (rate is { } shown && ranks.Count < RanksMax)
            {
                var number = shown.ToString("0.##", ChartData.Culture);
                ranks.Add((
                    ChartData.NameOf(s),
                    new Bar(shown, $"{ChartData.NameOf(s)}: {number} in 100 camera-days", pictures),
                    $"{number} ({Texts.Number(events)})"));
            }
        }

        return new ChartView(
            "How often is each species seen?", data.Counted(counts.Where(c => c.SiteId != 0).Sum(c => (long)c.Events)),
            "Independent events in 100 camera-days, at sites. It compares a species with itself, over time or "
            + "between sites; "
            + "two species differ in how well cameras see them, so that it does not say which of them are more.",
            ranks.Count == 0 ? null : new RanksFigure(ranks),
            new ChartTable(
                [
                    "Species", "Scientific name", "Events", "Animals, at most in one picture",
                    "Events in 100 camera-days",
                ],
                rows), []);
    }

    /// <summary>Three years at least are looked at, since a season is compared with the same one of other
    /// years.</summary>
    public static async Task<ChartView> SeasonalAsync(ChartData data, CancellationToken cancellationToken)
    {
        const int weekDays = 7;
        var counts = await data.Sightings.CountByPeriodAsync(data.Filter, weekDays, cancellationToken);
        var species = data.SpeciesOf(counts.Select(c => (c.TaxonId, c.Events.Sum())));
        var weeks = data.Filter.Days / weekDays;
        var effort = data.Effort.ByPeriod(weekDays);
        var seen = counts.ToDictionary(c => (c.TaxonId, c.SiteId), c => c.Events[..weeks]);
        var worked = data.Sites.ToDictionary(s => s.Id, s => Enumerable.Range(0, weeks)
            .Select(w => effort.GetValueOrDefault((s.Id, w))).ToArray());
        var found = new List<(SpeciesEntry Species, ChartSite Site, SeasonalWeek Week)>();
        var (judged, tooFew) = (0, 0);
        foreach (var s in species)
        {
            foreach (var site in data.Sites)
            {
                if (!seen.TryGetValue((s.Id, site.Id), out var events) || events.Sum() == 0)
                {
                    continue;
                }

                foreach (var week in Seasonal.Judge(events, worked[site.Id]))
                {
                    (judged, tooFew) = week.Is is Unusual.TooFewData
                        ? (judged, tooFew + (week.CameraDays > 0 ? 1 : 0))
                        : (judged + 1, tooFew);
                    if (week.Is is Unusual.More or Unusual.Fewer)
                    {
                        found.Add((s, site, week));
                    }
                }
            }
        }

        var rows = found.OrderByDescending(f => f.Week.Week).Take(UnusualMax)
            .Select(f => Row(data, f.Species, f.Site, f.Week)).ToList();
        return new ChartView(
            $"Which weeks of {data.Subject} are unusual?",
            judged == 0
                ? $"Too few data to say: no week has {Seasonal.HistoryDaysMin:0} camera-days of the same season in "
                    + "other years. Choose a longer span."
                : $"{Texts.Number(found.Count)} of {Texts.Number(judged)} weeks of sites are unusual; of "
                    + $"{Texts.Number(tooFew)} there are too few data to say. "
                    + data.Counted(counts.Sum(c => (long)c.Events.Sum())),
            "A week is held against the same weeks, and two on either side, of the other years at the same site, by "
            + "camera-day. "
            + "It is unusual if its count has a chance below one in 200. So of a thousand quiet weeks up to ten are "
            + "marked "
            + $"all the same. Needed are {Seasonal.HistoryDaysMin:0} camera-days of the same season.",
            null,
            new ChartTable(
                ["Species", "Site", "Week from", "Events", "Expected", "Camera-days", "Why"], rows), []);
    }

    static ChartRow Row(
        ChartData data, SpeciesEntry species, ChartSite site, SeasonalWeek week)
    {
        var from = data.Filter.From.AddDays(week.Week * 7);
        var expected = week.Expected!.Value;
        var why = $"{(week.Is is Unusual.More ? "More" : "Fewer")} than expected: {week.HistoryEvents} events in "
            + $"{ChartData.DaysOf(week.HistoryDays)} of the same season in other years.";
        return new ChartRow(
            [ChartData.NameOf(species), site.Name, from, week.Events, expected, week.CameraDays, why],
            data.Pictures(species, from, from.AddDays(6), site: site.Slug));
    }
}
