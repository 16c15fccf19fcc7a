using WildCam.Storage.Charts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk.Charts;

/// <summary>A chart ready to be shown; no chart where the address names what the project does not have.</summary>
public sealed record ChartAnswer(ChartQuestion Question, ProjectDirectory Names, ChartView? Chart, string? Missing);

/// <summary>Reads charts.</summary>
sealed class ChartReader(SightingsTable sightings, EffortTable effort, DirectoryTable directory, TimeProvider time)
{
    public async Task<ChartAnswer> ReadAsync(
        ChartKind kind, ChartQuestion question, DeskProject project, string root, CancellationToken cancellationToken)
    {
        var names = await directory.LoadAsync(project.Id, project.Language, cancellationToken);
        var zone = SiteTime.Zone(project.ZoneName);
        var now = time.GetUtcNow();
        var today = SiteTime.DateOf(now, zone);
        if (question.From is null && kind.YearsDefault > 1)
        {
            question = question with { From = (question.To ?? today).AddYears(-kind.YearsDefault).AddDays(1) };
        }

        var scoreMin = await sightings.GetScoreMinAsync(project.Id, cancellationToken);
        var (filter, missing) = question.Resolve(project, scoreMin, today, names);
        if (filter is null)
        {
            return new ChartAnswer(question, names, null, missing);
        }

        // A zone may be some hours away from that of the project; what lies outside the span is cut off.
        var from = new DateTimeOffset(filter.From.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(-1);
        var until = new DateTimeOffset(filter.To.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(2);
        var gaps = await effort.ListGapsAsync(project.Id, from, until, cancellationToken);
        var deployments = await effort.ListDeploymentsAsync(project.Id, from, until, cancellationToken);
        var sites = await effort.ListSitesAsync(project.Id, project.Role, cancellationToken);
        var data = new ChartData(
            root, question, filter, names, sites, zone, now, Effort.Of(deployments, gaps, filter, zone, now), scoreMin,
            sightings);
        return new ChartAnswer(question, names, await kind.ReadAsync(data, cancellationToken), null);
    }
}
