using WildCam.Hub.Desk.Charts;
using WildCam.Storage;
using WildCam.Storage.Charts;
using WildCam.Storage.Desk;
using WildCam.Storage.Reports;

namespace WildCam.Hub.Desk.Reports;

/// <summary>
/// Counts what a report says. It sees what a viewer may see, whoever asked for it: a report is given away.
/// </summary>
sealed class ReportReader(
    ReportNumbersTable numbers, SightingsTable sightings, EffortTable effort, DirectoryTable directory,
    ChartReader charts, TimeProvider time)
{
    /// <summary>The charts of a report: their name, and of how many of the commonest species they tell.</summary>
    static readonly (string Name, int Species)[] s_charts =
    [
        ("effort", 0), ("rates", 0), ("abundance", 0), ("accumulation", 0), ("time", ChartQuestion.SpeciesMax),
        ("activity", ChartQuestion.SpeciesMax), ("heat", 0),
    ];

    /// <summary>Steps of one report, for progress: its numbers, and its charts.</summary>
    public static int Steps => s_charts.Length + 1;

    public async Task<ReportContent> ReadAsync(
        Report report, DeskProject project, string address, Func<int, Task> progress,
        CancellationToken cancellationToken)
    {
        var seen = project with { Role = Role.Viewer };
        var wish = report.Wish;
        var question = new ChartQuestion
        {
            From = wish.From,
            To = wish.To,
            Interval = wish.IntervalMinutes,
            Unconfirmed = wish.Unconfirmed,
        };
        var now = time.GetUtcNow();
        var zone = SiteTime.Zone(project.ZoneName);
        var names = await directory.LoadAsync(project.Id, project.Language, cancellationToken);
        var scoreMin = await sightings.GetScoreMinAsync(project.Id, cancellationToken);
        var filter = question.Resolve(seen, scoreMin, SiteTime.DateOf(now, zone), names).Filter!;
        var bySite = await sightings.CountBySiteAsync(filter, cancellationToken);
        var byDay = await sightings.CountByDayAsync(filter, cancellationToken);
        var from = new DateTimeOffset(filter.From.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(-1);
        var until = new DateTimeOffset(filter.To.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(2);
        var gaps = await effort.ListGapsAsync(project.Id, from, until, cancellationToken);
        var worked = Effort.Of(
            await effort.ListDeploymentsAsync(project.Id, from, until, cancellationToken), gaps, filter, zone, now);
        var sites = await effort.ListSitesAsync(project.Id, Role.Viewer, cancellationToken);
        var told = await numbers.ListSitesAsync(project.Id, cancellationToken);
        var places = sites.Zip(told, (site, shown) => new ReportPlace(
            shown, bySite.Where(c => c.SiteId == site.Id).Sum(c => c.Events), worked.CameraDaysAt(site.Id))).ToList();
        var species = ListSpecies(names, bySite, byDay, worked.CameraDays);
        var totals = await numbers.CountAsync(project.Id, filter.From, filter.To, cancellationToken);
        var models = await numbers.ListModelsAsync(project.Id, filter.From, filter.To, cancellationToken);
        await progress(1);
        var drawn = new List<(ChartKind, ChartView)>();
        var common = bySite.GroupBy(c => c.TaxonId).OrderByDescending(g => g.Sum(c => c.Events))
            .Select(g => names.Species.GetValueOrDefault(g.Key)?.Slug).OfType<string>().ToList();
        foreach (var (name, species_) in s_charts)
        {
            var kind = ChartKind.Find(name)!;
            var answer = await charts.ReadAsync(
                kind, question with { Species = [.. common.Take(species_)] }, seen, $"{address}/p/{project.Slug}",
                cancellationToken);
            if (answer.Chart is { } chart)
            {
                drawn.Add((kind, chart));
            }

            await progress(1 + drawn.Count);
        }

        return new ReportContent(
            seen, report, address, now, scoreMin, totals, species, places, models, drawn, gaps.Count);
    }

    static List<ReportSpecies> ListSpecies(
        ProjectDirectory names, IReadOnlyList<SiteCount> bySite, IReadOnlyList<DayCount> byDay, double cameraDays)
    {
        var days = byDay.GroupBy(d => d.TaxonId)
            .ToDictionary(g => g.Key, g => (g.Min(d => d.Date), g.Max(d => d.Date)));
        return [.. bySite.GroupBy(c => c.TaxonId).Select(g =>
        {
            var entry = names.Species.GetValueOrDefault(g.Key);
            var (first, last) = days[g.Key];
            var atSites = g.Where(c => c.SiteId != 0).Sum(c => c.Events);
            return new ReportSpecies(
                entry?.Name ?? entry?.ScientificName ?? $"taxon {g.Key}",
                entry?.Name is null ? null : entry.ScientificName, g.Sum(c => c.Events), g.Sum(c => c.Animals),
                g.Count(c => c.SiteId != 0), first, last, cameraDays > 0 ? atSites * 100 / cameraDays : null);
        }).OrderByDescending(s => s.Events).ThenBy(s => s.Name, StringComparer.Ordinal)];
    }
}
