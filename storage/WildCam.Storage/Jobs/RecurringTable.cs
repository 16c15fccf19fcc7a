using Npgsql;

namespace WildCam.Storage.Jobs;

/// <summary>A recurring piece of work and how its last run went.</summary>
public sealed record RecurringRun(
    string Name, string Title, TimeSpan Every, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, bool? Succeeded,
    string? Result, DateTimeOffset? NextAt)
{
    /// <summary>Longest time of a run; no transaction of it lasts nearly as long.</summary>
    public static readonly TimeSpan RunTimeMax = TimeSpan.FromMinutes(30);

    /// <summary>How long a run is late, where two intervals passed and nothing ended; zero: all is well.</summary>
    public TimeSpan OverdueAt(DateTimeOffset now) =>
        EndedAt is { } ended && now - ended > 2 * Every + RunTimeMax ? now - ended - Every : TimeSpan.Zero;
}

/// <summary>What recurs; the schedule itself is in the scheduler's tables.</summary>
public sealed class RecurringTable(NpgsqlDataSource database)
{
    /// <summary>Longest result kept, in characters.</summary>
    public const int ResultCharsMax = 500;

    /// <summary>Notes what a piece of work is called and how often it runs.</summary>
    public async Task RegisterAsync(string name, string title, TimeSpan every, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into recurring_runs (name, title, every) values ($1, $2, $3)
            on conflict (name) do update set title = excluded.title, every = excluded.every
            """, name, title, every);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets work that this version does not have.</summary>
    public async Task KeepOnlyAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from recurring_runs where name <> all($1)", names.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that a run began.</summary>
    public async Task BeginAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update recurring_runs set started_at = now(), ended_at = null where name = $1", name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes how a run went.</summary>
    public async Task EndAsync(string name, bool succeeded, string result, CancellationToken cancellationToken)
    {
        var shortened = result.Replace('\0', ' ');
        await using var command = database.Command("""
            update recurring_runs set ended_at = now(), succeeded = $2, result = $3 where name = $1
            """, name, succeeded, shortened.Length > ResultCharsMax ? shortened[..ResultCharsMax] : shortened);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Everything that recurs, by name, with the time of the next run.</summary>
    public async Task<IReadOnlyList<RecurringRun>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select r.name, r.title, r.every, r.started_at, r.ended_at, r.succeeded, r.result, t.next_fire_time
            from recurring_runs r
            left join qrtz_triggers t on t.trigger_name = r.name and t.sched_name = 'wildcam'
            order by r.name
            """);
        var runs = new List<RecurringRun>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(new RecurringRun(
                reader.GetString(0), reader.GetString(1), reader.GetFieldValue<TimeSpan>(2),
                reader.Get<DateTimeOffset>(3), reader.Get<DateTimeOffset>(4), reader.Get<bool>(5), reader.Text(6),
                reader.Get<long>(7) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null));
        }

        return runs;
    }
}
