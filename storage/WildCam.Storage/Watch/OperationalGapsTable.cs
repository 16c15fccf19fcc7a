using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>Why a gap is proposed; operational_gaps.cause.</summary>
public enum GapCause : short
{
    /// <summary>The camera alone was silent.</summary>
    Silent = 1,

    /// <summary>Many cameras were at once: the hub or the network was away, and they probably worked.</summary>
    ManyAtOnce = 2,
}

/// <summary>What people said to a gap; operational_gaps.state.</summary>
public enum GapState : short
{
    Proposed = 1,
    Accepted = 2,
    Rejected = 3,
}

/// <summary>A time in which a camera may not have worked; no end: it goes on.</summary>
public sealed record OperationalGap(
    long Id, string CameraCode, string CameraName, string? ZoneName, DateTimeOffset FromAt, DateTimeOffset? UntilAt,
    GapCause Cause, GapState State, string? DecidedBy);

/// <summary>
/// How long a camera worked at a site: the deployment's days within the time asked for, less the accepted gaps in it.
/// </summary>
public sealed record TrapEffort(
    int DeploymentId, int CameraId, int SiteId, DateTimeOffset FromAt, DateTimeOffset UntilAt, double Days,
    double GapDays, double ProposedGapDays, int Gaps)
{
    public double CameraDays => Days - GapDays;
}

/// <summary>Times in which cameras did not work, proposed from their silence and decided by researchers.</summary>
public sealed class OperationalGapsTable(NpgsqlDataSource database)
{
    /// <summary>A shorter silence is none; nor is one of less than three check-ins.</summary>
    public static readonly TimeSpan GapMin = TimeSpan.FromHours(2);

    /// <summary>Days back in which a round looks for silences that ended.</summary>
    public const int LookBackDays = 3;

    /// <summary>Days back in which a proposal follows pictures that arrive late.</summary>
    public const int ReviseDays = 60;

    public const int ListMax = 200;

    /// <summary>Most cameras silent at once, in per cent of the project's, that are each a gap of its own.</summary>
    const int ManyPercent = 20;

    const int ManyMin = 3;

