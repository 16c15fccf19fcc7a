using WildCam.Storage.Rollups;

namespace WildCam.Hub.Rollups;

/// <summary>
/// Counts dirty days again every few seconds: not a job a bucket, since their marks are a queue already, and not a
/// schedule, since that has a second's grain and writes several rows a run.
/// </summary>
public sealed partial class FoldRollupsLoop(RollupsTable rollups, ILogger<FoldRollupsLoop> log) : BackgroundService
{
    /// <summary>Pause once nothing is dirty.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Most buckets of one transaction.</summary>
    public const int BucketsMax = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await rollups.FoldAsync(BucketsMax, stoppingToken) > 0)
                {
                }

                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (!failing)
                {
                    FoldingFailed(log, fault.Message);
                }

                failing = true;
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Counting days again fails; trying again: {Reason}")]
    static partial void FoldingFailed(ILogger logger, string reason);
}
