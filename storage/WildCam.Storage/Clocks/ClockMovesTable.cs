using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;

namespace WildCam.Storage.Clocks;

/// <summary>A capture that moves to another time, or stays at its own and moves to another place.</summary>
readonly record struct MovedCapture(Guid Id, DateTimeOffset Before, DateTimeOffset After, Guid? EventId);

/// <summary>
/// Moves captures to their corrected time and back, with what hangs on it: their detections, the days of the summary,
/// the place they were at then, and their events. A transaction moves whole events, some hundred captures, under the
/// lock of the camera's events and of the captures' identities.
/// </summary>
public sealed class ClockMovesTable(NpgsqlDataSource database)
{
    /// <summary>Captures of one transaction, a single event of that many apart.</summary>
    public const int CapturesMax = 500;

    readonly MonthPartitions _captures = new(database, "captures");
    readonly MonthPartitions _detections = new(database, "wildlife_detections");

    /// <summary>Moves the next captures of a correction; the ids of those, none at its end.</summary>
    public async Task<IReadOnlyList<Guid>> MoveNextAsync(
        ClockCorrection correction, bool isUndo, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var planned = await PlanAsync(connection, correction, isUndo, cancellationToken);
        await _captures.EnsureAsync(planned.Select(p => p.After), cancellationToken);
        await _detections.EnsureAsync(planned.Select(p => p.After), cancellationToken);
        if (planned.Count == 0)
        {
            return [];
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EventsTable.LockCameraAsync(connection, correction.CameraId, cancellationToken);
        await using (var identities = connection.Command("""
            select from capture_identities where id = any($1) and state = 1 order by id for update
            """, planned.Select(p => p.Id).ToArray()))
        {
            await identities.ExecuteNonQueryAsync(cancellationToken);
        }

        // What was erased or moved since it was planned stays out: its time is not the one that was seen.
        var ids = planned.Select(p => p.Id).ToArray();
        var before = planned.Select(p => p.Before.UtcDateTime).ToArray();
        var after = planned.Select(p => p.After.UtcDateTime).ToArray();
        await MarkDaysAsync(connection, ids, before, cancellationToken);
        var moved = await MoveCapturesAsync(connection, correction, isUndo, ids, before, after, cancellationToken);
        await MoveDetectionsAsync(connection, moved, before, after, ids, cancellationToken);
        await MarkDaysAsync(connection, ids, after, cancellationToken);
        await SettleEventsAsync(connection, correction.CameraId, planned, cancellationToken);
        await using (var count = connection.Command("""
            update clock_corrections set done = done + $2 where id = $1
            """, correction.Id, isUndo ? -moved.Length : moved.Length))
        {
            await count.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return moved;
    }

    /// <summary>Whole events from the earliest on, as many as fit; captures without an event too.</summary>
    static async Task<List<MovedCapture>> PlanAsync(
        NpgsqlConnection connection, ClockCorrection correction, bool isUndo, CancellationToken cancellationToken)
    {
        await using var command = isUndo
            ? connection.Command("""
                select m.capture_id, i.captured_at, m.captured_at, c.event_id
                from clock_moves m
                join capture_identities i on i.id = m.capture_id and i.state = 1
                join captures c on c.id = i.id and c.captured_at = i.captured_at
                where m.correction_id = $1
                order by min(i.captured_at) over (partition by c.event_id), c.event_id, i.captured_at limit $2
                """, correction.Id, 2 * CapturesMax)
            : connection.Command($"""
                select c.id, c.captured_at, c.device_time + $5, c.event_id from captures c
                where c.camera_id = $1 and c.captured_at between $2 and $3 and {ClockCorrectionsTable.IsMovable}
                  and c.clock_correction_id is distinct from $6
                order by min(c.captured_at) over (partition by c.event_id), c.event_id, c.captured_at limit $4
                """, correction.CameraId, correction.FromAt.UtcDateTime, correction.UntilAt.UtcDateTime,
                2 * CapturesMax, correction.Offset, correction.Id);
        var rows = new List<MovedCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new MovedCapture(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.Get<Guid>(3)));
        }

        return Choose(rows);
    }

    /// <summary>Of captures in the order of their events, whole events, as many as fit.</summary>
    internal static List<MovedCapture> Choose(List<MovedCapture> rows)
    {
        var chosen = new List<MovedCapture>();
        foreach (var visit in rows.GroupBy(r => r.EventId))
        {
            if (chosen.Count > 0 && chosen.Count + visit.Count() > CapturesMax)
            {
                break;
            }

            chosen.AddRange(visit.Key is null ? visit.Take(CapturesMax - chosen.Count) : visit);
        }

        return chosen;
    }

