using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Detection;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Detection;

/// <summary>
/// Brings the pictures that were there before a model was activated to it: from the newest, by a cursor in the
/// database, a few at a time, and only while the queue is short, so that fresh pictures never wait behind them.
/// </summary>
sealed partial class ModelBackfill(
    NpgsqlDataSource database, ModelsTable models, JobsTable jobs, TimeProvider clock,
    ILogger<ModelBackfill> log) : BackgroundService
{
    /// <summary>Captures enqueued at once.</summary>
    const int StepCapturesMax = 500;

    /// <summary>Jobs of detection in the queue above which nothing is added.</summary>
    const int WaitingJobsMax = 1000;

    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pause, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await StepAsync(stoppingToken);
                }
                catch (Exception fault) when (DatabaseFault.Is(fault))
                {
                    StepFailed(log, fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One step; returns how many captures it enqueued.</summary>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await models.IsQueueLongAsync(connection, WaitingJobsMax, cancellationToken))
        {
            return 0;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var captures = await models.TakeBackfillAsync(connection, StepCapturesMax, cancellationToken);
        await jobs.EnqueueAsync(
            connection,
            [.. captures.Select(c =>
                new NewJob(JobKinds.Detection, c.Id.ToString(), c.CapturedAt, JobPriorities.Backfill))],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return captures.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bringing older pictures to the model waits: {Reason}")]
    static partial void StepFailed(ILogger logger, string reason);
}
