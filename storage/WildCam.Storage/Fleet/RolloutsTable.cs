using System.Text.Json;
using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>A rollout as its rules and its page need it.</summary>
public sealed record Rollout(
    int Id, int ProjectId, int FirmwareId, short Board, Version Target, bool IsTrusted, int? Replaces,
    RolloutPlan Plan, RolloutState State, StopReason StopReason, int? StopStep, int Version, string? StartedBy,
    DateTimeOffset StartedAt, string? ChangedBy, DateTimeOffset ChangedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>Whether an older version may be meant.</summary>
    public bool IsRollback => Replaces is not null;

    public CameraUpdateRules Rules => new(Plan, Target, IsRollback);

    /// <summary>Whether cameras get offers and bytes.</summary>
    public bool IsHeld => State != RolloutState.Running;
}

/// <summary>Something that happened in a rollout, to one camera or to all of it.</summary>
public sealed record RolloutEntry(
    int? CameraId, int? AccountId, string Word, IReadOnlyDictionary<string, string> Detail);

/// <summary>Rollouts, their steps and their history.</summary>
static class RolloutsTable
{
    const string Columns = """
        r.id, r.project_id, r.firmware_id, f.board, f.major, f.minor, f.patch, p.revoked_at is null, r.replaces, r.plan,
        r.state, r.stop_reason, r.stop_step, r.version, b.name, r.started_at, a.name, r.changed_at, r.expires_at,
        r.ended_at
        """;

    const string From = """
        from rollouts r
        join firmware f on f.id = r.firmware_id
        join firmware_publishers p on p.id = f.publisher_id
        left join accounts b on b.id = r.started_by
        left join accounts a on a.id = r.changed_by
        """;

