using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Gateway;

/// <summary>A heartbeat as it is stored.</summary>
public sealed record TelemetryRow(
    int CameraId, DateTimeOffset ReceivedAt, uint Boot, uint Sequence, int? BatteryMillivolts, short? BatteryPercent,
    short? TemperatureTenths, short? SignalDbm, long SpoolCount, long SpoolBytes, long SpoolCapacityBytes,
    long DeadCount, long DroppedCount, long FreeMemoryBytes, short ResetCause, long? ClockOffsetMilliseconds,
    DateTimeOffset? NextContactAt);

/// <summary>Heartbeats, and the newest of each camera in camera_states.</summary>
public sealed class TelemetryTable(NpgsqlDataSource database)
{
    /// <summary>
    /// Stores those that are newer than the newest of their camera, in one statement; returns how many. The month's
    /// partition must exist. A boot that began by power, brownout or watchdog (WildCam.Wire WakeCauses) is kept apart.
    /// </summary>
    public async Task<int> InsertNewerAsync(IReadOnlyList<TelemetryRow> rows, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with locked as (
              select camera_id, heartbeat_boot, heartbeat_sequence from camera_states
              where camera_id = any($1) order by camera_id for update),
            newer as (
              select distinct on (g.camera_id, g.boot, g.sequence) g.*
              from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::int[], $6::smallint[],
                $7::smallint[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
                $13::bigint[], $14::bigint[], $15::smallint[], $16::bigint[], $17::timestamptz[])
              as g (camera_id, received_at, boot, sequence, battery_mv, battery_percent, temperature_tenths, signal_dbm,
                spool_count, spool_bytes, spool_capacity_bytes, dead_count, dropped_count, free_memory_bytes,
                reset_cause, clock_offset_ms, next_contact_at)
              join locked l on l.camera_id = g.camera_id
              where (g.boot, g.sequence) > (l.heartbeat_boot, l.heartbeat_sequence)),
            written as (
              insert into telemetry (camera_id, received_at, boot, sequence, battery_mv, battery_percent,
                temperature_tenths, signal_dbm, spool_count, spool_bytes, spool_capacity_bytes, dead_count,
                dropped_count, free_memory_bytes, reset_cause, clock_offset_ms, next_contact_at)
              select camera_id, received_at, boot, sequence, battery_mv, battery_percent, temperature_tenths,
                signal_dbm, spool_count, spool_bytes, spool_capacity_bytes, dead_count, dropped_count,
                free_memory_bytes, reset_cause, clock_offset_ms, next_contact_at
              from newer),
            restarted as (
              insert into camera_resets (camera_id, boot, at, cause)
              select distinct on (n.camera_id, n.boot) n.camera_id, n.boot, n.received_at, n.reset_cause
              from newer n join locked l on l.camera_id = n.camera_id
              where n.boot > l.heartbeat_boot and l.heartbeat_boot > 0 and n.reset_cause in (1, 5, 6)
              order by n.camera_id, n.boot, n.sequence
              on conflict (camera_id, boot) do update set at = excluded.at, cause = excluded.cause),
            newest as (
              select distinct on (camera_id) * from newer order by camera_id, boot desc, sequence desc),
            noted as (
              update camera_states s set
                last_seen_at = greatest(s.last_seen_at, n.received_at), next_contact_at = n.next_contact_at,
                lost_at = null, heartbeat_boot = n.boot, heartbeat_sequence = n.sequence, battery_mv = n.battery_mv,
                battery_percent = n.battery_percent, temperature_tenths = n.temperature_tenths,
                signal_dbm = n.signal_dbm, spool_count = n.spool_count, spool_bytes = n.spool_bytes,
                spool_capacity_bytes = n.spool_capacity_bytes, dead_count = n.dead_count,
                dropped_count = n.dropped_count, free_memory_bytes = n.free_memory_bytes,
                reset_cause = n.reset_cause, clock_offset_ms = n.clock_offset_ms
              from newest n where s.camera_id = n.camera_id)
            select count(*)::int from newer
            """);
        var columns = command.Parameters;
        AddColumn(columns, rows, r => r.CameraId, NpgsqlDbType.Integer);
        AddColumn(columns, rows, r => r.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        AddColumn(columns, rows, r => (long)r.Boot, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => (long)r.Sequence, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.BatteryMillivolts, NpgsqlDbType.Integer);
        AddColumn(columns, rows, r => r.BatteryPercent, NpgsqlDbType.Smallint);
        AddColumn(columns, rows, r => r.TemperatureTenths, NpgsqlDbType.Smallint);
        AddColumn(columns, rows, r => r.SignalDbm, NpgsqlDbType.Smallint);
        AddColumn(columns, rows, r => r.SpoolCount, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.SpoolBytes, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.SpoolCapacityBytes, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.DeadCount, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.DroppedCount, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.FreeMemoryBytes, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.ResetCause, NpgsqlDbType.Smallint);
        AddColumn(columns, rows, r => r.ClockOffsetMilliseconds, NpgsqlDbType.Bigint);
        AddColumn(columns, rows, r => r.NextContactAt?.UtcDateTime, NpgsqlDbType.TimestampTz);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static void AddColumn<T>(
        NpgsqlParameterCollection columns, IReadOnlyList<TelemetryRow> rows, Func<TelemetryRow, T> value,
        NpgsqlDbType type) =>
        columns.Add(new() { Value = rows.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
