using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WildCam.Cli.Machine;
using WildCam.Hub.Ingest;
using WildCam.Storage;
using WildCam.Storage.Blobs;

namespace WildCam.Cli.Commands;

/// <summary>`db migrate`, `db check` and `db reconcile`.</summary>
static class DbCommands
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var migrate = new Command("migrate", "Bring the database to this version's schema.") { json };
        migrate.SetAction((parse, cancellationToken) => MigrateAsync(parse.GetValue(json), cancellationToken));
        var check = new Command("check", "Compare the database with this version's schema, changing nothing.") { json };
        check.SetAction((parse, cancellationToken) => CheckAsync(parse.GetValue(json), cancellationToken));
        var all = new Option<bool>("--all")
        {
            Description = "Take in however many there are: the database was restored, and is the older of the two.",
        };
        var reconcile = new Command(
            "reconcile", "After a restore: give stored pictures that have no row their row, whatever their age.")
        {
            all, json,
        };
        reconcile.SetAction((parse, cancellationToken) => ReconcileAsync(
            parse.GetValue(all), parse.GetValue(json), cancellationToken));
        return new Command("db", "The database: its schema, and its pictures after a restore.")
        {
            migrate, check, reconcile,
        };
    }

    static async Task<int> MigrateAsync(bool json, CancellationToken cancellationToken)
    {
        await using var database = await LocalDatabase.OpenAsync(cancellationToken, anySchema: true);
        IReadOnlyList<Migration> applied;
        try
        {
            applied = await new Migrator(database.Source).MigrateAsync(cancellationToken);
        }
        catch (InvalidOperationException refused)
        {
            throw new CommandException(refused.Message);
        }

        if (json)
        {
            Screen.Json(new { applied = applied.Select(m => new { m.Number, m.Name }) });
        }
        else
        {
            Screen.Line(applied.Count == 0
                ? "The database is up to date."
                : $"Applied {applied.Count} migrations, up to {applied[^1].Number:0000} {applied[^1].Name}.");
        }

        return 0;
    }

    static async Task<int> ReconcileAsync(bool all, bool json, CancellationToken cancellationToken)
    {
        await using var database = await LocalDatabase.OpenAsync(cancellationToken);
        await using var parts = HubParts.Build(database.Workspace, builder => builder.AddIngest());
        var report = await ReconcileRun.RunAsync(
            database.Source, parts.GetRequiredService<IBlobStore>(),
            parts.GetRequiredService<IOptions<IngestOptions>>().Value, all,
            parts.GetRequiredService<ILogger<OrphanSweep>>(), cancellationToken);
        if (json)
        {
            Screen.Json(report);
        }
        else
        {
            Screen.Line($"Looked at {report.Looked} stored pictures, {report.Orphans} without a row.");
            Screen.Line(report.IsStopped
                ? "Those are too many to be accidents, so nothing was touched. Where the database was restored from an "
                    + "older state than the pictures: ./wildcam db reconcile --all"
                : $"Adopted {report.Adopted}, put back {report.Restored}, {report.Duplicates} duplicates to the trash, "
                    + $"left {report.Left}, removed {report.Buried} of erased or expired pictures.");
        }

        return report.IsStopped || report.Left > 0 ? 1 : 0;
    }

    static async Task<int> CheckAsync(bool json, CancellationToken cancellationToken)
    {
        await using var database = await LocalDatabase.OpenAsync(cancellationToken, anySchema: true);
        var state = await new Migrator(database.Source).CheckAsync(cancellationToken);
        var good = state.Problem is null && state.Missing.Count == 0;
        if (json)
        {
            Screen.Json(new
            {
                good,
                state.Problem,
                applied = state.Applied.Count,
                missing = state.Missing.Select(m => new { m.Number, m.Name }),
            });
        }
        else
        {
            Screen.Line(state.Problem ?? (good
                ? $"The database is up to date ({state.Applied.Count} migrations)."
                : $"{state.Missing.Count} migrations are missing. Run: ./wildcam db migrate"));
        }

        return good ? 0 : 1;
    }
}
