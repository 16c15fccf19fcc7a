using System.Globalization;
using Microsoft.Extensions.Options;
using WildCam.Hub.Jobs;

namespace WildCam.Hub.Ingest;

/// <summary>Runs the sweep of orphans; one that stopped is a failed run, which the jobs page shows.</summary>
sealed class AdoptOrphans(OrphanSweep sweep, IOptions<IngestOptions> options) : IRecurringWork
{
    public string Name => "orphans";

    public string Title => "Adopt stored pictures that have no row, and empty old trash";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var report = await sweep.RunAsync(cancellationToken);
        if (report.IsStopped)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Orphans} of {report.Looked} stored pictures have no row, over OrphanPercentMax "
                + $"({options.Value.OrphanPercentMax} %). Nothing was adopted or deleted: the database is probably "
                + $"older than the blob store. Restore a newer one, or take them in: wildcam db reconcile --all"));
        }

        return $"Looked at {report.Looked} pictures, {report.Orphans} without a row: adopted {report.Adopted}, "
            + $"{report.Duplicates} duplicates to the trash, restored {report.Restored}, left {report.Left}. "
            + $"Deleted {report.Buried} of erased or expired pictures and {report.TrashDeleted} from the trash.";
    }
}
