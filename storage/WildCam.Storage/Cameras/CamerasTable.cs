using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Cameras and their credentials.</summary>
public sealed class CamerasTable(NpgsqlDataSource database)
{
    /// <summary>Most cameras that one list returns.</summary>
    public const int ListMax = 10_000;

    const string CameraColumns = """
        c.id, c.project_id, p.slug, c.code, c.name, c.password_hash, c.heartbeat_seconds, c.revoked_at,
          c.password_used_at is not null, c.previous_hash, c.previous_until
        """;

    const string OverviewSql = """
        select c.id, c.project_id, p.slug, c.code, c.name, c.board, c.created_at, c.revoked_at, c.heartbeat_seconds,
          t.id, t.slug, t.name, t.time_zone,
          s.last_seen_at, s.last_capture_at, s.next_contact_at, s.lost_at, s.firmware, s.battery_mv, s.battery_percent,
          s.temperature_tenths, s.signal_dbm, s.spool_count, s.spool_bytes
        from cameras c
        join projects p on p.id = c.project_id
        left join camera_states s on s.camera_id = c.id
        left join deployments d on d.camera_id = c.id and d.until_at is null
        left join sites t on t.id = d.site_id
        """;

    /// <summary>Adds a camera; its id, or null where the code is taken.</summary>
    public async Task<int?> InsertAsync(
        NpgsqlConnection connection, int projectId, NewCamera camera, byte[] passwordHash,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into cameras (project_id, code, name, board, notes, password_hash, password_issued_at)
            values ($1, $2, $3, $4, $5, $6, now())
            on conflict (code) do nothing
            returning id
            """, projectId, camera.Code, camera.Name, camera.Board, camera.Notes, passwordHash);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The camera of this id, revoked ones too; null: there is none.</summary>
    public async Task<Camera?> FindByIdAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {CameraColumns} from cameras c join projects p on p.id = c.project_id where c.id = $1
            """, id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadCamera(reader) : null;
    }

    /// <summary>The camera of this code, revoked ones too; null: there is none.</summary>
    public async Task<Camera?> FindByCodeAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {CameraColumns} from cameras c join projects p on p.id = c.project_id where c.code = $1
            """, code);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadCamera(reader) : null;
    }

    /// <summary>Cameras that changed within a time until now, by the database's clock: what caches poll.</summary>
    public async Task<IReadOnlyList<Camera>> ListChangedAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {CameraColumns} from cameras c join projects p on p.id = c.project_id
            where c.changed_at > now() - make_interval(secs => $1) order by c.changed_at desc limit {ListMax}
            """, within.TotalSeconds);
        var cameras = new List<Camera>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add(ReadCamera(reader));
        }

        return cameras;
    }

    /// <summary>All cameras of a project, or of all projects, by code.</summary>
    public async Task<IReadOnlyList<CameraOverview>> ListAsync(int? projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            {OverviewSql}
            where $1::int is null or c.project_id = $1::int
            order by c.code limit {ListMax}
            """, projectId);
        var cameras = new List<CameraOverview>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add(ReadOverview(reader));
        }

        return cameras;
    }

    /// <summary>One camera as people see it; null: there is none.</summary>
    public async Task<CameraOverview?> ShowAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{OverviewSql} where c.code = $1", code);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadOverview(reader) : null;
    }

    /// <summary>Puts another credential in the place of the old, which ends; false where there is no such camera now.
    /// </summary>
    public async Task<bool> RotateAsync(
        NpgsqlConnection connection, string code, byte[] passwordHash, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update cameras set password_hash = $2, password_issued_at = now(), password_used_at = null,
              previous_hash = null, previous_until = null, changed_at = clock_timestamp()
            where code = $1 and revoked_at is null
            """, code, passwordHash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    static Camera ReadCamera(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5), reader.GetInt32(6),
        reader.Get<DateTimeOffset>(7))
    {
        IsPasswordUsed = reader.GetBoolean(8),
        PreviousHash = reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9),
        PreviousUntil = reader.Get<DateTimeOffset>(10),
    };

    static CameraOverview ReadOverview(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
        reader.GetInt16(5), reader.GetFieldValue<DateTimeOffset>(6), reader.Get<DateTimeOffset>(7),
        reader.GetInt32(8), reader.Get<int>(9), reader.Text(10), reader.Text(11), reader.Text(12),
        reader.Get<DateTimeOffset>(13), reader.Get<DateTimeOffset>(14), reader.Get<DateTimeOffset>(15),
        reader.Get<DateTimeOffset>(16), reader.Text(17), reader.Get<int>(18), reader.Get<short>(19),
        reader.Get<short>(20), reader.Get<short>(21), reader.Get<long>(22), reader.Get<long>(23));
}
