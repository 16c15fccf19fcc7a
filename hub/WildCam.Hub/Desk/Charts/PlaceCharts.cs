using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>Charts of where: effort, rates on a map, occupancy, next sightings.</summary>
static class PlaceCharts
{
    /// <summary>Days of an occasion of the detection history.</summary>
    const int OccasionDays = 7;

    /// <summary>Occasions that a history shows and lists; longer spans have longer occasions.</summary>
    const int OccasionsMax = 60;

    const int MoveHoursMax = 24;
    const int MoveKilometresMax = 20;

    public static Task<ChartView> EffortAsync(ChartData data, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = data.Filter.From.ToDateTime(TimeOnly.MinValue);
        double Part(DateTimeOffset time) =>
            Math.Clamp((SiteTime.At(time, data.Zone).DateTime - start).TotalDays / data.Filter.Days, 0, 1);
        var bySite = data.Effort.Spans.ToLookup(s => s.SiteId);
        var figure = new List<(string, IReadOnlyList<SpanBar>)>();
        var rows = new List<ChartRow>();
        foreach (var site in data.Sites.Where(s => bySite.Contains(s.Id)))
        {
            figure.Add((site.Name, [.. bySite[site.Id].Select(s => new SpanBar(
                Part(s.From), Part(s.Until),
                $"{s.CameraCode} at {site.Name}: {SiteTime.Full(s.From, data.Zone)} to "
                + $"{SiteTime.Full(s.Until, data.Zone)}, {ChartData.DaysOf(s.Days)}"))]));
            rows.AddRange(bySite[site.Id].Select(s => new ChartRow(
            [
                site.Name, s.CameraCode, SiteTime.Full(s.From, data.Zone), SiteTime.Full(s.Until, data.Zone), s.Days,
            ])));
        }

        return Task.FromResult(new ChartView(
            "Where and when did cameras work?",
            $"{ChartData.DaysOf(data.Effort.CameraDays)} at {figure.Count} sites, {data.Span}.",
            "The time in which cameras were deployed at a site, less the gaps in which they did not work. Two "
            + "cameras at one "
            + "site for a day are two camera-days. Hatched: no camera.",
            figure.Count == 0 ? null : new SpansFigure(figure, data.TimeTicks()),
            new ChartTable(["Site", "Camera", "From", "To", "Camera-days"], rows), []));
    }

    public static async Task<ChartView> RatesAsync(ChartData data, CancellationToken cancellationToken)
    {
        var counts = await data.Sightings.CountBySiteAsync(data.Filter, cancellationToken);
        var events = counts.GroupBy(c => c.SiteId).ToDictionary(g => g.Key, g => g.Sum(c => c.Events));
        var only = data.Filter.Taxa is [var taxon] ? data.Names.Species[taxon] : null;
        var places = new List<MapPlace>();
        var rows = new List<ChartRow>();
        foreach (var site in data.Sites.Where(s => data.Filter.SiteId is null || s.Id == data.Filter.SiteId))
        {
            var (count, days) = (events.GetValueOrDefault(site.Id), data.Effort.CameraDaysAt(site.Id));
            double? rate = days > 0 ? count * 100 / days : null;
            var title = rate is null
                ? $"{site.Name}: no camera worked"
                : $"{site.Name}: {ChartData.EventsOf(count)} in {ChartData.DaysOf(days)}, "
                    + $"{rate.Value.ToString("0.#", ChartData.Culture)} in 100";
            var pictures = only is null || count == 0 ? null : data.Pictures(only, site: site.Slug);
            rows.Add(new ChartRow([site.Name, count, days, rate], pictures));
            if (site is { Latitude: { } latitude, Longitude: { } longitude })
            {
                places.Add(new MapPlace(site.Name, latitude, longitude, rate, title, pictures));
            }
        }

        var elsewhere = events.GetValueOrDefault(0);
        return new ChartView(
            $"Where {data.Is} {data.Subject} seen most?", data.Counted(events.Values.Sum()),
            "Independent events in 100 camera-days at each site; the circle's area tells the rate. An empty ring: "
            + "cameras "
            + "worked and saw none. Hatched: no camera worked, which is not the same.",
            places.Count == 0 ? null : new PlacesFigure(places, []),
            new ChartTable(["Site", "Events", "Camera-days", "Events in 100 camera-days"], rows),
            elsewhere > 0
                ? [$"{ChartData.EventsOf(elsewhere)} of cameras without a site are counted and not shown."]
                : ChartData.TooFew(events.Values.Sum()));
    }

