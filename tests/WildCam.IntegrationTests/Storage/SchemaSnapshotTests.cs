using System.Diagnostics;
using System.Text;
using Npgsql;
using WildCam.Cli.Machine;

namespace WildCam.IntegrationTests.Storage;

public sealed class SchemaSnapshotTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const string Header =
        "-- The whole schema after the last migration, for reading; a test holds it. Months are made later.\n";

    // Of the dump, not of the schema: they name the server's version or are drawn anew each time.
    static readonly string[] NotSchema =
        ["--", "SET ", "SELECT pg_catalog.set_config(", "\\restrict ", "\\unrestrict "];

    [Fact]
    public async Task The_schema_in_the_tree_is_what_the_migrations_make()
    {
        var file = Path.Combine(Components.Root, "storage", "WildCam.Storage", "schema.sql");
        var text = Header + Normalise(await DumpAsync());
        if (Environment.GetEnvironmentVariable("WILDCAM_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(file, text);
        }

        Assert.True(File.Exists(file), $"{file} is missing; WILDCAM_UPDATE_SNAPSHOTS=1 writes it.");
        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }

    async Task<string> DumpAsync()
    {
        var programs = PostgresCluster.FindPrograms();
        var program = programs is null ? Components.Require("pg_dump") : Path.Combine(programs, "pg_dump");
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        // The password goes by the environment: arguments are everybody's to read.
        var start = new ProcessStartInfo(program, ["--schema-only", "--no-owner", "--no-privileges", "--no-password"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment =
            {
                ["PGHOST"] = server.Host,
                ["PGPORT"] = server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["PGUSER"] = server.Username,
                ["PGPASSWORD"] = server.Password,
                ["PGDATABASE"] = server.Database,
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }

    static string Normalise(string dump)
    {
        var text = new StringBuilder();
        var wasBlank = true;
        foreach (var line in dump.Split('\n'))
        {
            if (NotSchema.Any(p => line.StartsWith(p, StringComparison.Ordinal)) || (line.Length == 0 && wasBlank))
            {
                continue;
            }

            text.Append(line).Append('\n');
            wasBlank = line.Length == 0;
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }
}
