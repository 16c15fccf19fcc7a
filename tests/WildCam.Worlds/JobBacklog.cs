using WildCam.Storage;
using WildCam.Storage.Jobs;

namespace WildCam.Worlds;

/// <summary>Jobs that wait in front of others, as after a model was exchanged or a hub was away for long.</summary>
static class JobBacklog
{
    public const int Million = 1_000_000;

    const string Subjects = "00000000-0000-7000-8000-";

    /// <summary>
    /// Adds jobs without captures, older than any to come, at the priority of what is not fresh. Their subjects rise as
    /// the ids of captures do.
    /// </summary>
    public static async Task AddAsync(WorldDatabase database, string kind, int count)
    {
        await using var command = database.Source.CreateCommand("""
            insert into jobs (kind, subject, priority, run_at, created_at)
            select $1, $4 || lpad(to_hex(n), 12, '0'), $3,
              now() - interval '1 hour', now() - interval '1 hour'
            from generate_series(1, $2) n
            """);
        command.CommandTimeout = 300;
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = count });
        command.Parameters.Add(new() { Value = JobPriorities.Backfill });
        command.Parameters.Add(new() { Value = Subjects });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Makes jobs of real captures the oldest of all, so that workers begin with work that takes its time and not with
    /// rows that are skipped at once.
    /// </summary>
    public static Task PutFirstAsync(WorldDatabase database, string kind, IReadOnlyList<Guid> captures) =>
        database.RunAsync("""
            insert into jobs (kind, subject, priority, run_at, created_at)
            select $1, id::text, $3, now() - interval '2 hours', now() - interval '2 hours' from unnest($2::uuid[]) id
            """, kind, captures.ToArray(), JobPriorities.Backfill);

    /// <summary>Takes away what is left of it and leaves all other jobs, while no hub runs.</summary>
    public static Task RemoveAsync(WorldDatabase database) => database.RunLongAsync($"""
        create temporary table others on commit drop as select * from jobs where subject not like '{Subjects}%';
        truncate jobs;
        insert into jobs overriding system value select * from others;
        """);

    /// <summary>Jobs of a kind that are ready.</summary>
    public static Task<long> CountReadyAsync(WorldDatabase database, string kind) => database.ReadAsync<long>(
        "select count(*) from jobs where kind = $1 and state = $2", kind, (short)JobState.Ready);
}
