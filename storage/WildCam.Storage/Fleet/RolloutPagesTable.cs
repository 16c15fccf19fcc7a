using System.Text.Json;
using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>A rollout in the list of its project.</summary>
public sealed record RolloutLine(Rollout Rollout, IReadOnlyList<StepProgress> Steps)
{
    public int Total => Steps.Sum(s => s.Counts.Total);

    public int Good => Steps.Sum(s => s.Counts.Good);

    public int Failed => Steps.Sum(s => s.Counts.Failed);
}

/// <summary>A camera on the page of a rollout.</summary>
public sealed record RolloutCameraLine(
    string Code, string Name, int Step, CameraUpdate Update, string? VersionBefore, DateTimeOffset? LastSeenAt,
    DateTimeOffset? NextContactAt);

/// <summary>What happened, as the page of a rollout and the log of a camera in it tell it.</summary>
public sealed record RolloutEvent(
    DateTimeOffset At, string? Camera, string? Who, string Word, IReadOnlyDictionary<string, string> Detail);

/// <summary>Rollouts, for people.</summary>
public sealed class RolloutPagesTable(NpgsqlDataSource database)
{
    /// <summary>Rollouts of one list.</summary>
    public const int ListMax = 50;

    /// <summary>Cameras of a state that a page lists; their number is told beside.</summary>
    public const int CamerasMax = 200;

    /// <summary>Entries of a history that a page lists.</summary>
    public const int HistoryMax = 100;

    public async Task<IReadOnlyList<RolloutLine>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var lines = new List<RolloutLine>();
        foreach (var rollout in await RolloutsTable.ListAsync(connection, projectId, null, ListMax, cancellationToken))
        {
            lines.Add(new RolloutLine(
                rollout, await RolloutsTable.ReadStepsAsync(connection, rollout.Id, cancellationToken)));
        }

        return lines;
    }

    /// <summary>One rollout of the project; null: there is none.</summary>
    public async Task<RolloutLine?> FindAsync(int projectId, int id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RolloutsTable.ListAsync(connection, projectId, id, 1, cancellationToken) is [var rollout]
            ? new RolloutLine(rollout, await RolloutsTable.ReadStepsAsync(connection, id, cancellationToken))
            : null;
    }

    /// <summary>The project of a rollout, for the command line; null: there is no such rollout.</summary>
    public async Task<int?> FindProjectAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select project_id from rollouts where id = $1", id);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The rollout that rolls this one back; null: none does.</summary>
    public async Task<int?> FindRollbackAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select max(id) from rollouts where replaces = $1", id);
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    /// <summary>The cameras of a rollout, at most <see cref="CamerasMax"/> of each state, by code.</summary>
    public async Task<IReadOnlyList<RolloutCameraLine>> ListCamerasAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select code, name, step, state, since, deadline_at, reason, refusal, version_before, reported,
              received_bytes, attempts, last_seen_at, next_contact_at
            from (
              select c.code, c.name, rc.step, rc.state, rc.since, rc.deadline_at, rc.reason, rc.code as refusal,
                rc.version_before, rc.reported, rc.received_bytes, rc.attempts, s.last_seen_at, s.next_contact_at,
                row_number() over (partition by rc.state order by c.code) as place
              from rollout_cameras rc
              join cameras c on c.id = rc.camera_id
              left join camera_states s on s.camera_id = rc.camera_id
              where rc.rollout_id = $1) as placed
            where place <= $2
            order by state, code
            """, id, CamerasMax);
        var lines = new List<RolloutCameraLine>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var update = new CameraUpdate((UpdateState)reader.GetInt16(3), reader.GetFieldValue<DateTimeOffset>(4))
            {
                DeadlineAt = reader.Get<DateTimeOffset>(5),
                Reason = (UpdateReason)reader.GetInt16(6),
                Code = reader.GetInt32(7),
                Reported = FirmwareVersions.Parse(reader.Text(9)),
                ReceivedBytes = reader.GetInt64(10),
                Attempts = reader.GetInt16(11),
            };
            lines.Add(new RolloutCameraLine(
                reader.GetString(0), reader.GetString(1), reader.GetInt16(2), update, reader.Text(8),
                reader.Get<DateTimeOffset>(12), reader.Get<DateTimeOffset>(13)));
        }

        return lines;
    }

    /// <summary>How many cameras are in each state.</summary>
    public async Task<IReadOnlyDictionary<UpdateState, int>> CountStatesAsync(
        int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select state, count(*)::int from rollout_cameras where rollout_id = $1 group by state", id);
        var counts = new Dictionary<UpdateState, int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add((UpdateState)reader.GetInt16(0), reader.GetInt32(1));
        }

        return counts;
    }

    /// <summary>What happened, newest first: to the rollout as a whole, or to one camera in it.</summary>
    public async Task<IReadOnlyList<RolloutEvent>> ListHistoryAsync(
        int id, string? camera, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select h.at, c.code, a.name, h.word, h.detail::text
            from rollout_history h
            left join cameras c on c.id = h.camera_id
            left join accounts a on a.id = h.account_id
            where h.rollout_id = $1 and c.code is not distinct from $2::text
            order by h.id desc limit $3
            """, id, camera, HistoryMax);
        var events = new List<RolloutEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new RolloutEvent(
                reader.GetFieldValue<DateTimeOffset>(0), reader.Text(1), reader.Text(2), reader.GetString(3),
                JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(4))!));
        }

        return events;
    }
}
