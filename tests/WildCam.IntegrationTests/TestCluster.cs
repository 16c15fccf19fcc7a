using WildCam.Cli.Machine;
using WildCam.IntegrationTests;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace WildCam.IntegrationTests;

/// <summary>
/// One private PostgreSQL for the whole run, under .wildcam/test of the checkout; WILDCAM_TEST_DATABASE (a superuser's
/// connection string) names another server instead. Durability is off: no test pulls the machine's plug.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
        ["max_connections"] = "300",
        ["shared_buffers"] = "128MB",
    };

    PostgresCluster? _cluster;

    /// <summary>Connection string to a database of this name.</summary>
    public static string ConnectionString(string database) =>
        new Npgsql.NpgsqlConnectionStringBuilder(s_server)
        {
            Database = database,
            IncludeErrorDetail = true,
        }.ConnectionString;

    static string? s_server;

    public async ValueTask InitializeAsync()
    {
        s_server = Environment.GetEnvironmentVariable("WILDCAM_TEST_DATABASE");
        if (string.IsNullOrEmpty(s_server))
        {
            var folder = Path.Combine(Components.Root, ".wildcam", "test", $"postgres-{Environment.ProcessId}");
            _cluster = await PostgresCluster.OpenAsync(folder, Settings, CancellationToken.None);
            await _cluster.StartAsync(CancellationToken.None);
            s_server = _cluster.ConnectionString("postgres");
        }

        await TestDatabase.CreateTemplateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            await _cluster.StopAsync(immediate: true, CancellationToken.None);
            _cluster.Delete();
        }
    }
}
