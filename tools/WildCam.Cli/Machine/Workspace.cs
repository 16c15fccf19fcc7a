using Microsoft.Extensions.Configuration;
using Npgsql;
using WildCam.Hub.Hosting;

namespace WildCam.Cli.Machine;

/// <summary>
/// The folder .wildcam of the checkout, where everything that WildCam makes on this machine lies, and the
/// configuration: .wildcam/wildcam.json below the environment (WildCam__Section__Name).
/// </summary>
sealed class Workspace
{
    const string DatabaseName = "wildcam";

    static readonly Dictionary<string, string> ClusterSettings = new(StringComparer.Ordinal)
    {
        ["shared_buffers"] = "256MB",
        ["max_wal_size"] = "2GB",
        ["checkpoint_timeout"] = "15min",
        ["wal_compression"] = "on",
        ["jit"] = "off",
        ["max_connections"] = "120",
    };

    PostgresCluster? _cluster;

    Workspace(string root)
    {
        Root = root;
        Folder = Path.Combine(root, ".wildcam");
        Directory.CreateDirectory(Folder);
        Configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(Folder, "wildcam.json"), optional: true)
            .AddEnvironmentVariables()
            .Build();
        Hub = Configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new HubOptions();
        if (Hub.DataFolder.Length == 0)
        {
            Hub.DataFolder = Path.Combine(Folder, "data");
        }
    }

    /// <summary>The checkout.</summary>
    public string Root { get; }

    public string Folder { get; }

    public IConfigurationRoot Configuration { get; }

    /// <summary>The hub's base options; the database is filled in by <see cref="StartDatabaseAsync"/>.</summary>
    public HubOptions Hub { get; }

    public string HubLog => Path.Combine(Folder, "logs", "hub.log");

    /// <summary>npm packages of the project.</summary>
    public string ComponentsFolder => Path.Combine(Folder, "components");

    /// <summary>File with the process id of a running `up`.</summary>
    public string PidFile => Path.Combine(Folder, "up.pid");

    /// <summary>Whether PostgreSQL is ours to start and stop.</summary>
    public bool OwnsDatabase => Configuration[$"{HubOptions.Section}:Database"] is null or "";

    public static Workspace Open() => new(
        Environment.GetEnvironmentVariable("WILDCAM_ROOT") ?? FindRoot() ?? Environment.CurrentDirectory);

    /// <summary>The private cluster; null where the configuration names another database.</summary>
    public async Task<PostgresCluster?> ClusterAsync(CancellationToken cancellationToken)
    {
        if (OwnsDatabase)
        {
            _cluster ??= await PostgresCluster.OpenAsync(
                Path.Combine(Folder, "postgres"), ClusterSettings, cancellationToken);
        }

        return _cluster;
    }

    /// <summary>Starts the private cluster where it stands, and fills in the connection string.</summary>
    /// <exception cref="CommandException">The database cannot be reached; says why.</exception>
    public async Task StartDatabaseAsync(CancellationToken cancellationToken)
    {
        if (await ClusterAsync(cancellationToken) is { } cluster)
        {
            await cluster.StartAsync(cancellationToken);
            await cluster.EnsureDatabaseAsync(DatabaseName, cancellationToken);
            Hub.Database = cluster.ConnectionString(DatabaseName);
            return;
        }

        await using var source = NpgsqlDataSource.Create(Hub.Database);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or System.Net.Sockets.SocketException)
        {
            var where = new NpgsqlConnectionStringBuilder(Hub.Database);
            throw new CommandException(
                $"The database '{where.Database}' at {where.Host}:{where.Port} does not answer: {fault.Message}. "
                + "Start it, or correct WildCam:Database.");
        }
    }

    /// <summary>The configuration as environment variables of a child process, with what was filled in.</summary>
    public IReadOnlyDictionary<string, string> HubEnvironment()
    {
        var environment = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in Configuration.GetSection(HubOptions.Section).AsEnumerable())
        {
            if (value is not null)
            {
                environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
            }
        }

        environment["WildCam__Database"] = Hub.Database;
        environment["WildCam__DataFolder"] = Hub.DataFolder;
        environment["WildCam__WebPort"] = Hub.WebPort.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return environment;
    }

    static string? FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WildCam.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
