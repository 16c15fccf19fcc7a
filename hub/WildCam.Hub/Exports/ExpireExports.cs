using WildCam.Hub.Jobs;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>Deletes the files of exports whose time is over.</summary>
sealed class ExpireExports(ExportsTable exports, IBlobStore blobs) : IRecurringWork
{
    public string Name => "exports";

    public string Title => "Delete exports that are older than a week";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var id in await exports.ListForExpiryAsync(cancellationToken))
        {
            await ExportRun.DeleteAsync(blobs, id, cancellationToken);
            await exports.MarkExpiredAsync(id, cancellationToken);
            deleted++;
        }

        return $"Deleted {deleted} exports.";
    }
}
