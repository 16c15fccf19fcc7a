using Npgsql;
using WildCam.Storage.Captures;
using WildCam.Storage.Watch;

namespace WildCam.Storage.Desk;

/// <summary>A camera as the list and its own page show it.</summary>
public sealed record CameraRow(
    int Id,
    string Code,
    string Name,
    int Board,
    bool HasPassword,
    int HeartbeatSeconds,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? LastReceivedAt,
    DateTimeOffset? NextContactAt,
    string? Firmware,
    int? BatteryMillivolts,
    int? BatteryPercent,
    int? TemperatureTenths,
    int? SignalDbm,
    long? SpoolCount,
    long? SpoolBytes,
    long? ClockOffsetMs,
    int? SiteId,
    ThumbnailFacts? LastPicture,
    DateTimeOffset? LastCapturedAt)
{
    public long? SpoolCapacityBytes { get; init; }

    public long? FreeMemoryBytes { get; init; }

    public long? DroppedCount { get; init; }

    /// <summary>Estimated days until the battery is empty; null: not known.</summary>
    public double? BatteryDays { get; init; }

    /// <summary>How fast its spool empties, by its own last week; null: not known.</summary>
    public double? SendBytesPerSecond { get; init; }

    /// <summary>Restarts by power, brownout or watchdog within a day.</summary>
    public int Resets { get; init; }

    /// <summary>Pictures and sign-ins refused within a day.</summary>
    public int Refusals { get; init; }

    /// <summary>Its newest update failed.</summary>
    public bool UpdateFailed { get; init; }

    /// <summary>What it is judged by.</summary>
    public CameraFacts Facts => new(HeartbeatSeconds)
    {
        RevokedAt = RevokedAt,
        LastSeenAt = LastSeenAt,
        NextContactAt = NextContactAt,
        BatteryPercent = BatteryPercent,
        BatteryDays = BatteryDays,
        SpoolBytes = SpoolBytes,
        SpoolCapacityBytes = SpoolCapacityBytes,
        ClockOffsetMs = ClockOffsetMs,
        Resets = Resets,
        Refusals = Refusals,
        UpdateFailed = UpdateFailed,
    };
}

public sealed record DeploymentRow(
    int SiteId, DateTimeOffset FromAt, DateTimeOffset? UntilAt, double? Latitude, double? Longitude);

/// <summary>A camera with its state, for its own page.</summary>
public sealed class CameraPagesTable(NpgsqlDataSource database)
{
    /// <summary>The camera of this code in the project; null: there is none.</summary>
    public async Task<CameraRow?> FindAsync(
        int projectId, string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.id, c.code, c.name, c.board, c.password_hash is not null, c.heartbeat_seconds, c.created_at,
              c.revoked_at, s.last_seen_at, s.last_capture_at, s.next_contact_at, s.firmware, s.battery_mv,
              s.battery_percent, s.temperature_tenths, s.signal_dbm, s.spool_count, s.spool_bytes, s.clock_offset_ms,
              d.site_id, p.id, p.width, p.height, p.lightness, p.thumbnail_version, p.thumbnail_widths, p.integrity,
              p.captured_at, s.spool_capacity_bytes, s.free_memory_bytes, s.dropped_count, s.battery_days,
              s.send_bytes_per_second,
              (select count(*)::int from camera_resets r where r.camera_id = c.id and r.at > $3 - interval '1 day'),
              (select count(*)::int from audit_entries a
               where a.camera_id = c.id and a.at > $3 - interval '1 day'
                 and a.action in ('picture.never', 'picture.conflict', 'camera.sign-in-failed')),
              exists (
                select from rollout_cameras o
                where o.camera_id = c.id and o.state = 9 and not exists (
                  select from rollout_cameras n where n.camera_id = c.id and n.rollout_id > o.rollout_id))
            from cameras c
            left join camera_states s on s.camera_id = c.id
            left join lateral (
              select site_id from deployments
              where camera_id = c.id and from_at <= $3 and (until_at is null or until_at > $3)
              order by from_at desc limit 1) d on true
            left join lateral (
              select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity, captured_at
              from captures where camera_id = c.id and captured_at <= $3 + interval '1 day'
              order by captured_at desc limit 1) p on true
            where c.project_id = $1 and c.code = $2
            """, projectId, code, now.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Where a camera stood, newest first; exact at sensitive species' sites only for managers.</summary>
    public async Task<IReadOnlyList<DeploymentRow>> ListDeploymentsAsync(
        int cameraId, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select d.site_id, d.from_at, d.until_at, case when $2 then s.latitude else s.shown_latitude end,
              case when $2 then s.longitude else s.shown_longitude end
            from deployments d join site_coordinates s on s.site_id = d.site_id
            where d.camera_id = $1 order by d.from_at desc limit 100
            """);
        command.Parameters.Add(new() { Value = cameraId });
        command.Parameters.Add(new() { Value = role >= Role.Manager });
        var rows = new List<DeploymentRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new DeploymentRow(
                reader.GetInt32(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                Time(reader, 2),
                reader.IsDBNull(3) ? null : reader.GetDouble(3),
                reader.IsDBNull(4) ? null : reader.GetDouble(4)));
        }

        return rows;
    }

    static CameraRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetInt16(3),
        reader.GetBoolean(4),
        reader.GetInt32(5),
        reader.GetFieldValue<DateTimeOffset>(6),
        Time(reader, 7),
        Time(reader, 8),
        Time(reader, 9),
        Time(reader, 10),
        reader.IsDBNull(11) ? null : reader.GetString(11),
        Integer(reader, 12),
        Small(reader, 13),
        Small(reader, 14),
        Small(reader, 15),
        reader.IsDBNull(16) ? null : reader.GetInt64(16),
        reader.IsDBNull(17) ? null : reader.GetInt64(17),
        reader.IsDBNull(18) ? null : reader.GetInt64(18),
        Integer(reader, 19),
        reader.IsDBNull(20) ? null : GalleryTable.ReadThumbnail(reader, 20),
        Time(reader, 27))
    {
        SpoolCapacityBytes = reader.Get<long>(28),
        FreeMemoryBytes = reader.Get<long>(29),
        DroppedCount = reader.Get<long>(30),
        BatteryDays = reader.Get<float>(31),
        SendBytesPerSecond = reader.Get<float>(32),
        Resets = reader.GetInt32(33),
        Refusals = reader.GetInt32(34),
        UpdateFailed = reader.GetBoolean(35),
    };

    static int? Integer(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt32(at);

    static int? Small(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt16(at);

    static DateTimeOffset? Time(NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at) ? null : reader.GetFieldValue<DateTimeOffset>(at);
}
