using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Storage;

namespace WildCam.Worlds;

/// <summary>
/// A private PostgreSQL for tests, fault campaigns and benchmarks, with a migrated template that databases are copied
/// from. It is deleted in the end.
/// </summary>
public sealed class WorldServer : IAsyncDisposable
{
    const string Template = "wildcam_template";

    readonly PostgresCluster? _cluster;
    readonly string _connectionString;
    int _last;

    WorldServer(PostgresCluster? cluster, string connectionString)
    {
        _cluster = cluster;
        _connectionString = connectionString;
    }

    /// <summary>Settings for worlds in which no machine loses power: nothing is forced to the disk.</summary>
    public static IReadOnlyDictionary<string, string> Hasty { get; } = new Dictionary<string, string>
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
        ["max_connections"] = "300",
        ["shared_buffers"] = "128MB",
    };

    /// <summary>Settings for measuring: durable as `./wildcam up` makes it, on a small server.</summary>
    public static IReadOnlyDictionary<string, string> Durable { get; } = new Dictionary<string, string>
    {
        ["max_connections"] = "300",
        ["shared_buffers"] = "1GB",
        ["max_wal_size"] = "4GB",
    };

    /// <summary>
    /// Makes and starts one in this folder. For hasty worlds WILDCAM_TEST_DATABASE (a superuser's connection string)
    /// names a server that runs already.
    /// </summary>
    public static async Task<WorldServer> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var given = Environment.GetEnvironmentVariable("WILDCAM_TEST_DATABASE");
        WorldServer server;
        if (ReferenceEquals(settings, Hasty) && !string.IsNullOrEmpty(given))
        {
            server = new WorldServer(null, given);
        }
        else
        {
            var cluster = await PostgresCluster.OpenAsync(folder, settings, CancellationToken.None);
            await cluster.StartAsync(CancellationToken.None);
            server = new WorldServer(cluster, cluster.ConnectionString("postgres"));
        }

        await server.RunAsync($"create database {Template}");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(Template) + ";Pooling=false");
        await new Migrator(source).MigrateAsync(CancellationToken.None);
        return server;
    }

    /// <summary>Connection string to a database of this name.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_connectionString)
    {
        Database = database,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>A fresh, migrated database.</summary>
    public Task<WorldDatabase> CreateAsync() => CopyAsync(Template, "wal_log");

    /// <summary>A copy of a large database that nobody uses at the moment.</summary>
    public Task<WorldDatabase> CopyLargeAsync(string database) => CopyAsync(database, "file_copy");

    async Task<WorldDatabase> CopyAsync(string template, string strategy)
    {
        var name = $"world_{Environment.ProcessId}_{Interlocked.Increment(ref _last)}";
        await RunAsync($"create database {name} template {template} strategy {strategy}");
        return new WorldDatabase(this, name);
    }

    /// <summary>Ends the server as a crash would, or in good order, and starts it again at the same port.</summary>
    /// <exception cref="WorldException">The server is not ours to restart.</exception>
    public async Task RestartAsync(bool crash, TimeSpan away)
    {
        await StopAsync(crash);
        await Task.Delay(away);
        await StartAgainAsync();
    }

    /// <summary>Ends the server as a crash would, or in good order.</summary>
    /// <exception cref="WorldException">The server is not ours to stop.</exception>
    public Task StopAsync(bool crash) => Ours.StopAsync(immediate: crash, CancellationToken.None);

    /// <summary>Starts a server that ended, at the same port; one that runs is left alone.</summary>
    /// <exception cref="WorldException">The server is not ours.</exception>
    public Task StartAgainAsync() => Ours.StartAsync(CancellationToken.None);

    PostgresCluster Ours =>
        _cluster ?? throw new WorldException("WILDCAM_TEST_DATABASE names a server that is not ours.");

    /// <summary>Runs a statement as the superuser, outside of any world's database.</summary>
    public async Task RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await _cluster.StopAsync(immediate: true, CancellationToken.None);
            _cluster.Delete();
        }
    }
}
