using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>The sweep of orphans outside a running hub, as the command line does it after a restore.</summary>
public static class ReconcileRun
{
    /// <summary>
    /// Gives stored pictures without a row their row. It runs again until a run settles nothing more; the report sums
    /// up all runs. See <see cref="OrphanSweep.ReconcileAsync"/>.
    /// </summary>
    public static async Task<OrphanReport> RunAsync(
        NpgsqlDataSource database, IBlobStore blobs, IngestOptions limits, bool takesAll, ILogger<OrphanSweep> log,
        CancellationToken cancellationToken)
    {
        var options = Options.Create(limits);
        var health = new IngestHealth();
        using var metrics = new IngestMetrics();
        var tables = IngestTables.Of(database);
        var commit = new GroupCommit(
            tables, options, health, metrics, TimeProvider.System, NullLogger<GroupCommit>.Instance);
        var door = new CaptureDoor(
            blobs, commit, tables, health, metrics, TimeProvider.System, NullLogger<CaptureDoor>.Instance);
        var sweep = new OrphanSweep(database, blobs, door, commit, options, TimeProvider.System, log);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var committing = Task.Run(() => commit.RunAsync(stop.Token), CancellationToken.None);
        try
        {
            var sum = await sweep.ReconcileAsync(takesAll, cancellationToken);
            var last = sum;
            while (last.Orphans > OrphanSweep.SettledMax && last.Adopted + last.Duplicates + last.Restored > 0)
            {
                last = await sweep.ReconcileAsync(takesAll, cancellationToken);
                sum = last with
                {
                    Adopted = sum.Adopted + last.Adopted,
                    Duplicates = sum.Duplicates + last.Duplicates,
                    Restored = sum.Restored + last.Restored,
                    Buried = sum.Buried + last.Buried,
                    TrashDeleted = sum.TrashDeleted + last.TrashDeleted,
                };
            }

            return sum;
        }
        finally
        {
            commit.Complete();
            await committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
