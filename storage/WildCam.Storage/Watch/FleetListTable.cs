using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>Which cameras of a project a list shows, and from where on.</summary>
public sealed record FleetFilter(int ProjectId)
{
    /// <summary>Only these; empty: all.</summary>
    public IReadOnlyList<CameraCondition> Conditions { get; init; } = [];

    /// <summary>A part of the code, the name or the site's name.</summary>
    public string Search { get; init; } = "";

    /// <summary>The last camera of the page before; null: from the first.</summary>
    public (CameraCondition Condition, string Code)? After { get; init; }
}

/// <summary>A camera as the list shows it.</summary>
public sealed record FleetRow(
    int Id, string Code, string Name, CameraCondition Condition, CameraFacts Facts, string? ZoneName, string? Site,
    long? SpoolCount, double? SendBytesPerSecond, DateTimeOffset? LastArrivalAt)
{
    public int? SiteId { get; init; }

    /// <summary>Exact; of a sensitive species' site for managers only.</summary>
    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    /// <summary>Detections of the last seven local days, oldest first.</summary>
    public IReadOnlyList<int> Week { get; init; } = [];
}

/// <summary>A page of the list; counts are of all that the search finds, by condition.</summary>
public sealed record FleetPage(IReadOnlyList<FleetRow> Rows, IReadOnlyList<int> Counts, bool HasMore)
{
    public int Count(CameraCondition condition) => Counts[(int)condition];
}

/// <summary>
/// Cameras in the order in which somebody should visit them; judged in the database, for 10,000 of them.
/// </summary>
public sealed class FleetListTable(NpgsqlDataSource database)
{
    public const int PageMax = 60;

    /// <summary>Most cameras of a project that the map shows and the alerts watch.</summary>
    public const int AllMax = 10_000;

    const int Days = 7;
    const int Conditions = 7;

    /// <summary>
    /// Judges all cameras of a project as <see cref="CameraJudgement"/> does (a test holds them equal), and gives a
    /// page of them. A camera has one open deployment at most. The benchmark's peer sends it too.
    /// </summary>
    public const string PageSql = """
        with resets as (
          select camera_id, count(*)::int as n from camera_resets where at > $2 - interval '1 day' group by camera_id),
        refusals as (
          select camera_id, count(*)::int as n from audit_entries
          where at > $2 - interval '1 day' and camera_id is not null
            and action in ('picture.never', 'picture.conflict', 'camera.sign-in-failed')
          group by camera_id),
        failed as (
          select o.camera_id from rollout_cameras o
          where o.state = 9 and not exists (
            select from rollout_cameras n where n.camera_id = o.camera_id and n.rollout_id > o.rollout_id)),
        judged as materialized (
          select c.id, c.code, j.condition, r.n as resets, f.n as refusals, u.camera_id is not null as update_failed
          from cameras c
          left join camera_states s on s.camera_id = c.id
          left join resets r on r.camera_id = c.id
          left join refusals f on f.camera_id = c.id
          left join failed u on u.camera_id = c.id
          cross join lateral (
            select greatest(60, c.heartbeat_seconds * 0.1::float8) as grace,
              case when s.next_contact_at > s.last_seen_at then s.next_contact_at
                else s.last_seen_at + c.heartbeat_seconds * interval '1 second' end as at) expected
          cross join lateral (
            select (case
              when c.revoked_at is not null then 6
              when s.last_seen_at is null then 3
              when $2 > expected.at + (expected.grace + ($3 - 1) * c.heartbeat_seconds) * interval '1 second' then 0
              when $2 > expected.at + expected.grace * interval '1 second' then 2
              when s.battery_percent <= $4 or s.battery_days <= $9
                or (s.spool_bytes is not null and s.spool_capacity_bytes > 0 and
                  least(100, s.spool_bytes / greatest(1, s.spool_capacity_bytes / 100)) >= $5)
                or abs(s.clock_offset_ms) > $6 * 1000::bigint
                or r.n >= $7 or f.n >= $8 or u.camera_id is not null then 1
              when s.next_contact_at > $2 and $2 - s.last_seen_at > interval '1 minute' then 5
              else 4 end)::smallint as condition) j
          where c.project_id = $1 and ($10 = '' or c.code ilike $10 or c.name ilike $10 or c.id in (
            select d.camera_id from sites t join deployments d on d.site_id = t.id and d.until_at is null
            where t.project_id = $1 and t.name ilike $10))),
        page as (
          select * from judged
          where ($11::smallint[] is null or condition = any($11::smallint[])) and (condition, code) > ($12, $13)
          order by condition, code limit $14),
        counted as (
          select array_agg(coalesce(n, 0)::int order by k) as counts from generate_series(0, 6) k
          left join (select condition, count(*) as n from judged group by condition) c on c.condition = k)
        select counted.counts, c.id, c.code, c.name, p.condition, c.heartbeat_seconds, c.revoked_at, s.last_seen_at,
          s.next_contact_at, s.battery_percent, s.battery_days, s.spool_bytes, s.spool_capacity_bytes,
          s.clock_offset_ms, coalesce(p.resets, 0), coalesce(p.refusals, 0), t.time_zone, t.name, s.spool_count,
          s.send_bytes_per_second, s.last_capture_at, t.latitude, t.longitude, t.id,
          coalesce(p.update_failed, false)
        from counted
        left join page p on true
        left join cameras c on c.id = p.id
        left join camera_states s on s.camera_id = p.id
        left join deployments d on d.camera_id = p.id and d.until_at is null
        left join sites t on t.id = d.site_id
        order by p.condition, p.code
        """;

