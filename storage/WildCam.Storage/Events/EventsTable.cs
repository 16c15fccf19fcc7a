using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Events;

/// <summary>An event that captures joined, and the newest of these captures.</summary>
public sealed record TouchedEvent(Guid EventId, int ProjectId, DateTimeOffset CapturedAt);

/// <summary>An event whose findings were counted again, and its best capture.</summary>
public readonly record struct FoldedEvent(Guid EventId, int ProjectId, Guid BestCaptureId);

/// <summary>Visits: captures of one deployment close in time.</summary>
public sealed class EventsTable(NpgsqlDataSource database)
{
    // Events of one camera change under this lock, so that two hubs do not begin an event each for one visit. It is a
    // key of two numbers, apart from those of the summary (camera and day).
    const int CameraLock = 0x45564e54;

    /// <summary>
    /// Puts captures of one camera into events and clears their event stage, all in one transaction. Captures that are
    /// gone are left out; captures that are in an event stay there. Returns the events that changed.
    /// </summary>
    public async Task<IReadOnlyList<TouchedEvent>> PlaceAsync(
        int cameraId, IReadOnlyCollection<Guid> captureIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockCameraAsync(connection, cameraId, cancellationToken);

        var captures = await LockAsync(connection, cameraId, captureIds, cancellationToken);
        if (captures.Count == 0)
        {
            return [];
        }

        var gap = TimeSpan.FromMinutes(captures[0].GapMinutes);
        var points = captures.Select(c => c.Point)
            .Concat(await ReadNeighboursAsync(connection, cameraId, captures, gap, cancellationToken)).ToList();
        var known = await ReadEventsAsync(connection, points, cancellationToken);
        var placement = EventGrouping.Place(
            points, known.Values.Select(e => new EventState(e.Id, e.IsDecided, e.Captures)), gap,
            at => Guid.CreateVersion7());

        await InsertBegunAsync(connection, cameraId, captures, placement, cancellationToken);
        foreach (var (loser, winner) in placement.MergedInto.OrderBy(m => m.Key))
        {
            await MergeAsync(connection, known[loser], winner, cancellationToken);
        }

        await AssignAsync(connection, captures, placement, cancellationToken);
        var touched = new List<TouchedEvent>();
        foreach (var joined in captures.GroupBy(c => placement.EventByCapture[c.Point.CaptureId]).OrderBy(g => g.Key))
        {
            if (joined.All(c => c.Point.EventId == joined.Key) && !placement.MergedInto.Values.Contains(joined.Key))
            {
                continue; // Ran before: nothing changed, and a reviewer's version stays good.
            }

            var oldest = joined.Min(c => c.Point.At);
            var newest = joined.Max(c => c.Point.At);
            var merged = placement.MergedInto.Where(m => m.Value == joined.Key).Select(m => known[m.Key]).ToList();
            if (merged.Count > 0)
            {
                merged.AddRange(known.TryGetValue(joined.Key, out var old) ? [old] : []);
                var from = merged.Select(s => s.StartedAt).Append(oldest).Min();
                var until = merged.Select(s => s.EndedAt).Append(newest).Max();
                await RefreshAsync(connection, joined.Key, from, until, cancellationToken);
            }
            else
            {
                await GrowAsync(
                    connection, [.. joined.Where(c => c.Point.EventId != joined.Key)], joined.Key, cancellationToken);
            }

            touched.Add(new TouchedEvent(joined.Key, joined.First().ProjectId, newest));
        }

        await transaction.CommitAsync(cancellationToken);
        return touched;
    }

    /// <summary>
    /// Until the caller's transaction ends nobody else puts captures of the camera into events or takes them out. Taken
    /// before the captures' identities, and those before events.
    /// </summary>
    internal static async Task LockCameraAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var wait = connection.Command("select pg_advisory_xact_lock($1, $2)", CameraLock, cameraId);
        await wait.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The camera of each capture that is not erased.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> FindCamerasAsync(
        Guid[] captureIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, camera_id from capture_identities where id = any($1) and state = 1", captureIds);
        var cameras = new Dictionary<Guid, int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add(reader.GetGuid(0), reader.GetInt32(1));
        }

