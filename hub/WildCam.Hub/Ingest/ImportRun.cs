using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>An import outside a running hub, as the command line does it: the same door, its own commits.</summary>
public static class ImportRun
{
    /// <summary>Imports a folder; null where there is no such camera. See <see cref="SdCardImport"/>.</summary>
    public static async Task<ImportReport?> ImportAsync(
        NpgsqlDataSource database, IBlobStore blobs, IngestOptions limits, string folder, string cameraCode,
        Action<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var options = Options.Create(limits);
        var health = new IngestHealth();
        using var metrics = new IngestMetrics();
        var tables = IngestTables.Of(database);
        var commit = new GroupCommit(
            tables, options, health, metrics, TimeProvider.System, NullLogger<GroupCommit>.Instance);
        var door = new CaptureDoor(
            blobs, commit, tables, health, metrics, TimeProvider.System, NullLogger<CaptureDoor>.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var committing = Task.Run(() => commit.RunAsync(stop.Token), CancellationToken.None);
        try
        {
            return await new SdCardImport(database, door, options, TimeProvider.System)
                .ImportAsync(folder, cameraCode, progress, cancellationToken);
        }
        finally
        {
            commit.Complete();
            await committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