    public static async Task<ChartView> OccupancyAsync(ChartData data, CancellationToken cancellationToken)
    {
        var length = Math.Max(OccasionDays, (data.Filter.Days + OccasionsMax - 1) / OccasionsMax);
        var counts = await data.Sightings.CountByPeriodAsync(data.Filter, length, cancellationToken);
        var species = data.SpeciesOf(counts.Select(c => (c.TaxonId, c.Events.Sum())));
        if (species.Count == 0 || data.Filter.Taxa.Count == 0)
        {
            return new ChartView(
                "At how many sites is a species?", "Choose one species.", "", null,
                new ChartTable(["Site"], []), []);
        }

        var one = species[0];
        var seen = counts.Where(c => c.TaxonId == one.Id).ToDictionary(c => c.SiteId, c => c.Events);
        var effort = data.Effort.ByPeriod(length);
        var watched = data.Sites.Where(s => effort.Keys.Any(k => k.SiteId == s.Id)).ToList();
        var occasions = (data.Filter.Days + length - 1) / length;
        var cells = new List<IReadOnlyList<GridCell>>();
        var rows = new List<ChartRow>();
        foreach (var site in watched)
        {
            var row = new List<GridCell>();
            var events = seen.GetValueOrDefault(site.Id);
            for (var p = 0; p < occasions; p++)
            {
                var from = data.Filter.From.AddDays(p * length);
                double? value = !effort.ContainsKey((site.Id, p)) ? null : events?[p] > 0 ? 1 : 0;
                row.Add(new GridCell(
                    value, $"{site.Name}, {ChartData.Day(from)}: {value switch
                    {
                        null => "no camera worked", 0 => "not seen", _ => "seen",
                    }}",
                    value > 0 ? data.Pictures(one, from, from.AddDays(length - 1), site: site.Slug) : null));
            }

            cells.Add(row);
            rows.Add(new ChartRow([site.Name, .. row.Select(c => (object?)(c.Value is { } v ? (int)v : "NA"))]));
        }

        var occupied = cells.Count(r => r.Any(c => c.Value > 0));
        var share = watched.Count == 0 ? 0 : (double)occupied / watched.Count;
        string[] columns = [.. Enumerable.Range(0, occasions).Select(p => p % 8 == 0
            ? data.Filter.From.AddDays(p * length).ToString("d MMM", ChartData.Culture) : "")];
        return new ChartView(
            $"At how many sites is {ChartData.NameOf(one)}?",
            $"Seen at {occupied} of {watched.Count} sites with a working camera: naive occupancy "
            + $"{share.ToString("0.00", ChartData.Culture)}. {data.Counted(seen.Values.Sum(e => e.Sum()))}",
            $"The detection-history matrix: a row is a site, a column an occasion of {length} days; 1 seen, 0 not "
            + "seen, NA no "
            + "camera worked. Naive occupancy takes every site where it was not seen for one where it is not: the "
            + "true one "
            + "is higher. The table can be read by occupancy models.",
            watched.Count == 0 ? null : new GridFigure([.. watched.Select(s => s.Name)], columns, cells),
            new ChartTable(
                ["Site", .. Enumerable.Range(0, occasions)
                    .Select(p => ChartQuestion.Write(data.Filter.From.AddDays(p * length)))], rows), []);
    }

    public static async Task<ChartView> MovementAsync(ChartData data, CancellationToken cancellationToken)
    {
        var moves = (await data.Sightings.CountMovesAsync(
            data.Filter, MoveHoursMax, MoveKilometresMax, cancellationToken)).ToList();
        var used = data.Sites.Where(s => s.Latitude is not null && s.Longitude is not null
            && moves.Exists(m => m.FromSiteId == s.Id || m.ToSiteId == s.Id)).ToList();
        var at = used.Select((s, i) => (s.Id, i)).ToDictionary(x => x.Id, x => x.i);
        string NameOf(int siteId) => used[at[siteId]].Name;
        var rows = new List<ChartRow>();
        foreach (var move in moves)
        {
            var name = ChartData.NameOf(data.Names.Species[move.TaxonId]);
            rows.Add(new ChartRow(
            [
                name, NameOf(move.FromSiteId), NameOf(move.ToSiteId), move.Times, move.MinutesMedian / 60,
            ]));
        }

        var arrows = moves.GroupBy(m => (m.FromSiteId, m.ToSiteId)).Select(g => new MapArrow(
            at[g.Key.FromSiteId], at[g.Key.ToSiteId], g.Sum(m => m.Times),
            $"{NameOf(g.Key.FromSiteId)} to {NameOf(g.Key.ToSiteId)}: {g.Sum(m => m.Times)} times")).ToList();
        return new ChartView(
            $"Where {data.Is} {data.Subject} seen next?",
            $"{Texts.Number(moves.Sum(m => m.Times))} times the next sighting of the species was at another site "
            + "within "
            + $"{MoveHoursMax} hours and {MoveKilometresMax} km; not the same animal. {data.Span}.",
            "For each independent event, the next one of the same species anywhere in the project. It says where "
            + "the species "
            + "is seen next; whether it is the same animal, pictures alone do not tell.",
            arrows.Count == 0
                ? null
                : new PlacesFigure(
                    [.. used.Select(s => new MapPlace(s.Name, s.Latitude!.Value, s.Longitude!.Value, 0, s.Name, null))],
                    arrows),
            new ChartTable(["Species", "From", "Next at", "Times", "Hours between, median"], rows), []);
    }
}
