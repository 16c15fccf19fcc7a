using Npgsql;

namespace WildCam.Storage.Desk;

/// <summary>What a picture's own file says of itself, as JSON.</summary>
/// <param name="HidesPlace">Whether it names a place that this visitor may not know; the JSON is without it.</param>
public sealed record PictureExif(string Json, bool HidesPlace);

/// <summary>What the camera said of itself closest to a time.</summary>
public sealed record NearestCheckIn(
    DateTimeOffset At, int? BatteryMillivolts, int? BatteryPercent, int? TemperatureTenths, int? SignalDbm,
    long SpoolCount, long? ClockOffsetMilliseconds);

/// <summary>What is known beside a picture: its file's words, and how its camera was at that time.</summary>
public sealed class PictureFileTable(NpgsqlDataSource database)
{
    /// <summary>A check-in farther away says nothing of the picture.</summary>
    const int HoursMax = 3;

    /// <summary>
    /// A place in the file is for managers where a sensitive species lives, as everywhere; without a site where the
    /// project has any. Null: the file has no EXIF, or it was not read yet.
    /// </summary>
    public async Task<PictureExif?> FindExifAsync(
        Guid captureId, DateTimeOffset capturedAt, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select case when h.hides then c.exif - 'gps' else c.exif end::text, h.hides and c.exif ? 'gps'
            from captures c
            cross join lateral (
              select $3 < 3 and coalesce(
                (select s.is_sensitive from site_coordinates s where s.site_id = c.site_id),
                exists (select from project_species p where p.project_id = c.project_id and p.is_sensitive)) as hides) h
            where c.id = $1 and c.captured_at = $2 and c.exif is not null
            """, captureId, capturedAt.UtcDateTime, (int)role);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PictureExif(reader.GetString(0), reader.GetBoolean(1))
            : null;
    }

    /// <summary>The nearest single check-in, else the mean of the nearest hour; null: none is near.</summary>
    public async Task<NearestCheckIn?> FindCheckInAsync(
        int cameraId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select at, battery_mv, battery_percent, temperature_tenths, signal_dbm, spool_count, clock_offset_ms
            from (
              select received_at as at, battery_mv, battery_percent::int, temperature_tenths, signal_dbm, spool_count,
                clock_offset_ms, 0 as rank
              from telemetry where camera_id = $1 and received_at between $3 and $4
              union all
              select last_at, battery_mv, round(battery_percent)::int, temperature_tenths, signal_dbm, spool_count,
                clock_offset_ms, 1
              from telemetry_hours where camera_id = $1 and hour between $3 and $4) as near
            order by rank, abs(extract(epoch from at - $2)), at limit 1
            """, cameraId, at.UtcDateTime, at.AddHours(-HoursMax).UtcDateTime, at.AddHours(HoursMax).UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new NearestCheckIn(
                reader.GetFieldValue<DateTimeOffset>(0), reader.Get<int>(1), reader.Get<int>(2), reader.Get<short>(3),
                reader.Get<short>(4), reader.GetInt64(5), reader.Get<long>(6))
            : null;
    }
}
