using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Jobs;

namespace WildCam.Worlds;

/// <summary>The hub's job loop in this process, with handlers of one's own and nothing else of the hub.</summary>
sealed class WorldLoop : IAsyncDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly NpgsqlDataSource _direct;
    readonly DatabaseNotices _notices;
    readonly NoticeSender _sender;
    readonly JobLoop _loop;

    WorldLoop(WorldDatabase database, IJobHandler[] handlers)
    {
        _notices = new DatabaseNotices(database.Source, NullLogger<DatabaseNotices>.Instance);
        _sender = new NoticeSender(database.Source, NullLogger<NoticeSender>.Instance);
        _direct = HostingSlice.CreateSource(database.ConnectionString);
        _loop = new JobLoop(
            handlers, new JobsTable(_direct), new JobSignal(_sender),
            new JobMetrics(_services.GetRequiredService<IMeterFactory>()), _notices, TimeProvider.System,
            NullLogger<JobLoop>.Instance);
    }

    public static async Task<WorldLoop> StartAsync(WorldDatabase database, params IJobHandler[] handlers)
    {
        var running = new WorldLoop(database, handlers);
        await running._notices.StartAsync(CancellationToken.None);
        await running._sender.StartAsync(CancellationToken.None);
        await running._loop.StartAsync(CancellationToken.None);
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(CancellationToken.None);
        await _sender.StopAsync(CancellationToken.None);
        await _notices.StopAsync(CancellationToken.None);
        _loop.Dispose();
        _sender.Dispose();
        _notices.Dispose();
        await _direct.DisposeAsync();
        await _services.DisposeAsync();
    }
}