    /// <summary>
    /// Proposes gaps: silences in which no picture was taken after the gap's beginning. One that goes on has no end
    /// yet. What somebody decided stays. Gives how many were proposed or changed.
    /// </summary>
    public async Task<int> ProposeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var propose = database.Command("""
            with silences as (
              select h.camera_id, p.last_at as silent_from, h.first_at as silent_until
              from telemetry_hours h
              join lateral (
                select last_at from telemetry_hours p
                where p.camera_id = h.camera_id and p.hour < h.hour order by p.hour desc limit 1) p on true
              where h.hour >= $1 - make_interval(days => $3) and h.first_at - p.last_at >= $2
              union all
              select c.id, l.last_at, null
              from cameras c
              join lateral (
                select last_at from telemetry_hours l where l.camera_id = c.id order by l.hour desc limit 1) l on true
              where c.revoked_at is null and l.last_at <= $1 - $2),
            gaps as (
              select c.project_id, s.*, coalesce(p.taken_at, s.silent_from) as from_at
              from silences s join cameras c on c.id = s.camera_id
              left join lateral (
                select max(captured_at) as taken_at from captures p
                where p.camera_id = s.camera_id and p.captured_at > s.silent_from
                  and p.captured_at < coalesce(s.silent_until, $1) and p.clock_quality in (1, 2)) p on true
              where coalesce(s.silent_until, $1) - coalesce(p.taken_at, s.silent_from)
                >= greatest($2, 3 * c.heartbeat_seconds * interval '1 second'))
            insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause)
            select project_id, camera_id, silent_from, from_at, silent_until, 1 from gaps
            on conflict (camera_id, silent_from) do update set
              from_at = case when operational_gaps.state = 1 then excluded.from_at else operational_gaps.from_at end,
              until_at = excluded.until_at
            where operational_gaps.until_at is distinct from excluded.until_at
              or (operational_gaps.state = 1 and operational_gaps.from_at <> excluded.from_at)
            """, now.ToUniversalTime(), GapMin, LookBackDays);
        var changed = await propose.ExecuteNonQueryAsync(cancellationToken);
        await ReviseAsync(now, cancellationToken);
        return changed;
    }

    // Pictures that arrive weeks late tell that a camera worked after all; what ended a silence may be known later too.
    async Task ReviseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using (var shorten = database.Command("""
            update operational_gaps g set from_at = p.taken_at
            from operational_gaps o
            cross join lateral (
              select max(captured_at) as taken_at from captures c
              where c.camera_id = o.camera_id and c.captured_at > o.silent_from
                and c.captured_at < coalesce(o.until_at, $1) and c.clock_quality in (1, 2)) p
            where o.id = g.id and o.state = 1 and o.silent_from > $1 - make_interval(days => $2)
              and p.taken_at > o.from_at
            """, now.ToUniversalTime(), ReviseDays))
        {
            await shorten.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var withdraw = database.Command("""
            delete from operational_gaps g using cameras c
            where c.id = g.camera_id and g.state = 1
              and coalesce(g.until_at, $1) - g.from_at < greatest($2, 3 * c.heartbeat_seconds * interval '1 second')
            """, now.ToUniversalTime(), GapMin))
        {
            await withdraw.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var many = database.Command($"""
            with heard as (
              select c.project_id, count(*) as n from cameras c join camera_states s on s.camera_id = c.id
              where c.revoked_at is null and s.last_seen_at is not null group by c.project_id),
            judged as (
              select g.id, case when count(o.id) >= {ManyMin} and count(o.id) * 100 > {ManyPercent} * max(h.n)
                then 2 else 1 end as cause
              from operational_gaps g
              join cameras c on c.id = g.camera_id
              join heard h on h.project_id = g.project_id
              join operational_gaps o on o.project_id = g.project_id
                and abs(extract(epoch from o.silent_from - g.silent_from)) <= greatest(600, c.heartbeat_seconds)
              where g.state = 1 group by g.id)
            update operational_gaps g set cause = j.cause from judged j where j.id = g.id and g.cause <> j.cause
            """);
        await many.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A project's gaps of a state, newest first.</summary>
    public async Task<IReadOnlyList<OperationalGap>> ListAsync(
        int projectId, GapState state, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select g.id, c.code, c.name, t.time_zone, g.from_at, g.until_at, g.cause, g.state, a.name
            from operational_gaps g
            join cameras c on c.id = g.camera_id
            left join lateral (
              select site_id from deployments d
              where d.camera_id = g.camera_id and d.from_at <= g.from_at order by d.from_at desc limit 1) d on true
            left join sites t on t.id = d.site_id
            left join accounts a on a.id = g.decided_by
            where g.project_id = $1 and g.state = $2 order by g.from_at desc, g.id limit {ListMax}
            """, projectId, (short)state);
        var gaps = new List<OperationalGap>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            gaps.Add(new OperationalGap(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.Text(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.Get<DateTimeOffset>(5), (GapCause)reader.GetInt16(6),
                (GapState)reader.GetInt16(7), reader.Text(8)));
        }

        return gaps;
    }

    /// <summary>How many gaps of a project wait for a decision, up to as many as the page lists.</summary>
    public async Task<int> CountProposedAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select count(*)::int from (
              select from operational_gaps where project_id = $1 and state = 1 limit {ListMax}) g
            """, projectId);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Decides on gaps of a project, or takes decisions back (Proposed); how many there were.</summary>
    public async Task<int> DecideAsync(
        int projectId, IReadOnlyList<long> ids, GapState state, int accountId, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update operational_gaps set state = $3,
              decided_at = case when $3 = 1 then null else $5::timestamptz end,
              decided_by = case when $3 = 1 then null else $4::int end
            where project_id = $1 and id = any($2)
            """, projectId, ids.ToArray(), (short)state, accountId, now.ToUniversalTime());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Trap effort by deployment within a time, for charts, exports and the camera's page: camera 0 is all of the
    /// project.
    /// </summary>
    public async Task<IReadOnlyList<TrapEffort>> ReadEffortAsync(
        int projectId, int cameraId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select d.id, d.camera_id, d.site_id, lower(d.span), upper(d.span),
              extract(epoch from upper(d.span) - lower(d.span)) / 86400,
              coalesce(g.accepted, 0) / 86400, coalesce(g.proposed, 0) / 86400, coalesce(g.n, 0)::int
            from (
              select id, camera_id, site_id,
                tstzrange(from_at, coalesce(until_at, $4)) * tstzrange($3, $4) as span
              from deployments
              where project_id = $1 and ($2 = 0 or camera_id = $2) and from_at < $4
                and (until_at is null or until_at > $3)) d
            left join lateral (
              select sum(extract(epoch from upper(o.span) - lower(o.span))) filter (where o.state = 2) as accepted,
                sum(extract(epoch from upper(o.span) - lower(o.span))) filter (where o.state = 1) as proposed,
                count(*) filter (where o.state = 2) as n
              from (
                select state, tstzrange(from_at, coalesce(until_at, $4)) * d.span as span from operational_gaps g
                where g.camera_id = d.camera_id and g.state in (1, 2) and g.from_at < upper(d.span)
                  and coalesce(g.until_at, $4) > lower(d.span)) o
              where not isempty(o.span)) g on true
            where not isempty(d.span)
            order by d.camera_id, lower(d.span)
            """, projectId, cameraId, from.ToUniversalTime(), until.ToUniversalTime());
        var efforts = new List<TrapEffort>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            efforts.Add(new TrapEffort(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4),
                (double)reader.GetDecimal(5), (double)reader.GetDecimal(6), (double)reader.GetDecimal(7),
                reader.GetInt32(8)));
        }

        return efforts;
    }
}
