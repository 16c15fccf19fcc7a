using Npgsql;

namespace WildCam.Faults.Storage;

/// <summary>Of two hubs one loses its way to the database for a while, with jobs and pictures in its hands.</summary>
static class HubCutOff
{
    const int Cameras = 6;
    const int PicturesPerCamera = 8;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "hub-cut-off",
        "of two hubs one is cut off from the database while its jobs go to the other: nothing is done or filed twice",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        var way = new NpgsqlConnectionStringBuilder(world.Database.ConnectionString);
        await using var proxy = new CuttingProxy(way.Port);
        way.Port = proxy.Port;
        await using var second = await WorldHub.StartAsync(way.ConnectionString, world.DataFolder);
        var turn = 0;
        await using var load = await Load.OfAsync(
            point, world.Database, Cameras,
            () => Interlocked.Increment(ref turn) % 2 == 0 ? world.Hub.MqttPort : second.MqttPort);
        var running = load.RunAsync(PicturesPerCamera);
        await load.UntilAsync(
            1 + point.Chance.Next(Cameras * PicturesPerCamera / 2), running, () => world.Hub.Output + second.Output);
        await Task.Delay(point.Chance.Next(100), point.Cancellation);
        proxy.Up.IsHeld = proxy.Down.IsHeld = true;

        // What it holds goes to the other hub, as if the silence lasted longer than its leases.
        for (var n = 0; n < 4; n++)
        {
            await Task.Delay(100 + point.Chance.Next(500), point.Cancellation);
            await world.Database.EndLeasesAsync();
        }

        // What was held back passes now, or the connections of before are gone.
        if (point.Chance.Next(2) == 0)
        {
            proxy.Cut();
        }

        proxy.Up.IsHeld = proxy.Down.IsHeld = false;
        await running.WaitAsync(Timeout, point.Cancellation);
        await Settling.HurryLeasesAsync(world.Database);
        await world.SettleAsync(Timeout);
        await using var watch = new HealthWatch(second);
        await Wait.UntilAsync(watch.IsReadyAsync, Timeout, () => $"The hub stays unready.\n{second.Output}");
        await Settling.CheckAsync(world, load);
        Must.Equal(
            0L, await world.Database.ReadAsync<long>("""
                select count(*) from (
                  select from wildlife_detections where is_current group by capture_id
                  having count(distinct model_id) > 1
                  union all
                  select from captures group by device_capture_id having count(*) > 1) twice
                """),
            "pictures that two hubs judged or filed");
    }
}
