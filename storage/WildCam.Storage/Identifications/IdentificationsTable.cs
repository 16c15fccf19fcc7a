using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Events;

namespace WildCam.Storage.Identifications;

/// <summary>Who decided what. Nothing is overwritten: a person's newer decision counts instead.</summary>
public sealed class IdentificationsTable(NpgsqlDataSource database)
{
    /// <summary>Most findings of one decision.</summary>
    public const int FindingsMax = 50;

    /// <summary>Most captures that one decision covers.</summary>
    public const int CapturesMax = 10_000;

    /// <summary>Tries when the event changes between being read and being locked.</summary>
    public const int TriesMax = 3;

    readonly PageEventsTable _pageEvents = new(database);

    /// <summary>
    /// Files a decision: rows for each capture it covers, which of them count, the days to recount, what the event
    /// shows; after the commit the pages are told. The caller sends the notice to <see cref="Channels.Pages"/>.
    /// </summary>
    public async Task<FileResult> FileAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (Problem(decision) is { } problem)
        {
            return FileResult.Refused(problem);
        }

        FileResult? result = null;
        for (var i = 0; i < TriesMax && result is null; i++)
        {
            result = await TryFileAsync(decision, cancellationToken);
        }

        if (result is null)
        {
            return new FileResult(FileOutcome.Conflict, 0, 0, decision.EventId, null, "The event keeps changing.");
        }

        if (result is { Outcome: FileOutcome.Filed, IsRepeated: false })
        {
            var subject = (result.EventId ?? decision.CaptureId)?.ToString() ?? "";
            await _pageEvents.AppendAsync(
                [new PageEvent(result.ProjectId, PageEventKinds.Decision, subject, null)], cancellationToken);
        }

