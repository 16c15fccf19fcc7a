using Npgsql;

namespace WildCam.Storage.Remarks;

/// <summary>A word, or an animal's name, that people put on events.</summary>
/// <param name="EventCount">On how many events it is.</param>
public sealed record Label(int Id, string Name, int EventCount, DateTimeOffset? LastAt);

/// <summary>Which labels: both are a list of names of a project and the events that have them.</summary>
public enum LabelKind
{
    Tag,
    Individual,
}

/// <summary>Tags, and individuals that people know by sight.</summary>
public sealed class LabelsTable(NpgsqlDataSource database)
{
    public const int NameCharsMax = 50;

    /// <summary>Most labels of a kind in one project.</summary>
    public const int ListMax = 1000;

    /// <summary>All of a project, by name.</summary>
    public async Task<IReadOnlyList<Label>> ListAsync(
        LabelKind kind, int projectId, CancellationToken cancellationToken)
    {
        var (table, of, key) = Names(kind);
        await using var command = database.Command($"""
            select l.id, l.name, count(o.event_id)::int, max(e.started_at)
            from {table} l
            left join {of} o on o.{key} = l.id
            left join events e on e.id = o.event_id
            where l.project_id = $1 group by l.id, l.name order by lower(l.name), l.id limit {ListMax}
            """, projectId);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those of one event and of what was merged into it; for the picture's page.</summary>
    public async Task<IReadOnlyList<Label>> ListOfEventAsync(
        LabelKind kind, Guid eventId, CancellationToken cancellationToken)
    {
        var (table, of, key) = Names(kind);
        await using var command = database.Command($"""
            select distinct l.id, l.name, 1, null::timestamptz, lower(l.name)
            from {of} o join {table} l on l.id = o.{key}
            where o.event_id in (select id from events where id = $1 or merged_into = $1)
            order by lower(l.name), l.id limit {ListMax}
            """, eventId);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The label of a name, made where it is new; null: that is no name, or one too many.</summary>
    public async Task<int?> EnsureAsync(
        LabelKind kind, int projectId, string name, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > NameCharsMax)
        {
            return null;
        }

        var (table, _, _) = Names(kind);
        await using var command = database.Command($"""
            with found as (select id from {table} where project_id = $1 and lower(name) = lower($2)),
            added as (
              insert into {table} (project_id, name)
              select $1, $2 where not exists (select from found)
                and (select count(*) from {table} where project_id = $1) < {ListMax}
              on conflict do nothing returning id)
            select id from found union all select id from added
            """, projectId, name);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Puts a label of the project on its events, or takes it off; how many changed.</summary>
    public async Task<int> SetAsync(
        LabelKind kind, int projectId, int labelId, Guid[] eventIds, int accountId, bool isOn,
        CancellationToken cancellationToken)
    {
        var (table, of, key) = Names(kind);
        await using var command = isOn
            ? database.Command($"""
                insert into {of} ({key}, event_id, account_id)
                select l.id, h.id, $4
                from events e join events h on h.id = coalesce(e.merged_into, e.id)
                join {table} l on l.id = $2 and l.project_id = $3
                where e.id = any($1) and h.project_id = $3
                on conflict do nothing
                """, eventIds, labelId, projectId, accountId)
            : database.Command($"""
                delete from {of} where {key} = $2
                  and exists (select from {table} where id = $2 and project_id = $3)
                  and event_id in (
                    select x.id from events e
                    join events h on h.id = coalesce(e.merged_into, e.id)
                    join events x on x.id = h.id or x.merged_into = h.id
                    where e.id = any($1))
                """, eventIds, labelId, projectId);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static (string Table, string Of, string Key) Names(LabelKind kind) => kind is LabelKind.Tag
        ? ("tags", "event_tags", "tag_id")
        : ("individuals", "individual_sightings", "individual_id");

    static async Task<List<Label>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var labels = new List<Label>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            labels.Add(new Label(
                reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.Get<DateTimeOffset>(3)));
        }

        return labels;
    }
}
