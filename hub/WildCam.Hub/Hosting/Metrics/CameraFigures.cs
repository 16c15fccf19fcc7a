using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting.Metrics;

/// <summary>Reads the cameras' state for /metrics now and then, so that a reading of it costs no query.</summary>
sealed partial class CameraFigures(
    CamerasTable cameras, WildlifeMetrics metrics, TimeProvider time, ILogger<CameraFigures> log) : BackgroundService
{
    /// <summary>Prometheus reads as often.</summary>
    static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await UpdateAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    async Task UpdateAsync(CancellationToken cancellationToken)
    {
        try
        {
            metrics.UpdateCameras(await cameras.ListAsync(null, cancellationToken), time.GetUtcNow());
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            NotRead(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cameras' figures could not be read: {Reason}")]
    static partial void NotRead(ILogger logger, string reason);
}