    public static async Task<int> InsertAsync(
        NpgsqlConnection connection, int projectId, int firmwareId, int? replaces, RolloutPlan plan, int? accountId,
        DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into rollouts (project_id, firmware_id, replaces, plan, started_by, started_at, changed_by,
              changed_at, expires_at)
            values ($1, $2, $3::int, $4::jsonb, $5::int, $6, $5, $6, $7)
            returning id
            """, projectId, firmwareId, replaces, plan.Write(), accountId, now, expiresAt);
        var id = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        await using var steps = connection.Command("""
            insert into rollout_steps (rollout_id, step) select $1, s from generate_series(0, $2 - 1) s
            on conflict do nothing
            """, id, plan.Steps.Count);
        await steps.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <summary>The rollout, locked; null: there is none, or it is of another project.</summary>
    public static async Task<Rollout?> LockAsync(
        NpgsqlConnection connection, int projectId, int id, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"select {Columns} {From} where r.id = $1 and r.project_id = $2 for update of r", id, projectId);
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    /// <summary>The rollout, locked for the one hub that advances it; null where another does, or it ended.</summary>
    public static async Task<Rollout?> LockForAdvanceAsync(
        NpgsqlConnection connection, int id, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select {Columns} {From} where r.id = $1 and r.ended_at is null for update of r skip locked
            """, id);
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    /// <summary>The rollouts of these ids, for what cameras say; not locked.</summary>
    public static async Task<IReadOnlyDictionary<int, Rollout>> ReadAsync(
        NpgsqlConnection connection, int[] ids, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"select {Columns} {From} where r.id = any($1)", ids);
        return (await ReadAsync(command, cancellationToken)).ToDictionary(r => r.Id);
    }

    public static async Task SetStateAsync(
        NpgsqlConnection connection, int id, RolloutState state, StopReason reason, int? step, int? accountId,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update rollouts set state = $2, stop_reason = $3, stop_step = $4::smallint, changed_by = $5::int,
              changed_at = $6, version = version + 1
            where id = $1
            """, id, (short)state, (short)reason, (short?)step, accountId, now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task SetEndedAsync(
        NpgsqlConnection connection, int id, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "update rollouts set ended_at = $2::timestamptz where id = $1", id, at);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The steps with the counts of their cameras.</summary>
    public static async Task<List<StepProgress>> ReadStepsAsync(
        NpgsqlConnection connection, int id, CancellationToken cancellationToken)
    {
        var counts = await RolloutCamerasTable.CountAsync(connection, id, cancellationToken);
        await using var command = connection.Command("""
            select step, begun_at, enough_at, forgiven, excused from rollout_steps where rollout_id = $1 order by step
            """, id);
        var steps = new List<StepProgress>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(new StepProgress(
                reader.GetInt16(0), reader.Get<DateTimeOffset>(1), reader.Get<DateTimeOffset>(2), reader.GetInt32(3),
                reader.GetInt32(4), counts.GetValueOrDefault(reader.GetInt16(0))));
        }

        return steps;
    }

    public static async Task SaveStepAsync(
        NpgsqlConnection connection, int id, StepProgress step, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update rollout_steps set begun_at = $3::timestamptz, enough_at = $4::timestamptz, forgiven = $5,
              excused = $6
            where rollout_id = $1 and step = $2
            """, id, (short)step.Number, step.BegunAt, step.EnoughAt, step.Forgiven, step.Excused);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task AppendHistoryAsync(
        NpgsqlConnection connection, int id, IReadOnlyList<RolloutEntry> entries, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        await using var command = connection.Command("""
            insert into rollout_history (rollout_id, camera_id, account_id, at, word, detail)
            select $1, t.camera_id, t.account_id, $2, t.word, t.detail::jsonb
            from unnest($3::int[], $4::int[], $5::text[], $6::text[]) as t (camera_id, account_id, word, detail)
            """, id, now, entries.Select(e => e.CameraId).ToArray(), entries.Select(e => e.AccountId).ToArray(),
            entries.Select(e => e.Word).ToArray(), entries.Select(e => JsonSerializer.Serialize(e.Detail)).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The cameras of a project that are not revoked, for the planning of a rollout.</summary>
    public static async Task<List<RolloutCandidate>> ListCandidatesAsync(
        NpgsqlConnection connection, int projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select c.id, c.code, c.board, s.firmware, s.battery_percent,
              coalesce(coalesce(s.next_contact_at, s.last_seen_at + 3 * make_interval(secs => c.heartbeat_seconds))
                + interval '5 minutes' > $2, false),
              exists (select from camera_update_keys k where k.camera_id = c.id),
              exists (select from rollout_cameras rc where rc.camera_id = c.id and rc.state < 8),
              array(select t.tag from camera_tags t where t.camera_id = c.id)
            from cameras c left join camera_states s on s.camera_id = c.id
            where c.project_id = $1 and c.revoked_at is null
            order by c.id limit 10000
            """, projectId, now);
        var cameras = new List<RolloutCandidate>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add(new RolloutCandidate(reader.GetInt32(0), reader.GetString(1))
            {
                Board = reader.GetInt16(2),
                Reported = FirmwareVersions.Parse(reader.Text(3)),
                BatteryPercent = reader.Get<short>(4),
                IsHeard = reader.GetBoolean(5),
                HasUpdateKey = reader.GetBoolean(6),
                IsBusy = reader.GetBoolean(7),
                Tags = reader.GetFieldValue<string[]>(8),
            });
        }

        return cameras;
    }

    /// <summary>Rollouts that have not ended, for the loop that advances them.</summary>
    public static async Task<List<int>> ListActiveAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select id from rollouts where ended_at is null order by id limit 1000");
        var ids = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt32(0));
        }

        return ids;
    }

    /// <summary>The rollouts of a project, newest first, or one of them.</summary>
    public static async Task<List<Rollout>> ListAsync(
        NpgsqlConnection connection, int projectId, int? id, int most, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select {Columns} {From} where r.project_id = $1 and ($2::int is null or r.id = $2)
            order by r.id desc limit $3
            """, projectId, id, most);
        return await ReadAsync(command, cancellationToken);
    }

    static async Task<List<Rollout>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<Rollout>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var json = reader.GetString(9);
            var plan = RolloutPlan.Read(json, out var problem)
                ?? throw new InvalidOperationException($"The plan of rollout {reader.GetInt32(0)}: {problem}");
            found.Add(new Rollout(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt16(3),
                new Version(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)), reader.GetBoolean(7),
                reader.Get<int>(8), plan, (RolloutState)reader.GetInt16(10), (StopReason)reader.GetInt16(11),
                reader.Get<short>(12), reader.GetInt32(13), reader.Text(14), reader.GetFieldValue<DateTimeOffset>(15),
                reader.Text(16), reader.GetFieldValue<DateTimeOffset>(17), reader.GetFieldValue<DateTimeOffset>(18),
                reader.Get<DateTimeOffset>(19)));
        }

        return found;
    }
}
