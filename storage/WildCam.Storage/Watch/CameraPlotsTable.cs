using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>One point of a camera's plots: means of a span of time, sums at its end.</summary>
public sealed record PlotPoint(
    DateTimeOffset At, double? BatteryPercent, double? Volts, double? Celsius, double? SignalDbm, double SpoolCount,
    double SpoolMegabytes, double FreeKilobytes, double? ClockSeconds);

/// <summary>A restart that nobody ordered; the cause is one of WildCam.Wire WakeCauses.</summary>
public sealed record CameraReset(DateTimeOffset At, short Cause);

/// <summary>What the camera's page of measurements plots and lists.</summary>
public sealed class CameraPlotsTable(NpgsqlDataSource database)
{
    /// <summary>Days of which each heartbeat may count; longer times are plotted by the hour or coarser.</summary>
    const int RawDaysMax = 2;

    public const int PointsMax = 800;

    public const int ResetsMax = 50;

    /// <summary>A camera's measurements of the last days, oldest first.</summary>
    public async Task<IReadOnlyList<PlotPoint>> ReadAsync(
        int cameraId, DateTimeOffset now, int days, CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1, days * 86_400 / PointsMax);
        await using var command = days <= RawDaysMax
            ? database.Command("""
                select date_bin(make_interval(secs => $4), received_at, 'epoch'), avg(battery_percent), avg(battery_mv),
                  avg(temperature_tenths), avg(signal_dbm), max(spool_count), max(spool_bytes), min(free_memory_bytes),
                  avg(clock_offset_ms)
                from telemetry where camera_id = $1 and received_at > $2 and received_at <= $3
                group by 1 order by 1
                """, cameraId, now.AddDays(-days).ToUniversalTime(), now.ToUniversalTime(), (double)seconds)
            : database.Command("""
                select date_bin(make_interval(secs => $4), hour, 'epoch'), avg(battery_percent), avg(battery_mv),
                  avg(temperature_tenths), avg(signal_dbm), max(spool_count), max(spool_bytes), min(free_memory_bytes),
                  avg(clock_offset_ms)
                from telemetry_hours where camera_id = $1 and hour > $2 and hour <= $3
                group by 1 order by 1
                """, cameraId, now.AddDays(-days).ToUniversalTime(), now.ToUniversalTime(),
                (double)Math.Max(3600, seconds));
        var points = new List<PlotPoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(new PlotPoint(
                reader.GetFieldValue<DateTimeOffset>(0),
                Number(reader, 1), Number(reader, 2) / 1000, Number(reader, 3) / 10, Number(reader, 4),
                Number(reader, 5) ?? 0, (Number(reader, 6) ?? 0) / 1e6, (Number(reader, 7) ?? 0) / 1e3,
                Number(reader, 8) / 1000));
        }

        return points;
    }

    /// <summary>A camera's newest restarts since a time.</summary>
    public async Task<IReadOnlyList<CameraReset>> ListResetsAsync(
        int cameraId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select at, cause from camera_resets where camera_id = $1 and at > $2 order by at desc limit {ResetsMax}
            """, cameraId, since.ToUniversalTime());
        var resets = new List<CameraReset>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            resets.Add(new CameraReset(reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt16(1)));
        }

        return resets;
    }

    static double? Number(NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at) ? null : Convert.ToDouble(reader.GetValue(at));
}