        return result;
    }

    /// <summary>Null: the event gained captures between being read and being locked.</summary>
    async Task<FileResult?> TryFileAsync(Decision decision, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindFiledAsync(connection, decision, cancellationToken) is { } before)
        {
            return before;
        }

        var target = await FindTargetAsync(connection, decision, cancellationToken);
        if (target is null)
        {
            return FileResult.NotFound("There is no such event, capture, account or decision.");
        }

        // Identities before the event, the order of everyone who writes to both.
        var captures = await LockCapturesAsync(connection, target, cancellationToken);
        if (captures.Count is 0 or > CapturesMax)
        {
            return captures.Count == 0
                ? FileResult.NotFound("The pictures are gone.")
                : FileResult.Refused($"The event has more than {CapturesMax} captures (CapturesMax).");
        }

        var state = target.EventId is { } id ? await LockEventAsync(connection, id, cancellationToken) : null;
        if (state is not null && decision.SeenVersion is { } seen && seen != state.Version
            && await IsConflictAsync(connection, decision, target, state, cancellationToken))
        {
            return new FileResult(
                FileOutcome.Conflict, 0, state.ProjectId, target.EventId, state.Version, "The event changed since.");
        }

        if (state is not null && (state.IsMerged || (target.IsWhole && state.CaptureCount != captures.Count)))
        {
            return null;
        }

        if (decision.Undoes is { } undone && await IsUndoneAsync(connection, undone, cancellationToken))
        {
            return FileResult.Refused("That decision was undone already, or undoes one itself.");
        }

        if (await InsertAsync(connection, decision, target, state?.Version + 1, cancellationToken) is not { } filed)
        {
            return null; // The same decision came on another connection in this moment; the next try finds it.
        }

        await InsertRowsAsync(connection, filed, target.Source, captures, decision.Findings, cancellationToken);
        await using (var settle = connection.Command(
            "select settle_detections($1, $2)", captures.Select(c => c.Id).ToArray(),
            captures.Select(c => c.At).ToArray()))
        {
            await settle.ExecuteNonQueryAsync(cancellationToken);
        }

        var version = state is null
            ? (int?)null
            : await RaiseVersionAsync(connection, target.EventId!.Value, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new FileResult(FileOutcome.Filed, filed, target.ProjectId, target.EventId, version, null);
    }

    /// <summary>Why a decision cannot be filed as it is, or null.</summary>
    static string? Problem(Decision decision)
    {
        var findings = decision.Findings;
        return (decision.Undoes is not null) != (findings.Count == 0)
            ? "A decision has findings, an undo has none. An empty picture is the finding Blank."
            : decision.Undoes is null && decision.EventId is null && decision.CaptureId is null
            ? "A decision is on an event or on a capture."
            : findings.Count > FindingsMax
            ? $"There are {findings.Count} findings, over FindingsMax ({FindingsMax})."
            : findings.Count > 1 && findings.Any(f => f.Category == Category.Blank)
            ? "A picture with findings is not blank."
            : findings.Any(f => f.Category is not (Category.Animal or Category.Person or Category.Vehicle
                or Category.Blank))
            ? "People say animal, person, vehicle or blank."
            : findings.Any(f => f.TaxonId is not null && f.Category != Category.Animal)
            ? "Only an animal has a species."
            : findings.Any(f => f.Count is < 1 or > 10_000)
            ? "A count is between 1 and 10000."
            : findings.Any(f => f.Box is { } b && !(b.X >= 0 && b.Y >= 0 && b.Width > 0 && b.Height > 0
                && b.X + b.Width <= 1.0001f && b.Y + b.Height <= 1.0001f))
            ? "A box lies within the picture, 0 to 1."
            : null;
    }

    static async Task<Target?> FindTargetAsync(
        NpgsqlConnection connection, Decision decision, CancellationToken cancellationToken)
    {
        // A capture decides where it is now; an event that was merged is where it went.
        await using var command = connection.Command("""
            with said as (
              select event_id, capture_id from identifications where id = $4
              union all select $1, $2 where $4 is null),
            at as (select i.captured_at from capture_identities i, said where i.id = said.capture_id and i.state = 1)
            select coalesce(e.id, c.event_id), said.capture_id, coalesce(e.project_id, c.project_id), a.kind
            from said
            join accounts a on a.id = $3 and a.disabled_at is null
            left join captures c on c.id = said.capture_id and c.captured_at = (select captured_at from at)
            left join events o on o.id = said.event_id and said.capture_id is null
            left join events e on e.id = coalesce(o.merged_into, o.id)
            where (c.id is not null or e.id is not null)
              and ($5::int is null or coalesce(e.project_id, c.project_id) = $5)
            """);
        command.Parameters.Add(Uuid(decision.EventId));
        command.Parameters.Add(Uuid(decision.CaptureId));
        command.Parameters.Add(new() { Value = decision.AccountId });
        command.Parameters.Add(new()
        {
            Value = (object?)decision.Undoes ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Bigint,
        });
        command.Parameters.Add(Number(decision.ProjectId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var source = reader.GetInt16(3) == 2 ? IdentificationSource.Simulator : IdentificationSource.Person;
        return new Target(reader.Get<Guid>(0), reader.Get<Guid>(1), reader.GetInt32(2), source);
    }

    static async Task<List<Covered>> LockCapturesAsync(
        NpgsqlConnection connection, Target target, CancellationToken cancellationToken)
    {
        await using (var share = connection.Command("""
            select from capture_identities
            where id in (
              select c.id from captures c join events e on e.id = $1
              where c.event_id = $1 and c.captured_at between e.started_at and e.ended_at and $2::uuid is null
              union all select $2::uuid)
            order by id for share
            """))
        {
            share.Parameters.Add(Uuid(target.EventId));
            share.Parameters.Add(Uuid(target.CaptureId));
            await share.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = connection.Command("""
            select c.id, c.captured_at from captures c join events e on e.id = $1
            where c.event_id = $1 and c.captured_at between e.started_at and e.ended_at and $2::uuid is null
            union all
            select id, captured_at from capture_identities where id = $2 and state = 1
            limit $3
            """);
        command.Parameters.Add(Uuid(target.EventId));
        command.Parameters.Add(Uuid(target.CaptureId));
        command.Parameters.Add(new() { Value = CapturesMax + 1 });
        var captures = new List<Covered>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(new Covered(reader.GetGuid(0), reader.GetDateTime(1)));
        }

        return captures;
    }

    static async Task<EventLock?> LockEventAsync(
        NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select version, project_id, capture_count, merged_into is not null from events
            where id = $1 for no key update
            """, id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new EventLock(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetBoolean(3))
            : null;
    }

    static async Task<bool> IsUndoneAsync(NpgsqlConnection connection, long id, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select exists (select from identifications where undoes = $1)
              or (select undoes is not null from identifications where id = $1)
            """, id);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What became of the decision when it was sent before, or null.</summary>
    static async Task<FileResult?> FindFiledAsync(
        NpgsqlConnection connection, Decision decision, CancellationToken cancellationToken)
    {
        if (decision.ClientKey is not { } key)
        {
            return null;
        }

        await using var command = connection.Command("""
            select i.id, i.project_id, h.id, h.version from identifications i
            left join events e on e.id = i.event_id left join events h on h.id = coalesce(e.merged_into, e.id)
            where i.account_id = $1 and i.client_key = $2
            """, decision.AccountId, key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new FileResult(
                FileOutcome.Filed, reader.GetInt64(0), reader.GetInt32(1), reader.Get<Guid>(2), reader.Get<int>(3),
                null)
            { IsRepeated = true }
            : null;
    }

    /// <summary>Whether what changed since the seen version is more than a machine's word.</summary>
    static async Task<bool> IsConflictAsync(
        NpgsqlConnection connection, Decision decision, Target target, EventLock state,
        CancellationToken cancellationToken)
    {
        if (decision.SeenCaptures is not { } captures || (target.IsWhole && captures != state.CaptureCount))
        {
            return true;
        }

        await using var command = connection.Command("""
            select exists (
              select from identifications i
              where i.event_id = $1 and i.event_version > $2 and i.source = 2 and i.account_id <> $3
                and ($4::uuid is null or i.capture_id is null or i.capture_id = $4)
                and i.undoes is null and not exists (select from identifications u where u.undoes = i.id))
            """, target.EventId, decision.SeenVersion, decision.AccountId);
        command.Parameters.Add(Uuid(target.CaptureId));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<long?> InsertAsync(
        NpgsqlConnection connection, Decision decision, Target target, int? version,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into identifications (event_id, capture_id, undoes, project_id, account_id, source, client_key,
              batch, model_id, event_version)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (account_id, client_key) where client_key is not null do nothing
            returning id
            """);
        command.Parameters.Add(Uuid(target.EventId));
        command.Parameters.Add(Uuid(target.CaptureId));
        command.Parameters.Add(new()
        {
            Value = (object?)decision.Undoes ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Bigint,
        });
        command.Parameters.Add(new() { Value = target.ProjectId });
        command.Parameters.Add(new() { Value = decision.AccountId });
        command.Parameters.Add(new() { Value = (short)target.Source });
        command.Parameters.Add(Uuid(decision.ClientKey));
        command.Parameters.Add(Uuid(decision.Batch));
        command.Parameters.Add(Number(decision.ModelId));
        command.Parameters.Add(Number(version));
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    static async Task InsertRowsAsync(
        NpgsqlConnection connection, long identificationId, IdentificationSource source, List<Covered> captures,
        IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        if (findings.Count == 0)
        {
            return;
        }

        await using var command = connection.Command("""
            insert into wildlife_detections (capture_id, captured_at, identification_id, ordinal, source, project_id,
              camera_id, site_id, event_id, category, taxon_id, count, sex, life_stage, behavior, box_x, box_y,
              box_width, box_height, is_current, local_date, local_hour)
            select c.id, c.captured_at, $5, f.ordinal - 1, $6, c.project_id, c.camera_id, c.site_id, c.event_id,
              f.category, f.taxon_id, f.count, f.sex, f.life_stage, f.behavior, f.x, f.y, f.width, f.height, false,
              (c.captured_at at time zone coalesce(s.time_zone, p.time_zone))::date,
              extract(hour from c.captured_at at time zone coalesce(s.time_zone, p.time_zone))
            from unnest($1::uuid[], $2::timestamptz[]) as n (id, at)
            join captures c on c.id = n.id and c.captured_at = n.at
            join projects p on p.id = c.project_id
            left join sites s on s.id = c.site_id
            cross join unnest($7::smallint[], $8::int[], $9::smallint[], $10::text[], $11::text[], $12::text[],
              $13::real[], $14::real[], $15::real[], $16::real[])
              with ordinality as f (category, taxon_id, count, sex, life_stage, behavior, x, y, width, height, ordinal)
            where c.captured_at between $3 and $4
            """,
            captures.Select(c => c.Id).ToArray(), captures.Select(c => c.At).ToArray(), captures.Min(c => c.At),
            captures.Max(c => c.At), identificationId, (short)source);
        AddArray(command, NpgsqlDbType.Smallint, findings.Select(f => (short)f.Category));
        AddArray(command, NpgsqlDbType.Integer, findings.Select(f => f.TaxonId));
        AddArray(command, NpgsqlDbType.Smallint, findings.Select(f => f.Count));
        AddArray(command, NpgsqlDbType.Text, findings.Select(f => f.Sex));
        AddArray(command, NpgsqlDbType.Text, findings.Select(f => f.LifeStage));
        AddArray(command, NpgsqlDbType.Text, findings.Select(f => f.Behavior));
        // A box belongs to the picture it was drawn on, not to an event's other pictures.
        var boxes = findings.Select(f => captures.Count == 1 ? f.Box : null).ToList();
        AddArray(command, NpgsqlDbType.Real, boxes.Select(b => b?.X));
        AddArray(command, NpgsqlDbType.Real, boxes.Select(b => b?.Y));
        AddArray(command, NpgsqlDbType.Real, boxes.Select(b => b?.Width));
        AddArray(command, NpgsqlDbType.Real, boxes.Select(b => b?.Height));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<int> RaiseVersionAsync(
        NpgsqlConnection connection, Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "update events set version = version + 1 where id = $1 returning version", eventId);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlParameter Uuid(Guid? id) =>
        new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    static NpgsqlParameter Number(int? number) =>
        new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    static void AddArray<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });

    sealed record Target(Guid? EventId, Guid? CaptureId, int ProjectId, IdentificationSource Source)
    {
        public bool IsWhole => CaptureId is null;
    }

    sealed record Covered(Guid Id, DateTime At);

    sealed record EventLock(int Version, int ProjectId, int CaptureCount, bool IsMerged);
}
