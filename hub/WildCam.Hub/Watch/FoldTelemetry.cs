using WildCam.Hub.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>Sums heartbeats up by the hour, for plots over weeks and for what is estimated from them.</summary>
sealed class FoldTelemetry(TelemetryHoursTable hours, TimeProvider time) : IRecurringWork
{
    public string Name => "telemetry-hours";

    public string Title => "Sum up heartbeats by the hour";

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<string> RunAsync(CancellationToken cancellationToken) =>
        $"Summed up {await hours.FoldAsync(time.GetUtcNow(), cancellationToken)} hours.";
}

/// <summary>Estimates how long batteries last and how fast spools empty.</summary>
sealed class EstimateCameras(TelemetryHoursTable hours, TimeProvider time) : IRecurringWork
{
    public string Name => "camera-estimates";

    public string Title => "Estimate how long batteries last";

    public TimeSpan Every => TimeSpan.FromHours(2);

    public async Task<string> RunAsync(CancellationToken cancellationToken) =>
        $"Looked at {await hours.EstimateAsync(time.GetUtcNow(), cancellationToken)} cameras.";
}
