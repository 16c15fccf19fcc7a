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
    static readonly int s_conditions = Enum.GetValues<CameraCondition>().Length;

    public int Count(CameraCondition condition) => Counts[(int)condition];

    /// <summary>What a filter shows of a whole fleet, which is in the list's order.</summary>
    public static FleetPage Of(IReadOnlyList<FleetRow> fleet, FleetFilter filter, int most)
    {
        var counts = new int[s_conditions];
        var shown = new List<FleetRow>(most);
        var hasMore = false;
        foreach (var row in fleet.Where(r => filter.Search.Length == 0 || Finds(r, filter.Search)))
        {
            counts[(int)row.Condition]++;
            if ((filter.Conditions.Count > 0 && !filter.Conditions.Contains(row.Condition))
                || (filter.After is { } after && Compare(row.Condition, row.Code, after.Condition, after.Code) <= 0))
            {
                continue;
            }

            hasMore |= shown.Count == most;
            if (shown.Count < most)
            {
                shown.Add(row);
            }
        }

        return new FleetPage(shown, counts, hasMore);
    }

    /// <summary>Who needs somebody first; then by code.</summary>
    internal static int Compare(FleetRow one, FleetRow other) =>
        Compare(one.Condition, one.Code, other.Condition, other.Code);

    static int Compare(CameraCondition condition, string code, CameraCondition otherCondition, string otherCode) =>
        condition == otherCondition ? string.CompareOrdinal(code, otherCode) : condition.CompareTo(otherCondition);

    static bool Finds(FleetRow row, string text) =>
        row.Code.Contains(text, StringComparison.OrdinalIgnoreCase)
        || row.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        || row.Site?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>
/// Cameras in the order in which somebody should visit them. Reading 10,000 takes longer than a page may take in all,
/// so pages share what was read a moment ago.
/// </summary>
public sealed class FleetListTable(NpgsqlDataSource database)
{
    public const int PageMax = 60;

    /// <summary>Most cameras of a project that the map shows and the alerts watch.</summary>
    public const int AllMax = 10_000;

    const int Days = 7;

    /// <summary>What is known of each camera of a project. A camera has one open deployment at most.</summary>
    public const string FactsSql = """
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
            select from rollout_cameras n where n.camera_id = o.camera_id and n.rollout_id > o.rollout_id))
        select c.id, c.code, c.name, c.heartbeat_seconds, c.revoked_at, s.last_seen_at, s.next_contact_at,
          s.battery_percent, s.battery_days, s.spool_bytes, s.spool_capacity_bytes, s.clock_offset_ms,
          coalesce(r.n, 0), coalesce(f.n, 0), u.camera_id is not null, t.time_zone, t.name, s.spool_count,
          s.send_bytes_per_second, s.last_capture_at, t.latitude, t.longitude, t.id
        from cameras c
        left join camera_states s on s.camera_id = c.id
        left join resets r on r.camera_id = c.id
        left join refusals f on f.camera_id = c.id
        left join failed u on u.camera_id = c.id
        left join deployments d on d.camera_id = c.id and d.until_at is null
        left join sites t on t.id = d.site_id
        where c.project_id = $1
        """;

    /// <summary>So long a fleet that was read is as good as new.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>So long it is shown while it is read anew; after it, who asks waits.</summary>
    static readonly TimeSpan Shown = TimeSpan.FromSeconds(2);

    static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    readonly Lock _gate = new();
    readonly Dictionary<(int ProjectId, WatchLimits Limits), Look> _looks = [];

    /// <summary>A page of the list, of a fleet as it was 2 s ago at most.</summary>
    public async Task<FleetPage> ListAsync(
        FleetFilter filter, WatchLimits limits, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var fleet = await RecentAsync(filter.ProjectId, limits, now).WaitAsync(cancellationToken);
        var page = FleetPage.Of(fleet, filter, most);
        return page with { Rows = await WithWeeksAsync(filter.ProjectId, page.Rows, now, cancellationToken) };
    }

    /// <summary>The cameras of a project as they are now, in the list's order; without their weeks.</summary>
    public async Task<IReadOnlyList<FleetRow>> ListAllAsync(
        int projectId, WatchLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var fleet = await ReadAsync(projectId, limits, now, cancellationToken);
        return fleet.Count <= AllMax ? fleet : [.. fleet.Take(AllMax)];
    }

    async Task<IReadOnlyList<FleetRow>> ReadAsync(
        int projectId, WatchLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command(FactsSql, projectId, now.ToUniversalTime());
        var rows = new List<FleetRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(reader, limits, now));
        }

        rows.Sort(FleetPage.Compare);
        return rows;
    }

    Task<IReadOnlyList<FleetRow>> RecentAsync(int projectId, WatchLimits limits, DateTimeOffset now)
    {
        lock (_gate)
        {
            var key = (projectId, limits);
            if (!_looks.TryGetValue(key, out var last) || last.Rows.IsFaulted || (now - last.At).Duration() > Shown)
            {
                foreach (var old in _looks.Where(l => now - l.Value.At > Kept).Select(l => l.Key).ToList())
                {
                    _looks.Remove(old);
                }

                _looks[key] = last = new Look(now, ReadAsync(projectId, limits, now, CancellationToken.None));
            }
            else if (now - last.At > Fresh && !last.IsFollowed && last.Rows.IsCompleted)
            {
                last.IsFollowed = true;
                _ = FollowAsync(key, now);
            }

            return last.Rows;
        }
    }

    async Task FollowAsync((int ProjectId, WatchLimits Limits) key, DateTimeOffset now)
    {
        var rows = ReadAsync(key.ProjectId, key.Limits, now, CancellationToken.None);
        await ((Task)rows).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            // A look that failed is left out: who asks after the last good one's time looks for themselves.
            if (rows.IsCompletedSuccessfully && _looks.TryGetValue(key, out var last) && last.At < now)
            {
                _looks[key] = new Look(now, rows);
            }
        }
    }

    async Task<IReadOnlyList<FleetRow>> WithWeeksAsync(
        int projectId, IReadOnlyList<FleetRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
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

        return [.. rows.Select(r => r with { Week = weeks[r.Id] })];
    }

    static FleetRow Read(NpgsqlDataReader reader, WatchLimits limits, DateTimeOffset now)
    {
        var facts = new CameraFacts(reader.GetInt32(3))
        {
            RevokedAt = reader.Get<DateTimeOffset>(4),
            LastSeenAt = reader.Get<DateTimeOffset>(5),
            NextContactAt = reader.Get<DateTimeOffset>(6),
            BatteryPercent = reader.Get<short>(7),
            BatteryDays = reader.Get<float>(8),
            SpoolBytes = reader.Get<long>(9),
            SpoolCapacityBytes = reader.Get<long>(10),
            ClockOffsetMs = reader.Get<long>(11),
            Resets = reader.GetInt32(12),
            Refusals = reader.GetInt32(13),
            UpdateFailed = reader.GetBoolean(14),
        };
        return new(
            reader.GetInt32(0), reader.GetString(1), reader.GetString(2),
            CameraJudgement.Of(facts, limits, now).Condition, facts, reader.Text(15), reader.Text(16),
            reader.Get<long>(17), reader.Get<float>(18), reader.Get<DateTimeOffset>(19))
        {
            Latitude = reader.Get<double>(20),
            Longitude = reader.Get<double>(21),
            SiteId = reader.Get<int>(22),
        };
    }

    sealed record Look(DateTimeOffset At, Task<IReadOnlyList<FleetRow>> Rows)
    {
        /// <summary>Whether the next one is under way.</summary>
        public bool IsFollowed { get; set; }
    }
}
