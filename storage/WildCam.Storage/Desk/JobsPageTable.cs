using Npgsql;

namespace WildCam.Storage.Desk;

/// <summary>One kind of background work.</summary>
public sealed record JobKindRow(
    string Kind, long Ready, long Running, long Waiting, long Dead, DateTimeOffset? OldestReadyAt, double DonePerMinute,
    double FailedPerMinute);

/// <summary>Failed jobs of one kind with one reason.</summary>
public sealed record JobFailureRow(
    string Kind, string Reason, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, string Example);

/// <summary>What an admin wants to know of the background work.</summary>
public sealed class JobsPageTable(NpgsqlDataSource database)
{
    const int ThroughputMinutes = 5;
    const int FailureRowsMax = 50;

    public async Task<IReadOnlyList<JobKindRow>> ListKindsAsync(
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select k.kind, coalesce(j.ready, 0), coalesce(j.running, 0), coalesce(j.waiting, 0), coalesce(j.dead, 0),
              j.oldest, coalesce(m.done, 0)::float8 / $2, coalesce(m.failed, 0)::float8 / $2
            from (select kind from jobs union select kind from job_minutes where minute > $1 - interval '1 day') k
            left join (
              select kind, count(*) filter (where state = 1) as ready, count(*) filter (where state = 2) as running,
                count(*) filter (where state = 4) as waiting, count(*) filter (where state = 3) as dead,
                min(run_at) filter (where state = 1) as oldest
              from jobs group by kind) j using (kind)
            left join (
              select kind, sum(done) as done, sum(failed) as failed from job_minutes
              where minute > $1 - make_interval(mins => $2) group by kind) m using (kind)
            order by k.kind
            """, now, ThroughputMinutes);
        var rows = new List<JobKindRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new JobKindRow(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.Get<DateTimeOffset>(5), reader.GetDouble(6), reader.GetDouble(7)));
        }

        return rows;
    }

    public async Task<IReadOnlyList<JobFailureRow>> ListFailuresAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select kind, coalesce(reason, ''), count(*), min(updated_at), max(updated_at), min(subject)
            from jobs where state = 3
            group by kind, coalesce(reason, '') order by count(*) desc, kind limit $1
            """, FailureRowsMax);
        var rows = new List<JobFailureRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new JobFailureRow(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5)));
        }

        return rows;
    }

    /// <summary>Lets failed jobs of one kind and reason try again from the start; returns how many.</summary>
    public async Task<int> RetryAsync(
        string kind, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.Command("""
            update jobs set state = 1, attempts = 0, run_at = $3, lease_until = null, lease_token = null,
              updated_at = $3
            where state = 3 and kind = $1 and coalesce(reason, '') = $2
            """, kind, reason, now);
        var count = await command.ExecuteNonQueryAsync(cancellationToken);
        await using var tell = connection.Command("select pg_notify($1, $2)", Channels.Jobs, kind);
        await tell.ExecuteNonQueryAsync(cancellationToken);
        return count;
    }
}
