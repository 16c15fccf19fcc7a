using Npgsql;

namespace WildCam.Storage.Jobs;

/// <summary>How many jobs of a kind there are; a count at its bound means "more than".</summary>
public sealed record JobKindCounts(
    string Kind, int Ready, int Waiting, int Running, int Dead, double DonePerMinute, double FailedPerMinute);

/// <summary>Dead jobs of one reason.</summary>
public sealed record DeadJobGroup(
    string Kind, string Reason, int Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, string ExampleSubject,
    DateTimeOffset? ExampleCapturedAt);

/// <summary>
/// How far behind processing is. <paramref name="FreshSeconds"/>: the longest that a fresh picture took from arrival to
/// its last stage in the newest minute with one; <paramref name="BehindSince"/>: the oldest fresh job that is ready.
/// </summary>
public sealed record ProcessingLag(
    double? FreshSeconds, DateTimeOffset? BehindSince, string? BehindKind, int UnfinishedCaptures);

/// <summary>What the jobs page shows. Every count is bounded, so that it is quick over a million jobs.</summary>
public sealed class JobsOverview(NpgsqlDataSource database)
{
    /// <summary>Counts stop here; a page says "more than".</summary>
    public const int CountMax = 10_000;

    /// <summary>Most groups of dead jobs shown.</summary>
    public const int DeadGroupsMax = 100;

    /// <summary>Minutes over which the throughput is averaged, the current one left out.</summary>
    public const int ThroughputMinutes = 5;

    /// <summary>Counts by kind: every known kind and every other that has jobs.</summary>
    public async Task<IReadOnlyList<JobKindCounts>> CountByKindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with recursive present as (
              (select kind from jobs order by kind limit 1)
              union all
              select (select kind from jobs where kind > present.kind order by kind limit 1)
              from present where present.kind is not null),
            kinds as (select unnest($1::text[]) as kind union select kind from present where kind is not null)
            select kind,
              (select count(*) from (select from jobs j where j.kind = k.kind and state = 1 limit $2) x)::int,
              (select count(*) from (select from jobs j where j.kind = k.kind and state = 4 limit $2) x)::int,
              (select count(*) from (select from jobs j where j.kind = k.kind and state = 2 limit $2) x)::int,
              (select count(*) from (select from jobs j where j.kind = k.kind and state = 3 limit $2) x)::int,
              coalesce(m.done, 0)::float8 / $3, coalesce(m.failed, 0)::float8 / $3
            from kinds k left join lateral (
              select sum(done) as done, sum(failed) as failed from job_minutes m
              where m.kind = k.kind and m.minute < date_trunc('minute', now())
                and m.minute >= date_trunc('minute', now()) - make_interval(mins => $3)) m on true
            order by kind
            """);
        command.Parameters.Add(new() { Value = JobKinds.All.ToArray() });
        command.Parameters.Add(new() { Value = CountMax });
        command.Parameters.Add(new() { Value = ThroughputMinutes });
        var counts = new List<JobKindCounts>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new JobKindCounts(
                reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4),
                reader.GetDouble(5), reader.GetDouble(6)));
        }

        return counts;
    }

    /// <summary>Dead jobs grouped by kind and reason, the most frequent first, over the newest of each kind.</summary>
    public async Task<IReadOnlyList<DeadJobGroup>> GroupDeadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with recursive present as (
              (select kind from jobs where state = 3 order by kind limit 1)
              union all
              select (select kind from jobs where state = 3 and kind > present.kind order by kind limit 1)
              from present where present.kind is not null),
            newest as (
              select dead.* from present cross join lateral (
                select kind, coalesce(reason, '') as reason, subject, captured_at, updated_at from jobs j
                where j.kind = present.kind and j.state = 3 order by updated_at desc limit $1) dead)
            select kind, reason, count(*)::int, min(updated_at), max(updated_at),
              (array_agg(subject order by updated_at desc))[1], (array_agg(captured_at order by updated_at desc))[1]
            from newest group by kind, reason order by count(*) desc, kind, reason limit $2
            """);
        command.Parameters.Add(new() { Value = CountMax });
        command.Parameters.Add(new() { Value = DeadGroupsMax });
        var groups = new List<DeadJobGroup>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            groups.Add(new DeadJobGroup(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), Time(reader, 3)!.Value,
                Time(reader, 4)!.Value, reader.GetString(5), Time(reader, 6)));
        }

        return groups;
    }

    /// <summary>What the page's first sentence is made of. Unfinished pictures are counted over two days.</summary>
    public async Task<ProcessingLag> ReadLagAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with newest as (
              select max(fresh_seconds)::float8 as seconds from job_minutes
              where minute = (select max(minute) from job_minutes where fresh_seconds is not null)),
            oldest as (
              select k.kind, j.run_at from unnest($3::text[]) as k (kind) cross join lateral (
                select run_at from jobs
                where kind = k.kind and state = 1 and priority = $4 order by run_at, id limit 1) j
              order by j.run_at limit 1)
            select newest.seconds, oldest.run_at, oldest.kind,
              (select count(*) from (
                select from captures
                where stages_missing <> 0 and captured_at > $1::timestamptz - interval '2 days'
                  and captured_at < $1::timestamptz + interval '1 day'
                limit $2) x)::int
            from newest left join oldest on true
            """);
        command.Parameters.Add(new() { Value = now.UtcDateTime });
        command.Parameters.Add(new() { Value = CountMax });
        command.Parameters.Add(new() { Value = JobKinds.All.ToArray() });
        command.Parameters.Add(new() { Value = JobPriorities.Fresh });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ProcessingLag(
            reader.IsDBNull(0) ? null : reader.GetDouble(0), Time(reader, 1),
            reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3));
    }

    /// <summary>Makes dead jobs ready again, the newest first; returns how many. Null means any.</summary>
    public async Task<int> RetryDeadAsync(
        string? kind, string? reason, string? subject, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            update jobs set state = 1, attempts = 0, run_at = now(), updated_at = now()
            where id in (
              select id from jobs
              where state = 3 and ($1::text is null or kind = $1) and ($2::text is null or coalesce(reason, '') = $2)
                and ($3::text is null or subject = $3)
              order by updated_at desc limit $4 for update skip locked)
            """);
        command.Parameters.Add(new() { Value = (object?)kind ?? DBNull.Value, DataTypeName = "text" });
        command.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, DataTypeName = "text" });
        command.Parameters.Add(new() { Value = (object?)subject ?? DBNull.Value, DataTypeName = "text" });
        command.Parameters.Add(new() { Value = CountMax });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
