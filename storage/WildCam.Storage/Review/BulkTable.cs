using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Review;

/// <summary>What a step does to each of its events; bulk_steps.kind.</summary>
public enum BulkKind : short
{
    Decision = 1,
    Tag = 2,
    Favourite = 3,
}

/// <summary>How far a step is; bulk_steps.state.</summary>
public enum BulkState : short
{
    Doing = 1,
    Done = 2,
    Undoing = 3,
    Undone = 4,
}

/// <summary>One step over many events. What it does is JSON that its maker reads.</summary>
public sealed record BulkStep(
    Guid Id, int ProjectId, int AccountId, BulkKind Kind, string What, string Text, BulkState State, int Total,
    int Done, int Skipped, DateTimeOffset CreatedAt);

/// <summary>An event of a step as it was when the step began.</summary>
public readonly record struct BulkTarget(Guid EventId, int Version, int CaptureCount);

/// <summary>Steps over many events, and the events of each.</summary>
public sealed class BulkTable(NpgsqlDataSource database)
{
    /// <summary>Most events of one step.</summary>
    public const int EventsMax = 100_000;

    /// <summary>Most steps that a list shows.</summary>
    public const int ListMax = 10;

    /// <summary>So long a step can be taken back; then what it was about is forgotten.</summary>
    public const int UndoDaysMax = 30;

    /// <summary>How many events a filter chooses, at most one more than a step may have.</summary>
    public async Task<int> CountAsync(GalleryFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = GalleryTable.ChooseCommand(
            connection, "select count(*)::int from (", filter, EventsMax + 1, ") chosen");
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Begins a step over the events that a filter chooses now, or over named ones. Sent again it is the same step.
    /// Null: it would have none or more than <see cref="EventsMax"/>.
    /// </summary>
    public async Task<BulkStep?> BeginAsync(
        BulkStep step, GalleryFilter? filter, Guid[] eventIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var forget = connection.Command($"""
            delete from bulk_targets where step_id in (
              select id from bulk_steps where project_id = $1 and ended_at < now() - interval '{UndoDaysMax} days')
            """, step.ProjectId))
        {
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var insert = connection.Command("""
            insert into bulk_steps (id, project_id, account_id, kind, what, text, total)
            values ($1, $2, $3, $4, $5, $6, 0) on conflict (id) do nothing
            """, step.Id, step.ProjectId, step.AccountId, (short)step.Kind))
        {
            insert.Parameters.Add(new() { Value = step.What, NpgsqlDbType = NpgsqlDbType.Jsonb });
            insert.Parameters.Add(new() { Value = step.Text });
            if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                return await FindAsync(step.ProjectId, step.Id, cancellationToken);
            }
        }

        await using var choose = filter is null
            ? connection.Command("""
                insert into bulk_targets (step_id, event_id, version, capture_count)
                select $2, h.id, h.version, h.capture_count
                from events e join events h on h.id = coalesce(e.merged_into, e.id)
                where e.id = any($1) and h.project_id = $3 on conflict do nothing
                """, eventIds, step.Id, step.ProjectId)
            : GalleryTable.ChooseCommand(
                connection, """
                insert into bulk_targets (step_id, event_id, version, capture_count)
                select $1, h.id, h.version, h.capture_count from (
                """, filter, EventsMax + 1, ") chosen join events h on h.id = chosen.id", step.Id);
        var total = await choose.ExecuteNonQueryAsync(cancellationToken);
        if (total is 0 or > EventsMax)
        {
            return null;
        }

        await using (var count = connection.Command("update bulk_steps set total = $2 where id = $1", step.Id, total))
        {
            await count.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return step with { Total = total };
    }

    /// <summary>A step of a project; for its progress.</summary>
    public async Task<BulkStep?> FindAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Select} where id = $2 and project_id = $1", projectId, id);
        return await ReadAsync(command, cancellationToken) is [var step] ? step : null;
    }

    /// <summary>A step by its id alone, for the job that carries it out.</summary>
    public async Task<BulkStep?> FindForJobAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Select} where id = $1", id);
        return await ReadAsync(command, cancellationToken) is [var step] ? step : null;
    }

    /// <summary>An account's newest steps in a project.</summary>
    public async Task<IReadOnlyList<BulkStep>> ListAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            $"{Select} where project_id = $1 and account_id = $2 order by created_at desc, id limit $3", projectId,
            accountId, ListMax);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Takes a step back, also one that is still at work. False: no such own step.</summary>
    public async Task<bool> UndoAsync(int projectId, Guid id, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            update bulk_steps set state = 3, ended_at = null
            where id = $2 and project_id = $1 and account_id = $3 and state in (1, 2, 3)
              and (ended_at is null or ended_at > now() - interval '{UndoDaysMax} days')
            """, projectId, id, accountId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>The next events of a step: those that wait, or, to be undone, those that were done.</summary>
    public async Task<IReadOnlyList<BulkTarget>> NextTargetsAsync(
        Guid stepId, bool isUndo, int countMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select event_id, version, capture_count from bulk_targets
            where step_id = $1 and state = $2 order by event_id limit $3
            """, stepId, (short)(isUndo ? 2 : 1), countMax);
        var targets = new List<BulkTarget>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            targets.Add(new BulkTarget(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2)));
        }

        return targets;
    }

    /// <summary>Notes what became of events and counts them.</summary>
    public async Task NoteAsync(
        Guid stepId, bool isUndo, Guid[] done, Guid[] skipped, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with noted as (
              update bulk_targets set state = case when event_id = any($3) then 3 when $4 then 4 else 2 end
              where step_id = $1 and (event_id = any($2) or event_id = any($3))
              returning state)
            update bulk_steps set
              done = done + (select count(*) from noted where state = 2)::int
                - (select count(*) from noted where state = 4)::int,
              skipped = skipped + (select count(*) from noted where state = 3)::int
            where id = $1
            """, stepId, done, skipped, isUndo);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a step that has no events left; one that was taken back meanwhile goes on backwards.</summary>
    public async Task EndAsync(Guid stepId, bool isUndo, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update bulk_steps set state = $3, ended_at = now() where id = $1 and state = $2
            """, stepId, (short)(isUndo ? 3 : 1), (short)(isUndo ? 4 : 2));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The decision that a step filed on an event and that still stands, to be undone.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> FindDecisionsAsync(
        Guid stepId, Guid[] eventIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select t.event_id, max(i.id) from bulk_targets t
            join events e on e.id = t.event_id
            join identifications i on i.batch = t.step_id and i.event_id in (t.event_id, e.merged_into)
            where t.step_id = $1 and t.event_id = any($2) and i.undoes is null
              and not exists (select from identifications u where u.undoes = i.id)
            group by t.event_id
            """, stepId, eventIds);
        var found = new Dictionary<Guid, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0), reader.GetInt64(1));
        }

        return found;
    }

    const string Select = """
        select id, project_id, account_id, kind, what::text, text, state, total, done, skipped, created_at
        from bulk_steps
        """;

    static async Task<List<BulkStep>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var steps = new List<BulkStep>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(new BulkStep(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), (BulkKind)reader.GetInt16(3),
                reader.GetString(4), reader.GetString(5), (BulkState)reader.GetInt16(6), reader.GetInt32(7),
                reader.GetInt32(8), reader.GetInt32(9), reader.GetFieldValue<DateTimeOffset>(10)));
        }

        return steps;
    }
}
