using Npgsql;

namespace WildCam.Storage.Jobs;

/// <summary>What was removed by a round of cleaning up.</summary>
public readonly record struct CleanedUp(
    int JobMinutes, int Sessions, int SignInLinks, int PageEvents, int AbandonedUploads);

/// <summary>A capture that still misses stages.</summary>
public readonly record struct UnfinishedCapture(Guid Id, DateTimeOffset CapturedAt, CaptureStages Missing);

/// <summary>What recurring work does to the database.</summary>
public sealed class UpkeepTable(NpgsqlDataSource database)
{
    /// <summary>Months of partitions made ahead, after the current one.</summary>
    public const int MonthsAhead = 3;

    /// <summary>Most rows of a table that one round removes.</summary>
    public const int RowsMax = 50_000;

    /// <summary>The tables that are partitioned by month.</summary>
    public static IReadOnlyList<string> MonthlyTables { get; } = ["captures", "wildlife_detections", "telemetry"];

    /// <summary>Makes the partitions of this month and the next ones; gives how many were missing.</summary>
    public async Task<int> MakePartitionsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var made = 0;
        var month = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
        foreach (var table in MonthlyTables)
        {
            for (var ahead = 0; ahead <= MonthsAhead; ahead++)
            {
                // One transaction a partition: its lock on the parent is held for a moment only.
                await using var command = database.Command(
                    "select ensure_month($1, $2)", table, month.AddMonths(ahead));
                made += (bool)(await command.ExecuteScalarAsync(cancellationToken))! ? 1 : 0;
            }
        }

        return made;
    }

    /// <summary>
    /// Captures after a place in the order of capture time that miss stages and arrived before a time; the partial
    /// index holds only those, partition by partition.
    /// </summary>
    public async Task<IReadOnlyList<UnfinishedCapture>> FindUnfinishedAsync(
        (DateTimeOffset At, Guid Id) after, DateTimeOffset arrivedBefore, int most, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, captured_at, stages_missing from captures
            where stages_missing <> 0 and captured_at >= $1 and (captured_at, id) > ($1, $2) and received_at < $3
            order by captured_at, id limit $4
            """, after.At.UtcDateTime, after.Id, arrivedBefore.UtcDateTime, most);
        var captures = new List<UnfinishedCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(new UnfinishedCapture(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), (CaptureStages)reader.GetInt32(2)));
        }

        return captures;
    }

    /// <summary>Removes what nobody needs any more.</summary>
    public async Task<CleanedUp> CleanUpAsync(CancellationToken cancellationToken) => new(
        await DeleteAsync("""
            delete from job_minutes where ctid = any(array(
              select ctid from job_minutes where minute < now() - interval '7 days' limit $1))
            """, cancellationToken),
        await DeleteAsync("""
            delete from sessions where ctid = any(array(
              select ctid from sessions where expires_at < now() limit $1))
            """, cancellationToken),
        await DeleteAsync("""
            delete from sign_in_links where ctid = any(array(
              select ctid from sign_in_links where expires_at < now() - interval '7 days' limit $1))
            """, cancellationToken),
        await DeleteAsync("""
            delete from page_events where at < now() - interval '2 days' and sequence in (
              select sequence from page_events order by sequence limit $1)
            """, cancellationToken),
        await DeleteAsync("""
            delete from abandoned_uploads where ctid = any(array(
              select ctid from abandoned_uploads where given_up_at < now() - interval '30 days' limit $1))
            """, cancellationToken));

    async Task<int> DeleteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.Command(sql, RowsMax);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
