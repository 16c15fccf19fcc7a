using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;

namespace WildCam.Faults.Storage;

/// <summary>
/// A backup under load, first the database and then the pictures; later the database is lost, or both are. What was
/// receipted before the backup began is there again; what came later is, where its bytes are.
/// </summary>
static class RestoreDrill
{
    const int Cameras = 5;
    const int PicturesPerCamera = 8;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "restore-drill",
        "backup under load, wipe, restore, reconcile, cameras resume: all of before the backup, and every kept byte",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        var backup = Directory.CreateTempSubdirectory("wildcam-backup-");
        try
        {
            await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
            var running = load.RunAsync(PicturesPerCamera);
            await load.UntilAsync(
                point.Chance.Next(Cameras * PicturesPerCamera / 2), running, () => world.Hub.Output);
            var before = load.Taken.Where(t => t.Outcome is not null).Select(t => t.DeviceCaptureId).ToHashSet();
            var dump = Path.Combine(backup.FullName, "database");
            await RunProgramAsync(
                "pg_dump", ["--format=custom", $"--file={dump}", Uri(world.Database.ConnectionString)], point);
            var blobs = world.BlobFolder;
            Copy(blobs, Path.Combine(backup.FullName, "blobs"));
            await running.WaitAsync(Timeout, point.Cancellation);

            await world.Hub.KillAsync();
            var areBlobsLost = point.Chance.Next(2) == 0;
            await point.Server.RunAsync($"drop database {world.Database.Name} with (force)");
            await point.Server.RunAsync($"create database {world.Database.Name}");
            world.Database.Source.Clear();
            await RunProgramAsync(
                "pg_restore", ["--exit-on-error", $"--dbname={Uri(world.Database.ConnectionString)}", dump], point);
            if (areBlobsLost)
            {
                Directory.Delete(blobs, recursive: true);
                Copy(Path.Combine(backup.FullName, "blobs"), blobs);
            }

            var report = await ReconcileRun.RunAsync(
                world.Database.Source, new FolderBlobStore(blobs, TimeProvider.System), new IngestOptions(),
                takesAll: true, NullLogger<OrphanSweep>.Instance, point.Cancellation);
            Must.Equal(0, report.Left, "pictures that could not be adopted");
            await Settling.HurryLeasesAsync(world.Database);
            await world.KillAndRestartHubAsync();
            await load.RunAsync(1).WaitAsync(Timeout, point.Cancellation);
            await Settling.HurryAsync(world.Database);
            await world.SettleAsync(Timeout);

            // Receipted after the backup, lost with the only copy of its bytes: that is what a backup cannot give.
            var stored = (await world.ReadCapturesAsync()).Select(c => c.DeviceId).ToHashSet();
            var due = load.Taken
                .Where(t => !areBlobsLost || before.Contains(t.DeviceCaptureId) || stored.Contains(t.DeviceCaptureId))
                .ToList();
            await Settling.CheckAsync(world, due, blobs);
        }
        finally
        {
            backup.Delete(recursive: true);
        }
    }

    static async Task RunProgramAsync(string name, string[] arguments, Point point)
    {
        var programs = PostgresCluster.FindPrograms()
            ?? throw new WorldException("This could not run: PostgreSQL's programs are not installed here.");
        var ended = await Shell.RunAsync(Path.Combine(programs, name), arguments, point.Cancellation);
        Must.Hold(ended.Ok, $"{name} failed: {ended.Tail()}");
    }

    static string Uri(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return $"postgresql://{parts.Username}:{parts.Password}@{parts.Host}:{parts.Port}/{parts.Database}";
    }

    /// <summary>As any copy of a living folder: what goes away meanwhile is passed over.</summary>
    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (FileNotFoundException)
            {
                // A temporary file of a write that ended.
            }
        }
    }
}
