using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Jobs;

/// <summary>
/// The queue. A row is unique by kind and subject; claims skip locked rows and take a lease with a fencing token.
/// The database's clock decides about leases and retries, since every hub sees the same one.
/// </summary>
public sealed class JobsTable(NpgsqlDataSource database)
{
    /// <summary>Longest reason kept of a failure, in characters.</summary>
    public const int ReasonCharsMax = 500;

    /// <summary>Most jobs that one sweep moves from waiting to ready.</summary>
    public const int SweepJobsMax = 5000;

    /// <summary>
    /// Adds jobs in the caller's transaction. One that is there already keeps the higher priority; a waiting or dead
    /// one becomes ready with fresh attempts, since its subject changed; a running one runs again after it ends.
    /// </summary>
    public Task EnqueueAsync(
        NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        InsertAsync(connection, jobs, """
            do update set
              priority = greatest(jobs.priority, excluded.priority),
              captured_at = coalesce(excluded.captured_at, jobs.captured_at),
              run_again = jobs.state = 2,
              state = case when jobs.state = 2 then 2 else 1 end,
              run_at = case when jobs.state in (1, 2) then jobs.run_at else excluded.run_at end,
              attempts = case when jobs.state in (1, 2) then jobs.attempts else 0 end,
              updated_at = now()
            """, cancellationToken);

    /// <summary>Adds the jobs that have no row in any state; for sweeps, which must not revive dead ones.</summary>
    public Task<int> EnqueueMissingAsync(
        NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        InsertAsync(connection, jobs, "do nothing", cancellationToken);

    /// <summary>As the other, in a transaction of its own.</summary>
    public async Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await EnqueueAsync(connection, jobs, cancellationToken);
    }

    static async Task<int> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, string onConflict,
        CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return 0;
        }

