using System.Text;
using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Events;

/// <summary>One visit.</summary>
public sealed record EventFacts(
    Guid Id, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Camera, string? Site, int CaptureCount,
    Guid? BestCaptureId, DateTimeOffset? DecidedAt, int Version)
{
    public CaptureKey Key => new(StartedAt, Id);
}

/// <summary>Events as programs ask for them: by project and filter, newest first, by keyset.</summary>
public sealed class EventSearch(NpgsqlDataSource database)
{
    const string Columns = """
        e.id, e.started_at, e.ended_at, k.code, s.slug, e.capture_count, e.best_capture_id, e.decided_at, e.version
        """;

    const string Joins = "join cameras k on k.id = e.camera_id left join sites s on s.id = e.site_id";

    public async Task<IReadOnlyList<EventFacts>> ListAsync(
        CaptureFilter filter, CaptureKey? after, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        string Add(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return "$" + command.Parameters.Count;
        }

        // A species or a category is a range of the findings' index; those of one event are neighbours there.
        var byFinding = filter.Species is not null || filter.Category is not null;
        var (table, id) = byFinding ? ("f", "f.event_id") : ("e", "e.id");
        var enough = filter.ConfidenceMin is { } confidence
            ? $" and (f.source <> 1 or f.confidence >= {Add((float)confidence)})"
            : "";
        var sql = new StringBuilder(byFinding
            ? $"select distinct on (f.started_at, f.event_id) {Columns} from event_findings f join events e on e.id = "
                + "f.event_id "
            : $"select {Columns} from events e ");
        sql.Append($"{Joins} where e.merged_into is null and e.capture_count > 0 and ");
        sql.Append($"{table}.project_id = {Add(filter.ProjectId)}");
        sql.Append(filter.Category is { } category ? $" and f.category = {Add((short)category)}" : "");
        sql.Append(filter.Species is { } species
            ? $" and f.taxon_id = (select id from taxa where slug = {Add(species)}) and f.taxon_id <> 0" : "");
        sql.Append(byFinding || enough.Length == 0
            ? enough
            : $" and exists (select from event_findings f where f.event_id = e.id{enough})");
        sql.Append(filter.Camera is { } camera ? $" and k.code = {Add(camera)}" : "");
        sql.Append(filter.Site is { } site ? $" and s.slug = {Add(site)}" : "");
        sql.Append(filter.From is { } from ? $" and {table}.started_at >= {Add(from.UtcDateTime)}" : "");
        sql.Append(filter.To is { } to ? $" and {table}.started_at < {Add(to.UtcDateTime)}" : "");
        sql.Append(after is { } key
            ? $" and ({table}.started_at, {id}) < ({Add(key.CapturedAt.UtcDateTime)}, {Add(key.Id)})" : "");
        // The limit is written out: see CaptureSearch.
        sql.Append($" order by {table}.started_at desc, {id} desc limit {most}");
        command.CommandText = sql.ToString();
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>An event of the project, or the one that it was merged into; null: there is none.</summary>
    public async Task<EventFacts?> FindAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} from events e {Joins}
            where e.id = (select coalesce(merged_into, id) from events where id = $1) and e.project_id = $2
            """, id, projectId);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    static async Task<List<EventFacts>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var events = new List<EventFacts>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new EventFacts(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetString(3), reader.Text(4), reader.GetInt32(5), reader.Get<Guid>(6),
                reader.Get<DateTimeOffset>(7), reader.GetInt32(8)));
        }

        return events;
    }
}
