using Npgsql;
using WildCam.Storage.Captures;
using WildCam.Storage.Jobs;

namespace WildCam.Storage.Ingest;

/// <summary>
/// Files a group of captures: identity, capture, jobs and camera state in one transaction. The public ids of those that
/// were filed come back; the device ids of the rest are taken.
/// </summary>
public sealed class IngestTransaction(NpgsqlDataSource database)
{
    static readonly string[] Kinds = [JobKinds.Thumbnail, JobKinds.Exif, JobKinds.Detection, JobKinds.Event];

    readonly CapturesTable _captures = new(database);
    readonly JobsTable _jobs = new(database);
    readonly MonthPartitions _months = new(database, "captures");
    readonly MonthPartitions _detectionMonths = new(database, "wildlife_detections");

    public async Task<IReadOnlySet<Guid>> FileAsync(
        IReadOnlyList<NewCapture> captures, short priority, CancellationToken cancellationToken)
    {
        await _months.EnsureAsync(captures.Select(c => c.CapturedAt), cancellationToken);
        await _detectionMonths.EnsureAsync(captures.Select(c => c.CapturedAt), cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var filed = await _captures.InsertAsync(connection, captures, cancellationToken);
            var jobs = captures.Where(c => filed.Contains(c.Id))
                .SelectMany(c => Kinds.Select(kind => new NewJob(kind, c.Id.ToString("D"), c.CapturedAt, priority)))
                .ToList();
            await _jobs.EnqueueAsync(connection, jobs, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return filed;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.CheckViolation)
        {
            // 23514: no partition for the row. Somebody detached the month since we saw it.
            _months.Forget();
            _detectionMonths.Forget();
            throw;
        }
    }

    /// <summary>Tells the workers that jobs are there; a hint, so at most now and then.</summary>
    public async Task TellWorkersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select pg_notify($1, kind) from unnest($2::text[]) as t (kind)", Channels.Jobs, Kinds);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