    static async Task<Guid[]> MoveCapturesAsync(
        NpgsqlConnection connection, ClockCorrection correction, bool isUndo, Guid[] ids, DateTime[] before,
        DateTime[] after, CancellationToken cancellationToken)
    {
        if (!isUndo)
        {
            await using var keep = connection.Command("""
                insert into clock_moves (correction_id, capture_id, captured_at, clock_quality)
                select $4, c.id, c.captured_at, c.clock_quality
                from unnest($1::uuid[], $2::timestamptz[]) as n (id, before)
                join captures c on c.id = n.id and c.captured_at = n.before
                where c.captured_at between $3 and $5
                on conflict do nothing
                """, ids, before, before.Min(), correction.Id, before.Max());
            await keep.ExecuteNonQueryAsync(cancellationToken);
        }

        // A moved capture was at the place where its camera stood at the corrected time.
        await using var move = connection.Command("""
            with moved as (
              update captures c set captured_at = n.after, deployment_id = d.id, site_id = d.site_id,
                clock_quality = case when $6 then m.clock_quality else 5 end,
                clock_correction_id = case when $6 then null else $7 end
              from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as n (id, before, after)
              join clock_moves m on m.correction_id = $7 and m.capture_id = n.id
              left join deployments d on d.camera_id = $8 and d.from_at <= n.after
                and (d.until_at is null or d.until_at > n.after)
              where c.id = n.id and c.captured_at = n.before and c.captured_at between $4 and $5
              returning c.id, c.captured_at),
            identities as (
              update capture_identities i set captured_at = moved.captured_at from moved where i.id = moved.id
              returning i.id)
            select id from identities
            """, ids, before, after, before.Min(), before.Max(), isUndo, correction.Id, correction.CameraId);
        var moved = new List<Guid>();
        await using (var reader = await move.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                moved.Add(reader.GetGuid(0));
            }
        }

        if (isUndo)
        {
            await using var forget = connection.Command(
                "delete from clock_moves where correction_id = $2 and capture_id = any($1)", ids, correction.Id);
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        return [.. moved];
    }

    internal static async Task MoveDetectionsAsync(
        NpgsqlConnection connection, Guid[] moved, DateTime[] before, DateTime[] after, Guid[] ids,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update wildlife_detections d set captured_at = n.after, site_id = c.site_id,
              local_date = (n.after at time zone coalesce(s.time_zone, p.time_zone))::date,
              local_hour = extract(hour from n.after at time zone coalesce(s.time_zone, p.time_zone))
            from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as n (id, before, after)
            join captures c on c.id = n.id and c.captured_at = n.after
            join projects p on p.id = c.project_id
            left join sites s on s.id = c.site_id
            where d.capture_id = n.id and d.captured_at = n.before and d.captured_at between $4 and $5
              and c.captured_at between $6 and $7 and n.id = any($8)
            """, ids, before, after, before.Min(), before.Max(), after.Min(), after.Max(), moved);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The days that captures count to at these times are to be summed again.</summary>
    internal static async Task MarkDaysAsync(
        NpgsqlConnection connection, Guid[] ids, DateTime[] times, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into summary_dirty (camera_id, detection_date)
            select distinct d.camera_id, d.local_date
            from unnest($1::uuid[], $2::timestamptz[]) as n (id, at)
            join wildlife_detections d on d.capture_id = n.id and d.captured_at = n.at
            where d.captured_at between $3 and $4
            """, ids, times, times.Min(), times.Max());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// An event whose captures all moved moves with them and keeps its id, its decisions and what people wrote. Of one
    /// that is torn, the moved captures are placed anew.
    /// </summary>
    internal static async Task SettleEventsAsync(
        NpgsqlConnection connection, int cameraId, List<MovedCapture> planned, CancellationToken cancellationToken)
    {
        var after = planned.Select(p => p.After.UtcDateTime).ToArray();
        foreach (var visit in planned.Where(p => p.EventId is not null).GroupBy(p => p.EventId!.Value)
            .OrderBy(g => g.Key))
        {
            var ids = visit.Select(p => p.Id).ToArray();
            await using (var torn = connection.Command("""
                with old as (select id, started_at, ended_at from events where id = $2 for no key update),
                left_behind as (
                  select min(c.captured_at) as first, max(c.captured_at) as last, count(*)::int as captures
                  from captures c, old
                  where c.event_id = old.id and c.captured_at between old.started_at and old.ended_at
                    and c.id <> all($1)),
                here as (
                  select c.id, c.captured_at, c.deployment_id, c.site_id from captures c
                  where c.id = any($1) and c.captured_at between $3 and $4),
                span as (
                  select min(captured_at) as first, max(captured_at) as last, count(*)::int as captures,
                    min(deployment_id) as deployment_id, min(site_id) as site_id
                  from here),
                loose as (
                  update captures c set event_id = null, stages_missing = stages_missing | 8
                  from here, left_behind l
                  where c.id = here.id and c.captured_at = here.captured_at and c.captured_at between $3 and $4
                    and l.captures > 0
                  returning c.id)
                update events e set version = version + 1,
                  started_at = case when l.captures > 0 then l.first else s.first end,
                  ended_at = case when l.captures > 0 then l.last else s.last end,
                  capture_count = case when l.captures > 0 then l.captures else s.captures end,
                  deployment_id = case when l.captures > 0 then e.deployment_id else s.deployment_id end,
                  site_id = case when l.captures > 0 then e.site_id else s.site_id end
                from span s, left_behind l
                where e.id = $2 and (l.captures > 0 or s.captures > 0)
                """, ids, visit.Key, after.Min(), after.Max()))
            {
                await torn.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var refresh = connection.Command("select refresh_event_findings($1)", visit.Key);
            await refresh.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var enqueue = connection.Command("""
            insert into jobs (kind, subject, captured_at, priority)
            select 'event', c.id::text, c.captured_at, 10 from captures c
            where c.id = any($1) and c.captured_at between $2 and $3 and c.event_id is null and c.camera_id = $4
            on conflict (kind, subject) do nothing
            """, planned.Select(p => p.Id).ToArray(), after.Min(), after.Max(), cameraId);
        await enqueue.ExecuteNonQueryAsync(cancellationToken);
    }
}