        return cameras;
    }

    /// <summary>
    /// Counts what up to so many events show again, those whose captures or detections changed, and gives them. None:
    /// nothing is dirty, or another folder is at it. Any number may fold at once.
    /// </summary>
    public async Task<IReadOnlyList<FoldedEvent>> FoldAsync(int eventsMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select event_id, project_id, capture_id from refresh_dirty_events($1)", eventsMax);
        var folded = new List<FoldedEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            folded.Add(new FoldedEvent(reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2)));
        }

        return folded;
    }

    // The identity row is locked against writers of detections, who hold it FOR SHARE: neither misses the other's rows.
    static async Task<List<Placed>> LockAsync(
        NpgsqlConnection connection, int cameraId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var times = new List<(Guid Id, DateTime At)>();
        await using (var command = connection.Command("""
            select id, captured_at from capture_identities
            where id = any($1) and camera_id = $2 and state = 1 order by id for no key update
            """, ids.ToArray(), cameraId))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                times.Add((reader.GetGuid(0), reader.GetDateTime(1)));
            }
        }

        var captures = new List<Placed>();
        if (times.Count == 0)
        {
            return captures;
        }

        await using var read = connection.Command("""
            select c.id, c.captured_at, d.id, d.site_id, c.event_id, c.project_id, p.event_gap_minutes
            from unnest($1::uuid[], $2::timestamptz[]) as n (id, at)
            join captures c on c.id = n.id and c.captured_at = n.at
            join projects p on p.id = c.project_id
            left join deployments d on d.camera_id = c.camera_id and d.from_at <= c.captured_at
              and (d.until_at is null or d.until_at > c.captured_at)
            where c.captured_at between $3 and $4
            """,
            times.Select(t => t.Id).ToArray(), times.Select(t => t.At).ToArray(), times.Min(t => t.At),
            times.Max(t => t.At));
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            captures.Add(new Placed(
                new EventPoint(
                    rows.GetGuid(0), rows.GetFieldValue<DateTimeOffset>(1), rows.Get<int>(2), rows.Get<Guid>(4), true),
                rows.Get<int>(3), rows.GetInt32(5), rows.GetInt32(6)));
        }

        return captures;
    }

    /// <summary>Of what is in events that are not full, the nearest capture on either side of each new one.</summary>
    static async Task<List<EventPoint>> ReadNeighboursAsync(
        NpgsqlConnection connection, int cameraId, List<Placed> captures, TimeSpan gap,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select distinct x.id, x.captured_at, x.deployment_id, x.event_id
            from unnest($1::timestamptz[], $2::int[]) as n (at, deployment_id)
            cross join lateral (
              (select c.id, c.captured_at, c.deployment_id, c.event_id from captures c
               where c.camera_id = $3 and c.captured_at <= n.at and c.captured_at > n.at - $4::interval
                 and c.captured_at between $7 and $8
                 and c.event_id is not null and c.deployment_id is not distinct from n.deployment_id
                 and c.id <> all($5)
                 and exists (select from events e where e.id = c.event_id and e.capture_count < $6)
               order by c.captured_at desc limit 1)
              union all
              (select c.id, c.captured_at, c.deployment_id, c.event_id from captures c
               where c.camera_id = $3 and c.captured_at >= n.at and c.captured_at < n.at + $4::interval
                 and c.captured_at between $7 and $8
                 and c.event_id is not null and c.deployment_id is not distinct from n.deployment_id
                 and c.id <> all($5)
                 and exists (select from events e where e.id = c.event_id and e.capture_count < $6)
               order by c.captured_at limit 1)) x
            """, captures.Select(c => c.Point.At.UtcDateTime).ToArray());
        command.Parameters.Add(new()
        {
            Value = captures.Select(c => c.Point.DeploymentId).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        command.Parameters.Add(new() { Value = cameraId });
        command.Parameters.Add(new() { Value = gap });
        command.Parameters.Add(new() { Value = captures.Select(c => c.Point.CaptureId).ToArray() });
        command.Parameters.Add(new() { Value = EventGrouping.CapturesMax });
        command.Parameters.Add(new() { Value = captures.Min(c => c.Point.At.UtcDateTime) - gap });
        command.Parameters.Add(new() { Value = captures.Max(c => c.Point.At.UtcDateTime) + gap });
        var neighbours = new List<EventPoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            neighbours.Add(new EventPoint(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.Get<int>(2), reader.GetGuid(3),
                false));
        }

        return neighbours;
    }

    static async Task<Dictionary<Guid, KnownEvent>> ReadEventsAsync(
        NpgsqlConnection connection, List<EventPoint> points, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select id, started_at, ended_at, decided_at is not null, capture_count from events
            where id = any($1) order by id for no key update
            """, points.Where(p => p.EventId is not null).Select(p => p.EventId!.Value).Distinct().ToArray());
        var events = new Dictionary<Guid, KnownEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            events.Add(id, new KnownEvent(
                id, reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetBoolean(3), reader.GetInt32(4)));
        }

        return events;
    }

    static async Task InsertBegunAsync(
        NpgsqlConnection connection, int cameraId, List<Placed> captures, EventPlacement placement,
        CancellationToken cancellationToken)
    {
        var begun = captures.GroupBy(c => placement.EventByCapture[c.Point.CaptureId])
            .Where(g => placement.Begun.Contains(g.Key)).ToList();
        if (begun.Count == 0)
        {
            return;
        }

        await using var command = connection.Command("""
            insert into events (id, project_id, camera_id, deployment_id, site_id, started_at, ended_at, capture_count,
              version)
            select id, $2, $3, deployment_id, site_id, started_at, ended_at, 0, 0
            from unnest($1::uuid[], $4::timestamptz[], $5::timestamptz[], $6::int[], $7::int[])
              as e (id, started_at, ended_at, deployment_id, site_id)
            """,
            begun.Select(g => g.Key).ToArray(), captures[0].ProjectId, cameraId,
            begun.Select(g => g.Min(c => c.Point.At.UtcDateTime)).ToArray(),
            begun.Select(g => g.Max(c => c.Point.At.UtcDateTime)).ToArray());
        AddIds(command, begun.Select(g => g.First().Point.DeploymentId));
        AddIds(command, begun.Select(g => g.First().SiteId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task MergeAsync(
        NpgsqlConnection connection, KnownEvent loser, Guid winner, CancellationToken cancellationToken)
    {
        await RunAsync(connection, """
            select from capture_identities where id in (
              select id from captures where event_id = $1 and captured_at between $2 and $3)
            order by id for no key update
            """, cancellationToken, loser.Id, loser.StartedAt.UtcDateTime, loser.EndedAt.UtcDateTime);
        await RunAsync(connection, """
            update wildlife_detections d set event_id = $4 from captures c
            where c.event_id = $1 and c.captured_at between $2 and $3
              and d.capture_id = c.id and d.captured_at = c.captured_at and d.captured_at between $2 and $3
            """, cancellationToken, loser.Id, loser.StartedAt.UtcDateTime, loser.EndedAt.UtcDateTime, winner);
        await RunAsync(connection, """
            update captures set event_id = $4 where event_id = $1 and captured_at between $2 and $3
            """, cancellationToken, loser.Id, loser.StartedAt.UtcDateTime, loser.EndedAt.UtcDateTime, winner);
        await RunAsync(connection, "delete from event_findings where event_id = $1", cancellationToken, loser.Id);
        await RunAsync(connection, """
            update events set merged_into = $2, version = version + 1 where id = $1 or merged_into = $1
            """, cancellationToken, loser.Id, winner);
    }

    static async Task AssignAsync(
        NpgsqlConnection connection, List<Placed> captures, EventPlacement placement,
        CancellationToken cancellationToken)
    {
        await using (var command = connection.Command("""
            update captures c set event_id = n.event_id, deployment_id = n.deployment_id, site_id = n.site_id,
              stages_missing = c.stages_missing & ~8
            from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $6::int[], $7::int[])
              as n (id, at, event_id, deployment_id, site_id)
            where c.id = n.id and c.captured_at = n.at and c.captured_at between $4 and $5
            """, Columns(captures, placement)))
        {
            AddIds(command, captures.Select(c => c.Point.DeploymentId));
            AddIds(command, captures.Select(c => c.SiteId));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // Detections that were quicker carry the event too, and the site's local day if the site was not known then.
        await using var detections = connection.Command("""
            with moved as (
              update wildlife_detections d set event_id = n.event_id, site_id = n.site_id,
                local_date = (d.captured_at at time zone coalesce(s.time_zone, p.time_zone))::date,
                local_hour = extract(hour from d.captured_at at time zone coalesce(s.time_zone, p.time_zone))
              from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $6::int[]) as n (id, at, event_id, site_id)
              left join sites s on s.id = n.site_id, projects p
              where d.capture_id = n.id and d.captured_at = n.at and d.captured_at between $4 and $5
                and p.id = d.project_id
              returning d.camera_id, d.local_date, d.site_id)
            insert into summary_dirty (camera_id, detection_date)
            select distinct camera_id, local_date + near from moved, generate_series(-1, 1) as near
            """, Columns(captures, placement));
        AddIds(detections, captures.Select(c => c.SiteId));
        await detections.ExecuteNonQueryAsync(cancellationToken);
    }

    static object[] Columns(List<Placed> captures, EventPlacement placement) =>
        [
            captures.Select(c => c.Point.CaptureId).ToArray(),
            captures.Select(c => c.Point.At.UtcDateTime).ToArray(),
            captures.Select(c => placement.EventByCapture[c.Point.CaptureId]).ToArray(),
            captures.Min(c => c.Point.At.UtcDateTime),
            captures.Max(c => c.Point.At.UtcDateTime),
        ];

    /// <summary>
    /// Captures joined, and nothing else changed: the span and the counts grow by them, whatever else the event holds.
    /// What it shows is counted by the next fold; until then its first picture stands for a new event.
    /// </summary>
    static Task GrowAsync(
        NpgsqlConnection connection, List<Placed> joined, Guid eventId, CancellationToken cancellationToken)
    {
        var first = joined.MinBy(c => c.Point.At)!;
        return RunAsync(connection, """
            with marked as (insert into event_dirty (event_id) values ($1))
            update events set capture_count = capture_count + $2, undecided_count = undecided_count + $2,
              started_at = least(started_at, $3), ended_at = greatest(ended_at, $4),
              best_capture_id = coalesce(best_capture_id, $5),
              best_captured_at = case when best_capture_id is null then $3 else best_captured_at end,
              version = version + 1
            where id = $1
            """, cancellationToken, eventId, joined.Count, first.Point.At.UtcDateTime,
            joined.Max(c => c.Point.At.UtcDateTime), first.Point.CaptureId);
    }

    static async Task RefreshAsync(
        NpgsqlConnection connection, Guid eventId, DateTimeOffset from, DateTimeOffset until,
        CancellationToken cancellationToken)
    {
        await RunAsync(connection, """
            update events set started_at = s.started_at, ended_at = s.ended_at, capture_count = s.captures,
              version = version + 1
            from (
              select min(captured_at) as started_at, max(captured_at) as ended_at, count(*)::int as captures
              from captures where event_id = $1 and captured_at between $2 and $3) s
            where events.id = $1
            """, cancellationToken, eventId, from.UtcDateTime, until.UtcDateTime);
        await RunAsync(connection, "select refresh_event_findings($1)", cancellationToken, eventId);
    }

    static void AddIds(NpgsqlCommand command, IEnumerable<int?> ids) =>
        command.Parameters.Add(new()
        {
            Value = ids.ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });

    static async Task RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = connection.Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    sealed record Placed(EventPoint Point, int? SiteId, int ProjectId, int GapMinutes);

    sealed record KnownEvent(Guid Id, DateTimeOffset StartedAt, DateTimeOffset EndedAt, bool IsDecided, int Captures);
}