    /// <summary>A page of the list.</summary>
    public async Task<FleetPage> ListAsync(
        FleetFilter filter, WatchLimits limits, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var (rows, counts) = await ReadAsync(filter, limits, now, most + 1, cancellationToken);
        var hasMore = rows.Count > most;
        var shown = rows.GetRange(0, Math.Min(most, rows.Count));
        return new FleetPage(
            await WithWeeksAsync(filter.ProjectId, shown, now, cancellationToken), counts, hasMore);
    }

    /// <summary>Every camera of a project, for its map and its alerts; without their weeks.</summary>
    public async Task<IReadOnlyList<FleetRow>> ListAllAsync(
        int projectId, WatchLimits limits, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ReadAsync(new FleetFilter(projectId), limits, now, AllMax, cancellationToken)).Rows;

    async Task<(List<FleetRow> Rows, int[] Counts)> ReadAsync(
        FleetFilter filter, WatchLimits limits, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            PageSql, filter.ProjectId, now.ToUniversalTime(), limits.MissedUntilSilent, limits.BatteryPercentMin,
            limits.SpoolPercentMax, limits.ClockSecondsMax, limits.ResetsADay, limits.RefusalsADay,
            (float)WatchLimits.BatteryDaysMin, Pattern(filter.Search),
            filter.Conditions.Count == 0 ? null : filter.Conditions.Select(c => (short)c).ToArray(),
            (short)(filter.After?.Condition ?? (CameraCondition)(-1)), filter.After?.Code ?? "", most);
        var rows = new List<FleetRow>();
        var counts = new int[Conditions];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts = reader.GetFieldValue<int[]>(0);
            if (!reader.IsDBNull(1))
            {
                rows.Add(Read(reader));
            }
        }

        return (rows, counts);
    }

    async Task<IReadOnlyList<FleetRow>> WithWeeksAsync(
        int projectId, List<FleetRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var weeks = rows.ToDictionary(r => r.Id, _ => new int[Days]);
        await using var command = database.Command("""
            select camera_id, detection_date, sum(detection_count)::int from daily_detection_summary
            where project_id = $1 and camera_id = any ($2) and detection_date between $3 and $4 and category <> 4
            group by camera_id, detection_date
            """, projectId, rows.Select(r => r.Id).ToArray(), today.AddDays(1 - Days), today);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var day = Days - 1 - (today.DayNumber - reader.GetFieldValue<DateOnly>(1).DayNumber);
            weeks[reader.GetInt32(0)][day] = reader.GetInt32(2);
        }

        return rows.ConvertAll(r => r with { Week = weeks[r.Id] });
    }

    static FleetRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(1), reader.GetString(2), reader.GetString(3), (CameraCondition)reader.GetInt16(4),
        new CameraFacts(reader.GetInt32(5))
        {
            RevokedAt = reader.Get<DateTimeOffset>(6),
            LastSeenAt = reader.Get<DateTimeOffset>(7),
            NextContactAt = reader.Get<DateTimeOffset>(8),
            BatteryPercent = reader.Get<short>(9),
            BatteryDays = reader.Get<float>(10),
            SpoolBytes = reader.Get<long>(11),
            SpoolCapacityBytes = reader.Get<long>(12),
            ClockOffsetMs = reader.Get<long>(13),
            Resets = reader.GetInt32(14),
            Refusals = reader.GetInt32(15),
            UpdateFailed = reader.GetBoolean(24),
        },
        reader.Text(16), reader.Text(17), reader.Get<long>(18), reader.Get<float>(19),
        reader.Get<DateTimeOffset>(20))
    {
        Latitude = reader.Get<double>(21),
        Longitude = reader.Get<double>(22),
        SiteId = reader.Get<int>(23),
    };

    static string Pattern(string search) => search.Length == 0
        ? ""
        : $"%{search.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal)}%";
}
