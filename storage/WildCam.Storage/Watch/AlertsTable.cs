using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>An incident that is not over. Camera 0 is the whole project; unraised ones wait out their grace.</summary>
public sealed record OpenAlert(
    long Id, AlertKind Kind, int CameraId, DateTimeOffset SinceAt, DateTimeOffset? RaisedAt, long? CoveredBy,
    string Detail);

/// <summary>An incident that begins; raised at once where it has no grace.</summary>
public sealed record NewAlert(AlertKind Kind, int CameraId, DateTimeOffset SinceAt, string Detail);

/// <summary>An incident as its page shows it.</summary>
public sealed record AlertRow(
    long Id, AlertKind Kind, string? CameraCode, string? CameraName, DateTimeOffset SinceAt, DateTimeOffset RaisedAt,
    DateTimeOffset? ClosedAt, bool IsCovered, DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, string Detail,
    DateTimeOffset? MutedUntil);

/// <summary>Incidents: one row each, from when it is first seen until it is over.</summary>
public sealed class AlertsTable(NpgsqlDataSource database)
{
    public const int ListMax = 100;

    /// <summary>Longest time for which a matter is muted.</summary>
    public const int MuteDaysMax = 90;

    /// <summary>Projects whose cameras are watched: all that have one which was heard.</summary>
    public async Task<IReadOnlyList<(int Id, string Slug, string Name, string ZoneName)>> ListProjectsAsync(
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select p.id, p.slug, p.name, p.time_zone from projects p
            where exists (select from cameras c where c.project_id = p.id)
              or exists (select from alerts a where a.project_id = p.id and a.closed_at is null)
            order by p.id
            """);
        var projects = new List<(int, string, string, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            projects.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        return projects;
    }

    /// <summary>
    /// Notes that somebody looks now; since when there was no break longer than the given time in which nobody did.
    /// </summary>
    public async Task<DateTimeOffset> NoteRoundAsync(
        DateTimeOffset now, TimeSpan breakMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into watch_rounds (looked_at, since_at) values ($1, $1)
            on conflict (id) do update set
              since_at = case when watch_rounds.looked_at < $1 - $2 then $1 else watch_rounds.since_at end,
              looked_at = greatest(watch_rounds.looked_at, $1)
            returning since_at
            """, now.ToUniversalTime(), breakMax);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>
    /// The open incidents of a project, for a round that holds its lock: two hubs look one after the other.
    /// </summary>
    public static async Task<IReadOnlyList<OpenAlert>> ListOpenForRoundAsync(
        NpgsqlConnection connection, int projectId, CancellationToken cancellationToken)
    {
        await using (var wait = connection.Command(
            "select pg_advisory_xact_lock(hashtext('alerts'), $1)", projectId))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = connection.Command("""
            select id, kind, camera_id, since_at, raised_at, covered_by, detail from alerts
            where project_id = $1 and closed_at is null order by id
            """, projectId);
        var alerts = new List<OpenAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            alerts.Add(new OpenAlert(
                reader.GetInt64(0), (AlertKind)reader.GetInt16(1), reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.Get<DateTimeOffset>(4), reader.Get<long>(5),
                reader.GetString(6)));
        }

