using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Fleet;

/// <summary>
/// Advances the rollouts. Every hub looks; the row of a rollout is locked by the one that is at it, and the others go
/// on to the next.
/// </summary>
sealed partial class RolloutLoop(RolloutWork work, CameraCalls calls, TimeProvider time, ILogger<RolloutLoop> log)
    : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub stops.
        }
    }

    async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var mayOffer = false;
            foreach (var id in await work.ListActiveAsync(cancellationToken))
            {
                mayOffer |= await work.AdvanceAsync(id, cancellationToken);
            }

            if (mayOffer)
            {
                calls.RingAll();
            }
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            LookFailed(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rollouts were not advanced; trying again: {Reason}")]
    static partial void LookFailed(ILogger logger, string reason);
}
