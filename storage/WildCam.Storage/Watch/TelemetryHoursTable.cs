using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>Heartbeats by the hour, and what is estimated from them.</summary>
public sealed class TelemetryHoursTable(NpgsqlDataSource database)
{
    /// <summary>Hours that one round folds; the rest waits for the next.</summary>
    public const int HoursMax = 48;

    /// <summary>Cameras whose estimates one statement makes.</summary>
    public const int CamerasMax = 1000;

    /// <summary>
    /// A battery's days are told only from a history of so many days, over which it lost so many per cent.
    /// </summary>
    public const int BatteryHistoryDaysMin = 2;

    public const int BatteryLossPercentMin = 2;

    /// <summary>A rise within an hour that means another or a charged battery: the history begins anew.</summary>
    public const int ChargePercentMin = 5;

    /// <summary>
    /// Folds the hours from the newest that is there until now, each in a statement of its own; gives how many.
    /// </summary>
    public async Task<int> FoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var last = database.Command("select max(hour) from telemetry_hours");
        var newest = await last.ExecuteScalarAsync(cancellationToken) is DateTime at
            ? new DateTimeOffset(at)
            : await FirstHourAsync(cancellationToken);
        var folded = 0;
        while (newest is { } hour && hour <= now && folded < HoursMax)
        {
            await FoldHourAsync(hour, cancellationToken);
            newest = hour.AddHours(1);
            folded++;
        }

        return folded;
    }

    /// <summary>
    /// Estimates how long batteries last and how fast spools empty, from each camera's own weeks; gives how many
    /// cameras were looked at.
    /// </summary>
    public async Task<int> EstimateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var looked = 0;
        for (var after = 0; ;)
        {
            await using var command = database.Command("""
                with few as (select camera_id from camera_states where camera_id > $1 order by camera_id limit $3),
                hours as (
                  select camera_id, hour, battery_percent, sent_bytes, sent_seconds,
                    battery_percent - lag(battery_percent) over (partition by camera_id order by hour) as rise
                  from telemetry_hours
                  where camera_id in (select camera_id from few) and hour > $2 - interval '14 days' and hour <= $2),
                charged as (
                  select camera_id, max(hour) filter (where rise >= $4) as at,
                    sum(sent_bytes) as sent_bytes, sum(sent_seconds) as sent_seconds
                  from hours group by camera_id),
                fitted as (
                  select h.camera_id, regr_slope(h.battery_percent, extract(epoch from h.hour) / 86400) as a_day,
                    extract(epoch from max(h.hour) - min(h.hour)) / 86400 as days
                  from hours h join charged c on c.camera_id = h.camera_id
                  where h.battery_percent is not null and (c.at is null or h.hour >= c.at)
                  group by h.camera_id having count(*) >= 3),
                noted as (
                  update camera_states s set
                    battery_days = case when f.days >= $5 and f.a_day * f.days <= -$6
                      then s.battery_percent / -f.a_day end,
                    send_bytes_per_second = case when c.sent_seconds > 0 then c.sent_bytes / c.sent_seconds end
                  from few
                  left join charged c on c.camera_id = few.camera_id
                  left join fitted f on f.camera_id = few.camera_id
                  where s.camera_id = few.camera_id
                  returning s.camera_id)
                select count(*)::int, coalesce(max(camera_id), 0) from noted
                """, after, now.ToUniversalTime(), CamerasMax, (double)ChargePercentMin,
                (double)BatteryHistoryDaysMin, (double)BatteryLossPercentMin);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var count = reader.GetInt32(0);
            looked += count;
            after = reader.GetInt32(1);
            if (count < CamerasMax)
            {
                return looked;
            }
        }
    }

    async Task<DateTimeOffset?> FirstHourAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("select date_trunc('hour', min(received_at)) from telemetry");
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
    }

    // What left the spool before the hour's first heartbeat is reckoned from the hour before.
    async Task FoldHourAsync(DateTimeOffset hour, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with beats as (
              select t.*, row_number() over (partition by camera_id order by boot desc, sequence desc) as back,
                lag(spool_bytes) over w as before_bytes, lag(received_at) over w as before_at
              from telemetry t where received_at >= $1 and received_at < $1 + interval '1 hour'
              window w as (partition by camera_id order by boot, sequence)),
            joined as (
              select b.*, coalesce(b.before_bytes, p.spool_bytes) - b.spool_bytes as sent,
                extract(epoch from b.received_at - coalesce(b.before_at, p.last_at)) as seconds
              from beats b
              left join lateral (
                select spool_bytes, last_at from telemetry_hours h
                where b.before_at is null and h.camera_id = b.camera_id and h.hour < $1 order by h.hour desc limit 1
              ) p on true)
            insert into telemetry_hours (camera_id, hour, beats, first_at, last_at, battery_mv, battery_percent,
              temperature_tenths, signal_dbm, spool_count, spool_bytes, dead_count, dropped_count, clock_offset_ms,
              free_memory_bytes, sent_bytes, sent_seconds)
            select camera_id, $1, count(*), min(received_at), max(received_at), avg(battery_mv), avg(battery_percent),
              avg(temperature_tenths), avg(signal_dbm), max(spool_count) filter (where back = 1),
              max(spool_bytes) filter (where back = 1), max(dead_count) filter (where back = 1),
              max(dropped_count) filter (where back = 1), max(clock_offset_ms) filter (where back = 1),
              min(free_memory_bytes), coalesce(sum(sent) filter (where sent > 0), 0),
              coalesce(sum(seconds) filter (where sent > 0), 0)
            from joined group by camera_id
            on conflict (camera_id, hour) do update set
              beats = excluded.beats, first_at = excluded.first_at, last_at = excluded.last_at,
              battery_mv = excluded.battery_mv, battery_percent = excluded.battery_percent,
              temperature_tenths = excluded.temperature_tenths, signal_dbm = excluded.signal_dbm,
              spool_count = excluded.spool_count, spool_bytes = excluded.spool_bytes,
              dead_count = excluded.dead_count, dropped_count = excluded.dropped_count,
              clock_offset_ms = excluded.clock_offset_ms, free_memory_bytes = excluded.free_memory_bytes,
              sent_bytes = excluded.sent_bytes, sent_seconds = excluded.sent_seconds
            """, hour.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