        return alerts;
    }

    /// <summary>Begins incidents, not raised yet; gives them with their ids.</summary>
    public static async Task<IReadOnlyList<OpenAlert>> BeginAsync(
        NpgsqlConnection connection, int projectId, IReadOnlyList<NewAlert> alerts, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into alerts (project_id, kind, camera_id, since_at, detail, last_detail_at)
            select $1, kind, camera_id, since_at, detail, $6
            from unnest($2::smallint[], $3::int[], $4::timestamptz[], $5::text[])
              as a (kind, camera_id, since_at, detail)
            on conflict (project_id, kind, camera_id) where closed_at is null do nothing
            returning id, kind, camera_id, since_at, detail
            """, projectId, alerts.Select(a => (short)a.Kind).ToArray(), alerts.Select(a => a.CameraId).ToArray(),
            alerts.Select(a => a.SinceAt.UtcDateTime).ToArray(), alerts.Select(a => a.Detail).ToArray(),
            now.ToUniversalTime());
        var begun = new List<OpenAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            begun.Add(new OpenAlert(
                reader.GetInt64(0), (AlertKind)reader.GetInt16(1), reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3), null, null, reader.GetString(4)));
        }

        return begun;
    }

    /// <summary>
    /// Writes what the open ones say now, which are raised, and which are a part of another (0: of none).
    /// </summary>
    public static async Task UpdateAsync(
        NpgsqlConnection connection, IReadOnlyList<(long Id, string Detail, bool Raise, long CoveredBy)> alerts,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update alerts a set
              detail = n.detail, last_detail_at = $5, covered_by = nullif(n.covered_by, 0),
              raised_at = case when n.raise then coalesce(a.raised_at, $5) else a.raised_at end
            from unnest($1::bigint[], $2::text[], $3::boolean[], $4::bigint[]) as n (id, detail, raise, covered_by)
            where a.id = n.id and (a.detail <> n.detail or (n.raise and a.raised_at is null)
              or a.covered_by is distinct from nullif(n.covered_by, 0))
            """, alerts.Select(a => a.Id).ToArray(), alerts.Select(a => a.Detail).ToArray(),
            alerts.Select(a => a.Raise).ToArray(), alerts.Select(a => a.CoveredBy).ToArray(), now.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends incidents; those that were never raised leave no trace.</summary>
    public static async Task CloseAsync(
        NpgsqlConnection connection, IReadOnlyList<long> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using (var drop = connection.Command(
            "delete from alerts where id = any($1) and raised_at is null", ids.ToArray()))
        {
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var close = connection.Command(
            "update alerts set closed_at = $2 where id = any($1)", ids.ToArray(), now.ToUniversalTime());
        await close.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What nobody wants to be told of now: camera and kind, 0 for all.</summary>
    public static async Task<IReadOnlyList<(int CameraId, short Kind)>> ListMutesAsync(
        NpgsqlConnection connection, int projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select camera_id, kind from alert_mutes where project_id = $1 and until_at > $2", projectId,
            now.ToUniversalTime());
        var mutes = new List<(int, short)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            mutes.Add((reader.GetInt32(0), reader.GetInt16(1)));
        }

        return mutes;
    }

    /// <summary>Raised incidents for the page: the open ones, or those that are over; newest first.</summary>
    public async Task<IReadOnlyList<AlertRow>> ListAsync(
        int projectId, bool isOver, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select a.id, a.kind, c.code, c.name, a.since_at, a.raised_at, a.closed_at, a.covered_by is not null,
              a.acknowledged_at, p.name, a.detail, m.until_at
            from alerts a
            left join cameras c on c.id = a.camera_id
            left join accounts p on p.id = a.acknowledged_by
            left join lateral (
              select max(until_at) as until_at from alert_mutes m
              where m.project_id = a.project_id and m.until_at > $3
                and m.camera_id in (0, a.camera_id) and m.kind in (0, a.kind)) m on true
            where a.project_id = $1 and a.raised_at is not null and (a.closed_at is not null) = $2
            order by a.covered_by is not null, a.id desc limit {ListMax}
            """, projectId, isOver, now.ToUniversalTime());
        var alerts = new List<AlertRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            alerts.Add(new AlertRow(
                reader.GetInt64(0), (AlertKind)reader.GetInt16(1), reader.Text(2), reader.Text(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.Get<DateTimeOffset>(6), reader.GetBoolean(7), reader.Get<DateTimeOffset>(8), reader.Text(9),
                reader.GetString(10), reader.Get<DateTimeOffset>(11)));
        }

        return alerts;
    }

    /// <summary>Somebody looks after it; false where the project has no such open incident.</summary>
    public async Task<bool> AcknowledgeAsync(
        int projectId, long id, int accountId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update alerts set acknowledged_at = coalesce(acknowledged_at, $4),
              acknowledged_by = coalesce(acknowledged_by, $3)
            where id = $2 and project_id = $1 and closed_at is null
            """, projectId, id, accountId, now.ToUniversalTime());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Mutes the kind of an incident for its camera; false where the project has no such incident.</summary>
    public async Task<bool> MuteAsync(
        int projectId, long id, DateTimeOffset until, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into alert_mutes (project_id, camera_id, kind, until_at, account_id)
            select project_id, camera_id, kind, $3, $4 from alerts where id = $2 and project_id = $1
            on conflict (project_id, camera_id, kind) do update set
              until_at = excluded.until_at, account_id = excluded.account_id
            """, projectId, id, until.ToUniversalTime(), accountId);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Unmutes the kind of an incident for its camera; false where the project has no such incident.</summary>
    public async Task<bool> UnmuteAsync(int projectId, long id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with asked as (select project_id, camera_id, kind from alerts where id = $2 and project_id = $1),
            gone as (
              delete from alert_mutes m using asked a
              where m.project_id = a.project_id and m.camera_id = a.camera_id and m.kind = a.kind)
            select count(*) from asked
            """, projectId, id);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! == 1;
    }
}
