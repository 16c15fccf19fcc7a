using WildCam.IntegrationTests.Captures;
using WildCam.Simulator.Cameras;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>Cameras that lose power, links and clocks, against a hub that does all its work.</summary>
public sealed class RoughFleetTests(ITestOutputHelper output)
{
    const int Cameras = 5;
    const int PicturesPerCamera = 10;
    const int FewPictures = 5;
    const int Pictures = Cameras * PicturesPerCamera;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Rough_cameras_lose_and_double_nothing()
    {
        await using var world = await FleetWorld.StartAsync(TestCluster.Server, Cameras);
        using var stop = new CancellationTokenSource(Timeout);
        var report = await Fleet(world, FewPictures, FaultOptions.Rough).RunAsync(stop.Token);
        output.WriteLine($"{report.Progress}");
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Cameras * FewPictures);
    }

    [Fact]
    public async Task A_hub_killed_twice_amid_fifty_uploads_of_rough_cameras_loses_and_doubles_nothing()
    {
        await using var world = await FleetWorld.StartAsync(TestCluster.Server, Cameras);
        using var stop = new CancellationTokenSource(Timeout);
        // A lost message is noticed after 20 s, so there is none here: the deaths are what holds everybody up.
        var fleet = Fleet(world, PicturesPerCamera, FaultOptions.Rough with { Drop = 0 });
        var running = fleet.RunAsync(stop.Token);
        foreach (var receipts in new[] { Pictures / 5, Pictures / 2 })
        {
            await Wait.UntilAsync(
                () => fleet.Progress.Receipted >= receipts || running.IsCompleted, Timeout,
                () => $"{fleet.Progress}\n{world.Hub.Output}");
            Assert.False(running.IsCompleted, "All was over before the hub could be killed.");
            await world.KillAndRestartHubAsync();
        }

        var report = await running;
        output.WriteLine($"{report.Progress}");
        await world.SettleAsync(Timeout);
        await world.CheckAsync(report, Pictures);
    }

    static SimulatedFleet Fleet(FleetWorld world, int pictures, FaultOptions faults) => new(new SimulationOptions
    {
        Hub = world.Endpoint,
        Cameras = world.Cameras,
        Seed = (ulong)CaptureWorld.SeededRandom().Next(),
        TriggerSeconds = 0,
        PicturesPerCamera = pictures,
        PictureWidth = 640,
        PicturePool = 8,
        StateFolder = world.SpoolFolder,
        Faults = faults,
        DrainTimeout = Timeout,
    });
}
