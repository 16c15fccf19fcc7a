using WildCam.Simulator.Cameras;

namespace WildCam.Faults.Delivery;

/// <summary>The hub dies amid uploads, wherever it happens to be; the next one wants everything again.</summary>
static class HubKilled
{
    const int Cameras = 4;
    const int PicturesPerCamera = 8;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    public static Scenario Scenario { get; } = new(
        "hub-killed", "SIGKILL of the hub at a random moment of uploads; all is delivered, once", RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, Cameras);
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = world.Endpoint,
            Cameras = world.Cameras,
            Seed = (ulong)point.Seed,
            TriggerSeconds = 0,
            PicturesPerCamera = PicturesPerCamera,
            PictureWidth = 400,
            PicturePool = 2,
            StateFolder = world.SpoolFolder,
            DrainTimeout = Timeout,
        });
        var running = fleet.RunAsync(point.Cancellation);
        var until = point.Chance.Next(Cameras * PicturesPerCamera / 2);
        await Wait.UntilAsync(
            () => fleet.Progress.Receipted >= until || running.IsCompleted, Timeout,
            () => $"{fleet.Progress}\n{world.Hub.Output}");
        await Task.Delay(point.Chance.Next(50), point.Cancellation);
        await world.KillAndRestartHubAsync();
        var report = await running;
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Cameras * PicturesPerCamera);
    }
}
