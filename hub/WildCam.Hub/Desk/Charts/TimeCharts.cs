using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>Charts of when: by hour, over time, by month and hour, two species beside each other.</summary>
static class TimeCharts
{
    const int OverlapStep = 10;

    public static async Task<ChartView> ActivityAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountByHourAsync(data.Filter, cancellationToken);
        var species = Chosen(data, counts.Select(c => (c.TaxonId, c.Events)));
        var byHour = counts.ToDictionary(c => (c.TaxonId, c.Class), c => c.Events);
        var panels = new List<BarsPanel>();
        var rows = new List<ChartRow>();
        foreach (var s in species)
        {
            var name = ChartData.NameOf(s);
            var bars = new List<Bar>();
            for (var hour = 0; hour < 24; hour++)
            {
                var events = byHour.GetValueOrDefault((s.Id, hour));
                var pictures = data.Pictures(s, hours: (hour, hour + 1));
                bars.Add(new Bar(events, $"{name}, {hour:00}:00: {ChartData.EventsOf(events)}", pictures));
                rows.Add(new ChartRow([name, s.ScientificName, hour, events], events > 0 ? pictures : null));
            }

            panels.Add(new BarsPanel(name, bars));
        }

        var sum = Sum(counts, species);
        return new ChartView(
            $"When {data.Is} {data.Subject} active?", data.Counted(sum),
            "Each event counts in the hour, on the site's clock, in which it began. Grey ground is night on the "
            + "middle day "
            + "of the span, at the middle of the sites.",
            panels.Count == 0 ? null : new BarsFigure(panels, ChartData.Hours, data.Night(), []),
            new ChartTable(["Species", "Scientific name", "Hour", "Events"], rows), ChartData.TooFew(sum));
    }

    public static async Task<ChartView> OverTimeAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountByDayAsync(data.Filter, cancellationToken);
        var species = Chosen(data, counts.Select(c => (c.TaxonId, c.Events)));
        var days = data.Filter.Days <= 62 ? 1 : data.Filter.Days <= 800 ? 7 : 28;
        var periods = (data.Filter.Days + days - 1) / days;
        var effort = data.Effort.ByPeriod(days).GroupBy(e => e.Key.Period)
            .ToDictionary(g => g.Key, g => g.Sum(e => e.Value));
        var sums = counts.GroupBy(c => (c.TaxonId, (c.Date.DayNumber - data.Filter.From.DayNumber) / days))
            .ToDictionary(g => g.Key, g => g.Sum(c => c.Events));
        var panels = new List<BarsPanel>();
        var rows = new List<ChartRow>();
        foreach (var s in species)
        {
            var bars = new List<Bar>();
            for (var p = 0; p < periods; p++)
            {
                var from = data.Filter.From.AddDays(p * days);
                var to = from.AddDays(days - 1);
                var events = sums.GetValueOrDefault((s.Id, p));
                var pictures = data.Pictures(s, from, to);
                var when = days == 1 ? ChartData.Day(from) : $"{ChartData.Day(from)} to {ChartData.Day(to)}";
                bars.Add(new Bar(events, $"{ChartData.NameOf(s)}, {when}: {ChartData.EventsOf(events)}", pictures));
                rows.Add(new ChartRow(
                    [ChartData.NameOf(s), s.ScientificName, from, to, events, effort.GetValueOrDefault(p)],
                    events > 0 ? pictures : null));
            }

            panels.Add(new BarsPanel(ChartData.NameOf(s), bars));
        }

        var labels = new string[periods];
        Array.Fill(labels, "");
        foreach (var (at, label) in data.TimeTicks())
        {
            labels[Math.Min(periods - 1, (int)(at * periods))] = label;
        }

        var sum = sums.Where(c => species.Any(s => s.Id == c.Key.TaxonId)).Sum(c => c.Value);
        return new ChartView(
            $"How often {data.Was} {data.Subject} seen over time?", data.Counted(sum),
            $"Events by {(days == 1 ? "day" : days == 7 ? "week" : "four weeks")}, by the date at the site on which "
            + "they "
            + "began. Hatched: no camera worked, so that nothing could be seen.",
            panels.Count == 0
                ? null
                : new BarsFigure(panels, labels, [], [.. data.Effort.Watched(days).Select(w => !w)]),
            new ChartTable(["Species", "Scientific name", "From", "To", "Events", "Camera-days"], rows),
            ChartData.TooFew(sum));
    }

    public static async Task<ChartView> HeatAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountByMonthAndHourAsync(data.Filter, cancellationToken);
        var species = Chosen(data, counts.Select(c => (c.TaxonId, c.Events)));
        var sums = counts.Where(c => species.Any(s => s.Id == c.TaxonId)).GroupBy(c => c.Class)
            .ToDictionary(g => g.Key, g => g.Sum(c => c.Events));
        var watched = new bool[12];
        foreach (var (_, day) in data.Effort.ByPeriod(1).Keys)
        {
            watched[data.Filter.From.AddDays(day).Month - 1] = true;
        }

        var cells = new List<IReadOnlyList<GridCell>>();
        var rows = new List<ChartRow>();
        for (var month = 0; month < 12; month++)
        {
            var row = new List<GridCell>();
            for (var hour = 0; hour < 24; hour++)
            {
                var events = sums.GetValueOrDefault(month * 24 + hour);
                var isKnown = watched[month] || events > 0;
                var title = $"{ChartData.Months[month]} {hour:00}:00: "
                    + (isKnown ? ChartData.EventsOf(events) : "no camera worked");
                row.Add(new GridCell(
                    isKnown ? events : null, title,
                    events > 0 && species is [var only] ? data.Pictures(only, hours: (hour, hour + 1)) : null));
                rows.Add(new ChartRow([ChartData.Months[month], hour, isKnown ? events : null]));
            }

            cells.Add(row);
        }

        var sum = sums.Values.Sum();
        return new ChartView(
            $"When in the year and the day {data.Is} {data.Subject} seen?", data.Counted(sum),
            "Events by month and hour on the site's clock; the months of all years together. Hatched: no camera "
            + "worked in "
            + "that month of any year.",
            sum == 0 ? null : new GridFigure(ChartData.Months, ChartData.Hours, cells),
            new ChartTable(["Month", "Hour", "Events"], rows), ChartData.TooFew(sum));
    }

    public static async Task<ChartView> OverlapAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountByMinuteAsync(data.Filter, cancellationToken);
        var species = Chosen(data, counts.Select(c => (c.TaxonId, c.Events))).Take(2).ToList();
        var minutes = species.Select(s =>
        {
            var of = new int[Overlap.Minutes];
            foreach (var c in counts.Where(c => c.TaxonId == s.Id))
            {
                of[c.Class] = c.Events;
            }

            return of;
        }).ToList();
        const string how =
            "Kernel densities on the circle of the day. The overlap is the estimator of Ridout and Linkie (2009): "
            + "their "
            + "fourth, or the first where a species has fewer than 75 events; 0 is never at the same hours, 1 always.";
        if (species.Count < 2 || minutes.Exists(m => m.Sum() == 0))
        {
            return new ChartView(
                "Do two species share their hours?", "Choose two species that were both seen in this span.", how, null,
                new ChartTable(["Hour", "First", "Second"], []), []);
        }

        var smallest = minutes.Min(m => m.Sum());
        var coefficient = Overlap.Coefficient(minutes[0], minutes[1]);
        var densities = minutes.ConvertAll(m => Overlap.Density(m, smallest < Overlap.LargeSample ? 0.8 : 1));
        var names = species.ConvertAll(ChartData.NameOf);
        // By hour: the density of a minute times sixty.
        var lines = names.Select((name, i) => new Line(name, [.. Enumerable.Range(0, Overlap.Minutes / OverlapStep + 1)
            .Select(p => (p * OverlapStep / 60.0, densities[i][p * OverlapStep % Overlap.Minutes] * 60))])).ToList();
        var rows = Enumerable.Range(0, 24).Select(h => new ChartRow(
            [h, densities[0][h * 60] * 60, densities[1][h * 60] * 60])).ToList();
        var ticks = Enumerable.Range(0, 9).Select(t => (t * 3.0, $"{t * 3:00}:00")).ToList();
        return new ChartView(
            $"Do {names[0]} and {names[1]} share their hours?",
            $"Overlap {coefficient.ToString("0.00", ChartData.Culture)}. {data.Counted(minutes.Sum(m => m.Sum()))}",
            how,
            new LinesFigure(lines, ticks, 24, "hour, site time", "share of events an hour", data.Night()),
            new ChartTable(["Hour", names[0], names[1]], rows), ChartData.TooFew(smallest));
    }

    /// <summary>The species of a chart that tells them apart: those asked for, else the commonest.</summary>
    static IReadOnlyList<SpeciesEntry> Chosen(ChartData data, IEnumerable<(int, int)> counts) =>
        [.. data.SpeciesOf(counts).Take(ChartQuestion.SpeciesMax)];

    static long Sum(IEnumerable<ClassCount> counts, IReadOnlyList<SpeciesEntry> species) =>
        counts.Where(c => species.Any(s => s.Id == c.TaxonId)).Sum(c => (long)c.Events);
}
