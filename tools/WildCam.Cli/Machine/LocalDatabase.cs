using Npgsql;

namespace WildCam.Cli.Machine;

/// <summary>
/// The database for one command. A private cluster that stands is started for the command and stopped after it, so
/// that every command works whether WildCam runs or not.
/// </summary>
sealed class LocalDatabase : IAsyncDisposable
{
    readonly PostgresCluster? _startedByUs;

    LocalDatabase(Workspace workspace, NpgsqlDataSource source, PostgresCluster? startedByUs)
    {
        Workspace = workspace;
        Source = source;
        _startedByUs = startedByUs;
    }

    public Workspace Workspace { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>Opens it; a schema of another version is refused, unless that is the point.</summary>
    /// <exception cref="CommandException">It cannot be reached, or its schema is another one.</exception>
    public static async Task<LocalDatabase> OpenAsync(CancellationToken cancellationToken, bool anySchema = false)
    {
        var workspace = Workspace.Open();
        var cluster = await workspace.ClusterAsync(cancellationToken);
        var wasRunning = cluster is null || await cluster.IsRunningAsync(cancellationToken);
        await workspace.StartDatabaseAsync(cancellationToken);
        var database = new LocalDatabase(
            workspace, NpgsqlDataSource.Create(workspace.Hub.Database), wasRunning ? null : cluster);
        if (!anySchema)
        {
            var state = await new Storage.Migrator(database.Source).CheckAsync(cancellationToken);
            if (state.Problem is not null || state.Missing.Count > 0)
            {
                await database.DisposeAsync();
                throw new CommandException(state.Problem
                    ?? $"The database lacks {state.Missing.Count} migrations. Run: ./wildcam db migrate");
            }
        }

        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_startedByUs is not null)
        {
            await _startedByUs.StopAsync(immediate: false, CancellationToken.None);
        }
    }
}
