using Npgsql;
using WildCam.Storage.Jobs;

namespace WildCam.Storage.Reports;

/// <summary>How far a report is; reports.state.</summary>
public enum ReportState : short
{
    Waiting = 1,
    Running = 2,
    Ready = 3,
    Failed = 4,
}

/// <summary>What a report is about: days in site time, both included, and how events count.</summary>
public sealed record ReportWish(DateOnly From, DateOnly To, int IntervalMinutes, bool Unconfirmed);

/// <summary>A report, as its page shows it.</summary>
public sealed record Report(
    Guid Id, int ProjectId, int AccountId, string Account, ReportWish Wish, ReportState State, int StepsDone,
    int Steps, long SizeBytes, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    public bool IsOpen => State is ReportState.Waiting or ReportState.Running;

    /// <summary>Where its page lies in the blob store.</summary>
    public string BlobPath => $"reports/{Id:N}.html";
}

/// <summary>The reports that people asked for.</summary>
public sealed class ReportsTable(NpgsqlDataSource database, JobsTable jobs)
{
    /// <summary>Reports of a project that wait or run at once, and those that are kept.</summary>
    public const int OpenMax = 3;

    public const int KeptMax = 100;

    const string Columns = """
        select r.id, r.project_id, r.account_id, a.name, r.from_date, r.to_date, r.interval_minutes, r.unconfirmed,
          r.state, r.steps_done, r.steps, r.size_bytes, r.problem, r.created_at, r.ended_at
        from reports r join accounts a on a.id = r.account_id
        """;

    /// <summary>Files a report and its job; false where the project has as many as it may.</summary>
    public async Task<bool> AddAsync(
        Guid id, int projectId, int accountId, ReportWish wish, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two askers follow each other here, so that both count what the other added.
        await using (var gate = connection.Command(
            "select from projects where id = $1 for no key update", projectId))
        {
            await gate.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var insert = connection.Command("""
            insert into reports (id, project_id, account_id, from_date, to_date, interval_minutes, unconfirmed)
            select $1, $2, $3, $4, $5, $6, $7
            where (select count(*) filter (where state in (1, 2)) < $8 and count(*) < $9 from reports
              where project_id = $2)
            on conflict (id) do nothing
            """, id, projectId, accountId, wish.From, wish.To, wish.IntervalMinutes, wish.Unconfirmed, OpenMax,
            KeptMax);
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        await jobs.EnqueueAsync(
            connection, [new NewJob(JobKinds.Report, id.ToString(), null, JobPriorities.Fresh)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The reports of a project, newest first.</summary>
    public async Task<IReadOnlyList<Report>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            $"{Columns} where r.project_id = $1 order by r.created_at desc, r.id desc limit {KeptMax}", projectId);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Report?> FindAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Columns} where r.id = $1 and r.project_id = $2", id, projectId);
        return await ReadAsync(command, cancellationToken) is [var found, ..] ? found : null;
    }

    /// <summary>The report that a job is about, marked as running; null: it is gone, or was ended before.</summary>
    public async Task<Report?> BeginForJobAsync(Guid id, int steps, CancellationToken cancellationToken)
    {
        await using var begin = database.Command("""
            update reports set state = 2, steps_done = 0, steps = $2, problem = null where id = $1 and state in (1, 2)
            """, id, steps);
        if (await begin.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return null;
        }

        await using var command = database.Command($"{Columns} where r.id = $1", id);
        return await ReadAsync(command, cancellationToken) is [var found, ..] ? found : null;
    }

    public async Task SetProgressAsync(Guid id, int stepsDone, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update reports set steps_done = $2 where id = $1 and state = 2", id, stepsDone);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The page is whole; false where the report was deleted meanwhile.</summary>
    public async Task<bool> CompleteAsync(Guid id, long sizeBytes, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update reports set state = 3, steps_done = steps, size_bytes = $2, ended_at = now()
            where id = $1 and state = 2
            """, id, sizeBytes);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task FailAsync(Guid id, string problem, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update reports set state = 4, problem = $2, ended_at = now() where id = $1 and state in (1, 2)
            """, id, problem.Replace('\0', ' '));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes a report's row; its page is for the caller to delete.</summary>
    public async Task<bool> DeleteAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from reports where id = $1 and project_id = $2", id, projectId);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    static async Task<IReadOnlyList<Report>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reports = new List<Report>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            reports.Add(new Report(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3),
                new ReportWish(
                    reader.GetFieldValue<DateOnly>(4), reader.GetFieldValue<DateOnly>(5), reader.GetInt32(6),
                    reader.GetBoolean(7)),
                (ReportState)reader.GetInt16(8), reader.GetInt32(9), reader.GetInt32(10), reader.GetInt64(11),
                reader.Text(12), reader.GetFieldValue<DateTimeOffset>(13), reader.Get<DateTimeOffset>(14)));
        }

        return reports;
    }
}
