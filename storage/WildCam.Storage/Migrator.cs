using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace WildCam.Storage;

/// <summary>A migration of the schema: a numbered SQL file, forward only.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, lower-case hexadecimal.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>What <see cref="Migrator.CheckAsync"/> found.</summary>
public sealed record MigrationState(
    IReadOnlyList<Migration> Applied, IReadOnlyList<Migration> Missing, string? Problem);

/// <summary>Brings a database to this program's schema. Needs a direct connection: it holds a session lock.</summary>
public sealed class Migrator(NpgsqlDataSource database)
{
    const long LockKey = 0x57696c6443616d01; // "WildCam" and 1

    /// <summary>The migrations in this assembly, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Applies what is missing, each in its own transaction; returns what it applied.</summary>
    /// <exception cref="InvalidOperationException">A newer or altered version migrated the database.</exception>
    public async Task<IReadOnlyList<Migration>> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await RunAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await RunAsync(connection, """
                create table if not exists schema_migrations (
                  number int primary key, name text not null, checksum text not null,
                  applied_at timestamptz not null default now())
                """, cancellationToken);
            var state = await ReadStateAsync(connection, cancellationToken);
            if (state.Problem is not null)
            {
                throw new InvalidOperationException(state.Problem);
            }

            foreach (var migration in state.Missing)
            {
                await ApplyAsync(connection, migration, cancellationToken);
            }

            return state.Missing;
        }
        finally
        {
            await RunAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    /// <summary>Compares the database with this program, changing nothing.</summary>
    public async Task<MigrationState> CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select to_regclass('schema_migrations') is not null", connection);
        return (bool)(await exists.ExecuteScalarAsync(cancellationToken))!
            ? await ReadStateAsync(connection, cancellationToken)
            : new MigrationState([], All, null);
    }

    static async Task<MigrationState> ReadStateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var checksums = new Dictionary<int, string>();
        await using (var command = new NpgsqlCommand("select number, checksum from schema_migrations", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                checksums.Add(reader.GetInt32(0), reader.GetString(1));
            }
        }

        var applied = All.Where(m => checksums.ContainsKey(m.Number)).ToList();
        var missing = All.Where(m => !checksums.ContainsKey(m.Number)).ToList();
        var unknown = checksums.Keys.Except(All.Select(m => m.Number)).Order().ToList();
        var changed = applied.Find(m => checksums[m.Number] != m.Checksum);
        var problem = unknown.Count > 0
            ? $"The database holds migration {unknown[0]}, unknown to this version of WildCam. Run the newer version."
            : changed is not null
                ? $"Migration {changed.Number} ({changed.Name}) was applied with another text than this version holds."
                : null;
        return new MigrationState(applied, missing, problem);
    }

    static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, migration.Sql, cancellationToken);
        await using var record = new NpgsqlCommand(
            "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", connection)
        {
            Parameters =
            {
                new() { Value = migration.Number },
                new() { Value = migration.Name },
                new() { Value = migration.Checksum },
            },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static List<Migration> Load()
    {
        const string folder = ".Migrations.";
        var assembly = typeof(Migrator).Assembly;
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var at = resource.IndexOf(folder, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var file = resource[(at + folder.Length)..^".sql".Length];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            migrations.Add(new Migration(
                int.Parse(file[..4], CultureInfo.InvariantCulture), file[5..], reader.ReadToEnd()));
        }

        return [.. migrations.OrderBy(m => m.Number)];
    }
}