        // In one order everywhere, so that two transactions do not wait for each other; each subject once, since one
        // statement may touch a row only once.
        var ordered = jobs.OrderBy(j => j.Kind, StringComparer.Ordinal).ThenBy(j => j.Subject, StringComparer.Ordinal)
            .GroupBy(j => (j.Kind, j.Subject))
            .Select(g => g.MaxBy(j => j.Priority)!)
            .ToList();
        await using var command = new NpgsqlCommand($"""
            insert into jobs (kind, subject, captured_at, priority)
            select kind, subject, captured_at, priority
            from unnest($1::text[], $2::text[], $3::timestamptz[], $4::smallint[])
              with ordinality as new (kind, subject, captured_at, priority, ordinal)
            order by ordinal
            on conflict (kind, subject) {onConflict}
            """, connection)
        {
            Parameters =
            {
                new() { Value = ordered.Select(j => j.Kind).ToArray() },
                new() { Value = ordered.Select(j => j.Subject).ToArray() },
                new()
                {
                    Value = ordered.Select(j => j.CapturedAt?.UtcDateTime).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                },
                new() { Value = ordered.Select(j => j.Priority).ToArray() },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Takes up to <paramref name="most"/> ready jobs of a kind, by priority and then age; with
    /// <paramref name="oldestFirst"/> by age alone. A job whose worker died before is given alone. A claim need not
    /// outlive a crash of the database, after which the job is ready again: its commit does not wait for the disk.
    /// </summary>
    public async Task<IReadOnlyList<Job>> ClaimNextAsync(
        string kind, int most, TimeSpan lease, bool oldestFirst, CancellationToken cancellationToken)
    {
        var order = oldestFirst ? "run_at, id" : "priority desc, run_at, id";
        await using var command = database.CreateCommand($"""
            with seen as (
              select id, is_alone from jobs
              where kind = $1 and state = 1
              order by {order}
              limit $2
              for update skip locked),
            numbered as (select id, is_alone, row_number() over () as place from seen),
            leased as (
              select nextval('job_lease_sequence') as token, set_config('synchronous_commit', 'off', true) as unforced)
            update jobs set state = 2, attempts = attempts + 1, lease_token = leased.token,
              lease_until = now() + make_interval(secs => $3), updated_at = now()
            from numbered, leased
            where jobs.id = numbered.id
              and (place = 1 or not (numbered.is_alone or (select is_alone from numbered where place = 1)))
            returning jobs.id, jobs.kind, jobs.subject, jobs.captured_at, jobs.attempts, jobs.lease_token,
              jobs.priority, jobs.created_at
            """);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease.TotalSeconds });
        var jobs = new List<Job>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new Job(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetInt32(4), reader.GetInt64(5))
            {
                Priority = reader.GetInt16(6),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(7),
            });
        }

        jobs.Sort((a, b) => a.Id.CompareTo(b.Id));
        return jobs;
    }

    /// <summary>
    /// Ends jobs that were carried out; one that was enqueued again meanwhile becomes ready. Returns those that were
    /// still the caller's: of the others the lease was lost, and another worker has them.
    /// </summary>
    public async Task<IReadOnlySet<HeldJob>> CompleteAsync(
        IReadOnlyList<HeldJob> held, CancellationToken cancellationToken)
    {
        var ended = new HashSet<HeldJob>(held.Count);
        await EndHeldAsync($"""
            delete from jobs where {Held} and not run_again returning id, lease_token
            """, held, ended, cancellationToken);
        if (ended.Count < held.Count)
        {
            await EndHeldAsync($"""
                update jobs set state = 1, run_again = false, is_alone = false, attempts = 0, reason = null,
                  run_at = now(), lease_until = null, lease_token = null, updated_at = now()
                from unnest($1::bigint[], $2::bigint[]) as held (held_id, held_token)
                where {Held} and id = held_id returning held_id, held_token
                """, held, ended, cancellationToken);
        }

        return ended;
    }

    // The ids alone as well, so that rows are found by their key whatever the statistics say.
    const string Held = """
        id = any($1) and state = 2 and (id, lease_token) in (select * from unnest($1::bigint[], $2::bigint[]))
        """;

    async Task EndHeldAsync(
        string sql, IReadOnlyList<HeldJob> held, HashSet<HeldJob> ended, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = held.Select(h => h.Id).ToArray() });
        command.Parameters.Add(new() { Value = held.Select(h => h.LeaseToken).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ended.Add(new HeldJob(reader.GetInt64(0), reader.GetInt64(1)));
        }
    }

    /// <summary>Gives jobs back unharmed: the hub stops.</summary>
    public Task<int> ReleaseAsync(IReadOnlyList<long> ids, long leaseToken, CancellationToken cancellationToken) =>
        ChangeHeldAsync("""
            update jobs set state = 1, run_again = false, attempts = greatest(attempts - 1, 0),
              lease_until = null, lease_token = null, updated_at = now()
            where id = any($1) and lease_token = $2 and state = 2
            """, ids, leaseToken, cancellationToken);

    /// <summary>Begins the lease anew; false if any of the jobs is no longer the caller's.</summary>
    public async Task<bool> RenewAsync(
        IReadOnlyList<long> ids, long leaseToken, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            update jobs set lease_until = now() + make_interval(secs => $3)
            where id = any($1) and lease_token = $2 and state = 2
            """);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        command.Parameters.Add(new() { Value = leaseToken });
        command.Parameters.Add(new() { Value = lease.TotalSeconds });
        return await command.ExecuteNonQueryAsync(cancellationToken) == ids.Count;
    }

    /// <summary>
    /// Ends failed jobs: waiting for another attempt, dead, or ready at once if enqueued again meanwhile. Returns how
    /// many were still the caller's.
    /// </summary>
    public async Task<int> FailAsync(
        IReadOnlyList<FailedJob> jobs, long leaseToken, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            update jobs set
              state = case when run_again then 1 when failed.is_dead then 3 else 4 end,
              attempts = case when run_again then 0 else attempts end,
              run_at = case when run_again then now() else now() + make_interval(secs => failed.seconds) end,
              run_again = false, reason = failed.reason, lease_until = null, lease_token = null, updated_at = now()
            from unnest($1::bigint[], $2::text[], $3::double precision[], $4::boolean[])
              as failed (id, reason, seconds, is_dead)
            where jobs.id = failed.id and jobs.lease_token = $5 and jobs.state = 2
            """);
        command.Parameters.Add(new() { Value = jobs.Select(j => j.Id).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(j => ShortReason(j.Reason)).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(j => j.RetryAfter.TotalSeconds).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(j => j.IsDead).ToArray() });
        command.Parameters.Add(new() { Value = leaseToken });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Makes waiting jobs whose time has come ready, and takes back leases that ran out; a job whose worker died at its
    /// last attempt is dead.
    /// </summary>
    public async Task<JobSweep> SweepAsync(
        IReadOnlyDictionary<string, int> attemptsMaxByKind, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with due as (
              update jobs set state = 1, updated_at = now()
              where id in (
                select id from jobs where state = 4 and kind = any($1) and run_at <= now()
                limit $3 for update skip locked)
              returning id),
            lost as (
              update jobs set
                state = case when attempts >= kinds.attempts_max and not run_again then 3 else 1 end,
                attempts = case when run_again then 0 else attempts end,
                run_again = false, is_alone = true, run_at = now(), lease_until = null, lease_token = null,
                reason = 'The worker ended or hung before the job did.', updated_at = now()
              from unnest($1::text[], $2::int[]) as kinds (kind, attempts_max)
              where jobs.kind = kinds.kind and jobs.id in (
                select id from jobs where state = 2 and kind = any($1) and lease_until < now()
                limit $3 for update skip locked)
              returning jobs.state)
            select (select count(*) from due)::int, (select count(*) from lost)::int,
              (select count(*) from lost where state = 3)::int
            """);
        command.Parameters.Add(new() { Value = attemptsMaxByKind.Keys.ToArray() });
        command.Parameters.Add(new() { Value = attemptsMaxByKind.Values.ToArray() });
        command.Parameters.Add(new() { Value = SweepJobsMax });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new JobSweep(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2));
    }

    /// <summary>Jobs of a kind that are ready or wait, counted up to the bound.</summary>
    public async Task<int> CountQueuedAsync(string kind, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select (select count(*) from (select from jobs where kind = $1 and state = 1 limit $2) x)::int
              + (select count(*) from (select from jobs where kind = $1 and state = 4 limit $2) x)::int
            """);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = JobsOverview.CountMax });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Adds to the minute's throughput.</summary>
    public async Task AddMinuteAsync(JobThroughput sum, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            insert into job_minutes (kind, minute, done, failed, fresh_seconds)
            values ($1, date_trunc('minute', now()), $2, $3, $4)
            on conflict (kind, minute) do update
              set done = job_minutes.done + excluded.done, failed = job_minutes.failed + excluded.failed,
                fresh_seconds = greatest(job_minutes.fresh_seconds, excluded.fresh_seconds)
            """);
        command.Parameters.Add(new() { Value = sum.Kind });
        command.Parameters.Add(new() { Value = sum.Done });
        command.Parameters.Add(new() { Value = sum.Failed });
        command.Parameters.Add(new()
        {
            Value = sum.FreshSeconds is { } seconds ? (float)seconds : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Real,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<int> ChangeHeldAsync(
        string sql, IReadOnlyList<long> ids, long leaseToken, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        command.Parameters.Add(new() { Value = leaseToken });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // PostgreSQL's text holds no NUL.
    static string ShortReason(string reason)
    {
        var clean = reason.Replace('\0', ' ');
        return clean.Length <= ReasonCharsMax ? clean : clean[..ReasonCharsMax];
    }
}
