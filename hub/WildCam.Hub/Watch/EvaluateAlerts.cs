using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>
/// Looks at every project's cameras: begins, raises and ends incidents, and writes what channels are to be told, in one
/// transaction a project. A lock of the project makes two hubs look one after the other.
/// </summary>
sealed class EvaluateAlerts(
    NpgsqlDataSource database, AlertsTable alerts, AlertRulesTable rules, FleetListTable fleet,
    AlertMessagesTable messages, IOptions<HubOptions> hub, TimeProvider time) : IRecurringWork
{
    /// <summary>After a longer time in which no hub looked, silence counts from anew.</summary>
    public static readonly TimeSpan BreakMax = TimeSpan.FromMinutes(10);

    public string Name => "alerts";

    public string Title => "Look whether a camera needs somebody";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var watchedSince = await alerts.NoteRoundAsync(now, BreakMax, cancellationToken);
        var (raised, over) = (0, 0);
        foreach (var (id, slug, name, zoneName) in await alerts.ListProjectsAsync(cancellationToken))
        {
            var zone = TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var known) ? known : TimeZoneInfo.Utc;
            var (more, ended) = await LookAsync(
                new WatchedProject(id, slug, name, zone), watchedSince, now, cancellationToken);
            raised += more;
            over += ended;
        }

        await messages.CleanUpAsync(now, cancellationToken);
        return $"Raised {raised} alerts, ended {over}.";
    }

    async Task<(int Raised, int Over)> LookAsync(
        WatchedProject project, DateTimeOffset watchedSince, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var policy = await rules.ReadAsync(project.Id, cancellationToken);
        var cameras = await fleet.ListAllAsync(project.Id, policy.Limits, now, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var open = await AlertsTable.ListOpenForRoundAsync(connection, project.Id, cancellationToken);
        var round = AlertEvaluation.Decide(policy, cameras, open, watchedSince, project.Zone, now);
        var begun = await AlertsTable.BeginAsync(
            connection, project.Id,
            [.. round.Begun.Select(m => new NewAlert(m.Kind, m.CameraId, m.SinceAt, m.Detail))], now,
            cancellationToken);
        List<OpenAlert> alive = [.. round.Goes.Select(g => g.Alert with { Detail = g.Detail }), .. begun];
        var many = round.ManyAtOnce ? alive.Find(a => a.Kind == AlertKind.HubOrNetwork) : null;
        var judged = alive.ConvertAll(a => (
            Alert: a, IsDue: a.RaisedAt is not null || AlertEvaluation.IsDue(a.Kind, a.SinceAt, policy, now),
            CoveredBy: AlertEvaluation.IsCovered(a.Kind, a.SinceAt, many?.SinceAt) ? many!.Id : 0));
        await AlertsTable.UpdateAsync(
            connection, judged.ConvertAll(j => (j.Alert.Id, j.Alert.Detail, j.IsDue, j.CoveredBy)), now,
            cancellationToken);
        await AlertsTable.CloseAsync(connection, [.. round.Over.Select(a => a.Id)], now, cancellationToken);
        var news = judged.Where(j => j.IsDue && j.CoveredBy == 0
            && (j.Alert.RaisedAt is null || j.Alert.CoveredBy is not null)).Select(j => j.Alert).ToList();
        await TellAsync(connection, project, policy, cameras, news, round.Over, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (news.Count, round.Over.Count(a => a.RaisedAt is not null));
    }

    async Task TellAsync(
        NpgsqlConnection connection, WatchedProject project, AlertPolicy policy, IReadOnlyList<FleetRow> cameras,
        List<OpenAlert> news, IReadOnlyList<OpenAlert> over, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (news.Count == 0 && over.Count == 0)
        {
            return;
        }

        var mutes = await AlertsTable.ListMutesAsync(connection, project.Id, now, cancellationToken);
        var byId = cameras.ToDictionary(c => c.Id);
        var nextAt = policy.Quiet?.EndsAt(now, project.Zone) ?? now;
        var told = news.Where(IsHeard).ToList();
        List<NewMessage> written = told.Count > AlertTexts.SinglesMax
            ? [AlertTexts.Many(project, told, byId, hub.Value.Root, nextAt, now)]
            : told.ConvertAll(a => AlertTexts.Raised(
                project, a, byId.GetValueOrDefault(a.CameraId), hub.Value.Root, nextAt, now));
        await AlertMessagesTable.DropUntriedAsync(connection, [.. over.Select(a => a.Id)], cancellationToken);
        written.AddRange(over.Where(a => a.RaisedAt is not null && IsHeard(a)).Select(a => AlertTexts.Over(
            project, a, byId.GetValueOrDefault(a.CameraId), hub.Value.Root, nextAt, now)));
        await AlertMessagesTable.AddAsync(connection, project.Id, written, cancellationToken);

        bool IsHeard(OpenAlert alert) => !mutes.Any(m =>
            (m.CameraId == 0 || m.CameraId == alert.CameraId) && (m.Kind == 0 || m.Kind == (short)alert.Kind));
    }
}
