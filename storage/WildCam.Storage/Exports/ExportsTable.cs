using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Jobs;

namespace WildCam.Storage.Exports;

/// <summary>How far an export is; exports.state.</summary>
public enum ExportState : short
{
    Waiting = 1,
    Running = 2,
    Ready = 3,
    Failed = 4,

    /// <summary>Its time is over and its file deleted.</summary>
    Expired = 5,
}

/// <summary>One export, as its page and the API show it.</summary>
/// <param name="LeftOut">Captures that the format has no place for, such as those of a camera without a site.</param>
public sealed record Export(
    Guid Id, int ProjectId, int AccountId, string Account, string Format, string Wish, string FileName,
    ExportState State, long RowsDone, long RowsAbout, long LeftOut, long SizeBytes, int PartBytes, string? Problem,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>A file holds what its asker may see, so it is not for others of a lower role.</summary>
    public bool MayBeFetchedBy(int accountId, Role role) => role >= Role.Manager || AccountId == accountId;
}

/// <summary>An export to be made.</summary>
public sealed record NewExport(
    Guid Id, int ProjectId, int AccountId, string Format, string Wish, string FileName)
{
    /// <summary>The export of a wish that was checked.</summary>
    public static NewExport Of(
        int projectId, string projectSlug, int accountId, ExportWish wish, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), projectId, accountId, wish.Format, wish.ToJson(),
        $"{projectSlug}-{wish.Format}-{now.UtcDateTime:yyyyMMdd-HHmm}{ExportFormat.Find(wish.Format)?.FileEnding}");
}

/// <summary>The files that people asked for, and how far each is.</summary>
public sealed class ExportsTable(NpgsqlDataSource database, JobsTable jobs)
{
    /// <summary>Most exports of a project that wait or run at once.</summary>
    public const int OpenMax = 5;

    /// <summary>Most that a list shows.</summary>
    public const int ListMax = 100;

    const string Columns = """
        select e.id, e.project_id, e.account_id, a.name, e.format, e.wish::text, e.file_name, e.state, e.rows_done,
          e.rows_about, e.left_out, e.size_bytes, e.part_bytes, e.problem, e.created_at, e.ended_at, e.expires_at
        from exports e join accounts a on a.id = e.account_id
        """;

    /// <summary>Files an export and its job; false where the project has as many open ones as it may.</summary>
    public async Task<bool> AddAsync(NewExport export, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two askers follow each other here, so that both count what the other added.
        await using (var gate = connection.Command(
            "select from projects where id = $1 for no key update", export.ProjectId))
        {
            await gate.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var insert = connection.Command("""
            insert into exports (id, project_id, account_id, format, wish, file_name)
            select $1, $2, $3, $4, $5, $6
            where (select count(*) from exports where project_id = $2 and state in (1, 2)) < $7
            on conflict (id) do nothing
            """, export.Id, export.ProjectId, export.AccountId, export.Format, export.Wish, export.FileName, OpenMax);
        insert.Parameters[4].NpgsqlDbType = NpgsqlDbType.Jsonb;
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        await jobs.EnqueueAsync(
            connection, [new NewJob(JobKinds.Export, export.Id.ToString(), null, JobPriorities.Fresh)],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The newest exports of a project.</summary>
    public async Task<IReadOnlyList<Export>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            $"{Columns} where e.project_id = $1 order by e.created_at desc, e.id desc limit {ListMax}", projectId);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Export?> FindAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Columns} where e.id = $1 and e.project_id = $2", id, projectId);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>The export that a job is about, marked as running; null: it is gone, or was ended before.</summary>
    public async Task<Export?> BeginForJobAsync(Guid id, long rowsAbout, CancellationToken cancellationToken)
    {
        await using var begin = database.Command("""
            update exports set state = 2, rows_done = 0, rows_about = $2, left_out = 0, problem = null
            where id = $1 and state in (1, 2, 4)
            """, id, rowsAbout);
        if (await begin.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return null;
        }

        await using var command = database.Command($"{Columns} where e.id = $1", id);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task SetProgressAsync(
        Guid id, long rowsDone, long rowsAbout, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update exports set rows_done = $2, rows_about = $3 where id = $1 and state = 2", id, rowsDone, rowsAbout);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The file is whole and can be fetched until it expires.</summary>
    public async Task CompleteAsync(
        Guid id, long rows, long leftOut, long sizeBytes, int partBytes, TimeSpan keep,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update exports set state = 3, rows_done = $2, rows_about = $2, left_out = $3, size_bytes = $4,
              part_bytes = $5, ended_at = now(), expires_at = now() + $6
            where id = $1 and state = 2
            """, id, rows, leftOut, sizeBytes, partBytes, keep);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task FailAsync(Guid id, string problem, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update exports set state = 4, problem = $2, ended_at = now() where id = $1 and state in (1, 2)
            """, id, problem.Replace('\0', ' '));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the time of one export, at its owner's wish; false where it has no file.</summary>
    public async Task<bool> ExpireAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update exports set state = 5, expires_at = now() where id = $1 and project_id = $2 and state = 3
            """, id, projectId);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Those whose time is over and whose file is still there; for the work that deletes them.</summary>
    public async Task<IReadOnlyList<Guid>> ListForExpiryAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id from exports where part_bytes > 0 and expires_at < now() order by expires_at limit 100
            """);
        var over = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            over.Add(reader.GetGuid(0));
        }

        return over;
    }

    public async Task MarkExpiredAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("update exports set state = 5, part_bytes = 0 where id = $1", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<List<Export>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var exports = new List<Export>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            exports.Add(new Export(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4),
                reader.GetString(5), reader.GetString(6), (ExportState)reader.GetInt16(7), reader.GetInt64(8),
                reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11), reader.GetInt32(12), reader.Text(13),
                reader.GetFieldValue<DateTimeOffset>(14), reader.Get<DateTimeOffset>(15),
                reader.Get<DateTimeOffset>(16)));
        }

        return exports;
    }
}
