using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Orders;

/// <summary>Makes the wanted settings out of those that are there; null leaves them.</summary>
public delegate CameraSettings? SettingsChange(SettingsRow now);

/// <summary>What is wanted of cameras and what they report.</summary>
public sealed class SettingsTable(NpgsqlDataSource database)
{
    /// <summary>A version that a connected camera does not report is sent again after this.</summary>
    public static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(10);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    const string RowSql = """
        select k.id, coalesce(s.version, 0), s.desired::text, a.name, s.desired_at, s.sent_at, s.reported_version,
          s.reported::text, coalesce(s.refused, '{}')::text, s.reported_at, coalesce(t.time_zone, p.time_zone)
        from cameras k
        join projects p on p.id = k.project_id
        left join camera_settings s on s.camera_id = k.id
        left join accounts a on a.id = s.desired_by
        left join deployments d on d.camera_id = k.id and d.until_at is null
        left join sites t on t.id = d.site_id
        """;

    /// <summary>
    /// A camera's settings; nothing is wanted and nothing known where it has none. Null: there is no camera.
    /// </summary>
    public async Task<SettingsRow?> FindAsync(int cameraId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, cameraId, cancellationToken);
    }

    /// <summary>
    /// Changes what is wanted of a camera, with its audit entry, and tells the hubs. With a version that was seen, only
    /// where it is still the one.
    /// </summary>
    public async Task<(SettingsRefusal Refusal, SettingsRow? Now)> ChangeAsync(
        int cameraId, long? seenVersion, SettingsChange change, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (refusal, now) = await ChangeAsync(connection, cameraId, seenVersion, change, actor, cancellationToken);
        if (refusal == SettingsRefusal.None)
        {
            await transaction.CommitAsync(cancellationToken);
            await CommandsTable.TellAsync(connection, cameraId, cancellationToken);
        }

        return (refusal, now);
    }

    /// <summary>
    /// Changes what is wanted of every camera of a project that has the tag and is in use; those that changed, by code.
    /// </summary>
    public async Task<IReadOnlyList<string>> ChangeTaggedAsync(
        int projectId, string tag, SettingsChange change, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = new List<string>();
        foreach (var (id, code) in await CommandsTable.ListTaggedAsync(
            connection, projectId, tag, cancellationToken))
        {
            var (refusal, _) = await ChangeAsync(connection, id, null, change, actor, cancellationToken);
            if (refusal == SettingsRefusal.None)
            {
                changed.Add(code);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        await CommandsTable.TellAsync(connection, null, cancellationToken);
        return changed;
    }

    /// <summary>Of these cameras those that have yet to be sent what is wanted.</summary>
    public async Task<IReadOnlyList<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select camera_id from camera_settings
            where camera_id = any($1) and desired is not null and version is distinct from reported_version
              and (sent_at is null or sent_at < now() - $2)
            """, cameraIds, RepeatAfter);
        var ids = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt32(0));
        }

        return ids;
    }

    /// <summary>
    /// Marks as sent, and gives, the version that a connected camera does not have: at its hello by what that said,
    /// later by its report. Null: nothing is due.
    /// </summary>
    public async Task<(long Version, CameraSettings Settings)?> TakeForOutboxAsync(
        int cameraId, bool isHello, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_settings s set sent_at = now()
            from cameras k join camera_states n on n.camera_id = k.id
            where s.camera_id = $1 and k.id = s.camera_id and k.revoked_at is null and s.desired is not null
              and case when $2 then s.version <> n.config_version
                else s.version is distinct from s.reported_version
                  and (s.sent_at is null or s.sent_at < now() - $3) end
            returning s.version, s.desired::text
            """, cameraId, isHello, RepeatAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), JsonSerializer.Deserialize<CameraSettings>(reader.GetString(1), Json)!)
            : null;
    }

    /// <summary>What could not be sent is due as before.</summary>
    public async Task PutBackForOutboxAsync(int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update camera_settings set sent_at = null where camera_id = $1", cameraId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Notes what a camera reports; false where that was known. Its state is judged by the check-ins that it reports.
    /// </summary>
    public async Task<bool> ReportAsync(
        int cameraId, long version, CameraSettings reported, IReadOnlyDictionary<string, int> refused,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with told as (
              insert into camera_settings as s (camera_id, reported_version, reported, refused, reported_at)
              values ($1, $2, $4, $5, now())
              on conflict (camera_id) do update set reported_version = excluded.reported_version,
                reported = excluded.reported, refused = excluded.refused, reported_at = excluded.reported_at
              where (s.reported_version, s.reported, s.refused)
                is distinct from (excluded.reported_version, excluded.reported, excluded.refused)
              returning camera_id),
            beats as (
              update cameras set heartbeat_seconds = $3
              where id in (select camera_id from told) and heartbeat_seconds <> $3 and $3 between 30 and 86400)
            select count(*) from told
            """, cameraId, version, (int)Math.Min(reported.HeartbeatSeconds, int.MaxValue));
        command.Parameters.Add(ToJson(reported));
        command.Parameters.Add(ToJson(refused));
        return await command.ExecuteScalarAsync(cancellationToken) is > 0L;
    }

    /// <summary>
    /// Cameras after one, by id, of which something is wanted, with the offset in it and the zone where they stand: for
    /// the work that follows the sites' clocks.
    /// </summary>
    public async Task<IReadOnlyList<(int CameraId, int OffsetMinutes, string TimeZone)>> ListForSiteTimeAsync(
        int afterId, int count, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select s.camera_id, (s.desired ->> 'siteOffsetMinutes')::int, coalesce(t.time_zone, p.time_zone)
            from camera_settings s
            join cameras k on k.id = s.camera_id
            join projects p on p.id = k.project_id
            left join deployments d on d.camera_id = k.id and d.until_at is null
            left join sites t on t.id = d.site_id
            where s.camera_id > $1 and s.desired is not null and k.revoked_at is null
            order by s.camera_id limit $2
            """, afterId, count);
        var cameras = new List<(int, int, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return cameras;
    }

    static async Task<SettingsRow?> FindAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{RowSql} where k.id = $1", cameraId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new SettingsRow(
                reader.GetInt32(0), reader.GetInt64(1), FromJson(reader.Text(2)), reader.Text(3),
                reader.Get<DateTimeOffset>(4), reader.Get<DateTimeOffset>(5), reader.Get<long>(6),
                FromJson(reader.Text(7)), JsonSerializer.Deserialize<Dictionary<string, int>>(reader.GetString(8))!,
                reader.Get<DateTimeOffset>(9), reader.GetString(10))
            : null;
    }

    internal static async Task<(SettingsRefusal Refusal, SettingsRow? Now)> ChangeAsync(
        NpgsqlConnection connection, int cameraId, long? seenVersion, SettingsChange change, Actor actor,
        CancellationToken cancellationToken)
    {
        // The lock is for two who change at once: the second one sees what the first one wrote.
        await using (var wait = connection.Command(
            "select revoked_at is not null from cameras where id = $1 for no key update", cameraId))
        {
            switch (await wait.ExecuteScalarAsync(cancellationToken))
            {
                case null:
                    return (SettingsRefusal.NoSuchCamera, null);
                case true:
                    return (SettingsRefusal.Revoked, null);
            }
        }

        var before = (await FindAsync(connection, cameraId, cancellationToken))!;
        if (seenVersion is { } seen && seen != before.Version)
        {
            return (SettingsRefusal.Conflict, before);
        }

        if (change(before) is not { } desired)
        {
            return (SettingsRefusal.None, before);
        }

        await WriteAsync(connection, cameraId, desired, actor, cancellationToken);
        var now = (await FindAsync(connection, cameraId, cancellationToken))!;
        await AuditAsync(connection, before, now, actor, cancellationToken);
        return (SettingsRefusal.None, now);
    }

    // A version that the camera ever reported is not given again: it would take the new one for the old.
    static async Task WriteAsync(
        NpgsqlConnection connection, int cameraId, CameraSettings desired, Actor actor,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into camera_settings as s (camera_id, version, desired_by, desired_at, desired)
            values ($1, 1, $2::int, now(), $3)
            on conflict (camera_id) do update set
              version = greatest(s.version, coalesce(s.reported_version, 0)) + 1, desired = excluded.desired,
              desired_by = excluded.desired_by, desired_at = excluded.desired_at, sent_at = null
            """, cameraId, actor.AccountId);
        command.Parameters.Add(ToJson(desired));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task AuditAsync(
        NpgsqlConnection connection, SettingsRow before, SettingsRow now, Actor actor,
        CancellationToken cancellationToken)
    {
        await using var find = connection.Command(
            "select project_id, code from cameras where id = $1", before.CameraId);
        AuditEntry entry;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            entry = new AuditEntry(actor, "camera.settings", reader.GetString(1))
            {
                ProjectId = reader.GetInt32(0),
                CameraId = before.CameraId,
                Before = new { version = before.Version, settings = before.Desired ?? before.Reported },
                After = new { version = now.Version, settings = now.Desired },
            };
        }

        await AuditTable.AddAsync(connection, entry, cancellationToken);
    }

    static CameraSettings? FromJson(string? text) =>
        text is null ? null : JsonSerializer.Deserialize<CameraSettings>(text, Json);

    static NpgsqlParameter ToJson<T>(T value) =>
        new() { Value = JsonSerializer.Serialize(value, Json), NpgsqlDbType = NpgsqlDbType.Jsonb };
}
