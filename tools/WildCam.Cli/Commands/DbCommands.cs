using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Storage;

namespace WildCam.Cli.Commands;

/// <summary>`db migrate` and `db check`.</summary>
static class DbCommands
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var migrate = new Command("migrate", "Bring the database to this version's schema.") { json };
        migrate.SetAction((parse, cancellationToken) => MigrateAsync(parse.GetValue(json), cancellationToken));
        var check = new Command("check", "Compare the database with this version's schema, changing nothing.") { json };
        check.SetAction((parse, cancellationToken) => CheckAsync(parse.GetValue(json), cancellationToken));
        return new Command("db", "The database's schema.") { migrate, check };
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
