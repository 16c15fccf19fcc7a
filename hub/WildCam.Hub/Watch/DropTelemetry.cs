using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using WildCam.Hub.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>How long raw heartbeats are kept; section WildCam:Telemetry.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "WildCam:Telemetry";

    /// <summary>
    /// Days; a month goes once all of it is older. Plots of days read raw heartbeats, those of weeks the sums by the
    /// hour, which are kept for ever.
    /// </summary>
    [Range(31, 36_500)]
    public int KeepDays { get; set; } = 400;
}

/// <summary>Drops months of raw heartbeats that are older than they are to be kept.</summary>
sealed class DropTelemetry(TelemetryMonthsTable months, IOptions<TelemetryOptions> options, TimeProvider time)
    : IRecurringWork
{
    public string Name => "telemetry-months";

    public string Title => "Drop old months of raw heartbeats";

    public TimeSpan Every => TimeSpan.FromHours(24);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var dropped = 0;
        var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        foreach (var month in await months.ListForDropAsync(before, cancellationToken))
        {
            dropped += await months.DropAsync(month, cancellationToken) ? 1 : 0;
        }

        return $"Dropped {dropped} months of heartbeats older than {options.Value.KeepDays} days.";
    }
}
