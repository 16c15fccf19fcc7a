using Npgsql;

namespace WildCam.Storage.Identifications;

/// <summary>Two names that are one species in a project.</summary>
public sealed record SpeciesMerge(int Id, string From, string Into, string Account, DateTimeOffset CreatedAt);

/// <summary>
/// Mergers of species in a project. From the moment of a merger on no row counts under the old name; rows that did are
/// moved in batches, and moved back when the merger is undone.
/// </summary>
public sealed class SpeciesMergesTable(NpgsqlDataSource database)
{
    /// <summary>Captures of one transaction.</summary>
    public const int CapturesMax = 500;

    public const int ListMax = 500;

    /// <summary>
    /// Merges a species of the list into another; the old one leaves the list, and its names lead to the other. Null:
    /// one of them is not on the list.
    /// </summary>
    public async Task<int?> BeginAsync(
        int projectId, int fromTaxon, int intoTaxon, int accountId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        int? id;
        await using (var command = connection.Command("""
            with listed as (
              select from project_species where project_id = $1 and taxon_id in ($2, $3) having count(*) = 2)
            insert into species_merges (project_id, from_taxon, into_taxon, account_id)
            select $1, $2, $3, $4 from listed where $2 <> $3
            on conflict (project_id, from_taxon) where undone_at is null do nothing
            returning id
            """, projectId, fromTaxon, intoTaxon, accountId))
        {
            id = (int?)await command.ExecuteScalarAsync(cancellationToken);
        }

        if (id is null)
        {
            return null;
        }

        // What was merged into the old name goes on to the new one.
        foreach (var sql in new[]
            {
                """
                update species_merges set into_taxon = $3
                where project_id = $1 and into_taxon = $2 and from_taxon <> $3 and undone_at is null
                """,
                "update species_synonyms set taxon_id = $3 where project_id = $1 and taxon_id = $2",
                """
                insert into species_synonyms (project_id, taxon_id, name)
                select $1, $3, name from (
                  select name from taxon_names where taxon_id = $2
                  union select scientific_name from taxa where id = $2) names
                where length(name) <= 100 and $3 = $3 on conflict do nothing
                """,
                "delete from project_species where project_id = $1 and taxon_id = $2 and $3 = $3",
            })
        {
            await using var step = connection.Command(sql, projectId, fromTaxon, intoTaxon);
            await step.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>Takes a merger back: the name is on the list again. False: no such one stands.</summary>
    public async Task<bool> UndoAsync(int projectId, int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with undone as (
              update species_merges set undone_at = now() where id = $2 and project_id = $1 and undone_at is null
              returning from_taxon, into_taxon),
            listed as (
              insert into project_species (project_id, taxon_id) select $1, from_taxon from undone
              on conflict do nothing),
            forgotten as (
              delete from species_synonyms y using undone u
              where y.project_id = $1 and y.taxon_id = u.into_taxon and y.name in (
                select name from taxon_names where taxon_id = u.from_taxon
                union select scientific_name from taxa where id = u.from_taxon))
            select exists (select from undone)
            """, projectId, id);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<SpeciesMerge>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select m.id, f.scientific_name, i.scientific_name, a.name, m.created_at
            from species_merges m join accounts a on a.id = m.account_id
            join taxa f on f.id = m.from_taxon join taxa i on i.id = m.into_taxon
            where m.project_id = $1 and m.undone_at is null order by m.id desc limit {ListMax}
            """, projectId);
        var merges = new List<SpeciesMerge>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            merges.Add(new SpeciesMerge(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return merges;
    }

    /// <summary>
    /// Moves the next rows that count under the wrong name after a merger or its undo; how many captures.
    /// </summary>
    public async Task<int> MoveNextAsync(int id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = new List<Guid>();
        var times = new List<DateTime>();
        await using (var find = connection.Command($"""
            with merge as (select * from species_merges where id = $1)
            select distinct d.capture_id, d.captured_at
            from merge m
            join wildlife_detections d on d.project_id = m.project_id and d.is_current
              and d.taxon_id = case when m.undone_at is null then m.from_taxon else m.into_taxon end
              and (m.undone_at is null or d.said_taxon_id = m.from_taxon)
            order by d.captured_at desc limit {CapturesMax}
            """, id))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
                times.Add(reader.GetDateTime(1));
            }
        }

        if (ids.Count == 0)
        {
            return 0;
        }

        await using (var identities = connection.Command(
            "select from capture_identities where id = any($1) order by id for no key update", ids.ToArray()))
        {
            await identities.ExecuteNonQueryAsync(cancellationToken);
        }

        // Writing that a row counts, as it did, has its name chosen anew.
        await using var move = connection.Command("""
            with moved as (
              update wildlife_detections d set is_current = d.is_current
              from capture_identities i
              where i.id = any($1) and d.capture_id = i.id and d.captured_at = i.captured_at
                and d.captured_at between $2 and $3 and d.is_current and d.taxon_id is not null
              returning d.camera_id, d.local_date, d.event_id),
            days as (
              insert into summary_dirty (camera_id, detection_date) select distinct camera_id, local_date from moved)
            insert into event_dirty (event_id) select distinct event_id from moved where event_id is not null
            """, ids.ToArray(), times.Min(), times.Max());
        await move.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }
}
