using System.Net;

namespace WildCam.Faults.Storage;

/// <summary>PostgreSQL ends amid uploads, in good order or by a crash, and comes back after a while.</summary>
static class DatabaseRestarted
{
    const int Cameras = 6;
    const int PicturesPerCamera = 6;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "database-restarted",
        "PostgreSQL crashes or restarts under load: no receipt meanwhile, unready but alive, it recovers",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        // The server is one for all points, the database and the hub are the point's own.
        var server = (await point.Shared.GetAsync(HurtServer.StartAsync)).Server;
        await using var world = await FleetWorld.StartAsync(server, 0);
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        await using var watch = new HealthWatch(world.Hub);
        var running = load.RunAsync(PicturesPerCamera);
        await load.UntilAsync(point.Chance.Next(Cameras * PicturesPerCamera / 2), running, () => world.Hub.Output);
        await Task.Delay(point.Chance.Next(60), point.Cancellation);

        await server.StopAsync(crash: point.Chance.Next(3) > 0);
        // An answer of just before may still be on its way.
        await Task.Delay(500, point.Cancellation);
        var receipted = load.Receipted;
        await Task.Delay(TimeSpan.FromSeconds(1.5 + point.Chance.NextDouble()), point.Cancellation);
        Must.Equal(receipted, load.Receipted, "receipts given without a database");
        await Wait.UntilAsync(
            () => Task.FromResult(watch.Heard("/health/ready", HttpStatusCode.ServiceUnavailable)), Timeout,
            () => $"The hub calls itself ready without a database.\n{world.Hub.Output}");
        await server.StartAgainAsync();
        world.Database.Source.Clear();

        await running.WaitAsync(Timeout, point.Cancellation);
        await watch.CheckAsync(world.Hub);
        await Settling.HurryLeasesAsync(world.Database);
        await world.SettleAsync(Timeout);
        await Settling.CheckAsync(world, load);
    }

    sealed class HurtServer(DirectoryInfo folder, WorldServer server) : IAsyncDisposable
    {
        public WorldServer Server { get; } = server;

        public static async Task<HurtServer> StartAsync()
        {
            var folder = OwnServer.NewFolder();
            return new HurtServer(folder, await OwnServer.StartAsync(folder));
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
