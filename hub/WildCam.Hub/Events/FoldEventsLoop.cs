using WildCam.Hub.Hosting;
using WildCam.Storage.Events;

namespace WildCam.Hub.Events;

/// <summary>
/// Counts again what dirty events show, about once a second, and tells the pages: a visit that goes on is counted once
/// a round and not once a batch.
/// </summary>
public sealed partial class FoldEventsLoop(EventsTable events, PageNews news, ILogger<FoldEventsLoop> log)
    : BackgroundService
{
    /// <summary>Pause once nothing is dirty: how much later than a picture its event's findings show.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Most events of one transaction, which holds their rows; a decision on one waits for it.</summary>
    public const int EventsMax = 50;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await events.FoldAsync(EventsMax, stoppingToken) is { Count: > 0 } folded)
                {
                    await news.TellProcessedAsync(
                        folded.Select(e => (e.ProjectId, e.BestCaptureId)), stoppingToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Counting events again fails; trying again: {Reason}")]
    static partial void FoldingFailed(ILogger logger, string reason);
}
