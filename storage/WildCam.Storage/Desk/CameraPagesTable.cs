using Npgsql;
using WildCam.Storage.Captures;

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
    /// <summary>Detections of the last seven local days, oldest first.</summary>
    public IReadOnlyList<int> Week { get; init; } = [];
}

public sealed record DeploymentRow(
    int SiteId, DateTimeOffset FromAt, DateTimeOffset? UntilAt, double? Latitude, double? Longitude);

/// <summary>Cameras with their state, for people.</summary>
public sealed class CameraPagesTable(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<CameraRow>> ListAsync(
        int projectId, string? code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = new List<CameraRow>();
        await using (var command = database.CreateCommand("""
            select c.id, c.code, c.name, c.board, c.password_hash is not null, c.heartbeat_seconds, c.created_at,
              c.revoked_at, s.last_seen_at, s.last_capture_at, s.next_contact_at, s.firmware, s.battery_mv,
              s.battery_percent, s.temperature_tenths, s.signal_dbm, s.spool_count, s.spool_bytes, s.clock_offset_ms,
              d.site_id, p.id, p.width, p.height, p.lightness, p.thumbnail_version, p.thumbnail_widths, p.integrity,
              p.captured_at
            from cameras c
            left join camera_states s on s.camera_id = c.id
            left join lateral (
              select site_id from deployments
              where camera_id = c.id and from_at <= $3 and (until_at is null or until_at > $3)
              order by from_at desc limit 1) d on true
            left join lateral (
              select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity, captured_at
              from captures where camera_id = c.id and captured_at <= $4 order by captured_at desc limit 1) p on true
            where c.project_id = $1 and ($2 = '' or c.code = $2)
            order by c.code
            """))
        {
            command.Parameters.Add(new() { Value = projectId });
            command.Parameters.Add(new() { Value = code ?? "" });
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = now.AddDays(1) });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(Read(reader));
            }
        }

        return await WithWeeksAsync(projectId, rows, now, cancellationToken);
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

    async Task<IReadOnlyList<CameraRow>> WithWeeksAsync(
        int projectId, List<CameraRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const int days = 7;
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var weeks = rows.ToDictionary(r => r.Id, _ => new int[days]);
        await using var command = database.CreateCommand("""
            select camera_id, detection_date, sum(detection_count)::int from daily_detection_summary
            where project_id = $1 and camera_id = any ($2) and detection_date between $3 and $4 and category <> 4
            group by camera_id, detection_date
            """);
        command.Parameters.Add(new() { Value = projectId });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Id).ToArray() });
        command.Parameters.Add(new() { Value = today.AddDays(1 - days) });
        command.Parameters.Add(new() { Value = today });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var day = days - 1 - (today.DayNumber - reader.GetFieldValue<DateOnly>(1).DayNumber);
            weeks[reader.GetInt32(0)][day] = reader.GetInt32(2);
        }

        return rows.ConvertAll(r => r with { Week = weeks[r.Id] });
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
        Time(reader, 27));

    static int? Integer(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt32(at);

    static int? Small(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt16(at);

    static DateTimeOffset? Time(NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at) ? null : reader.GetFieldValue<DateTimeOffset>(at);
}
