using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Simulator.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>The demo of `up --demo`: four simulated cameras in a project of their own.</summary>
static class Demo
{
    const string Project = "demo";
    const string ProjectName = "Demo";

    /// <summary>Short, since the demo's animals come every minute or two: each visit is to be an event.</summary>
    const int EventGapMinutes = 1;

    /// <summary>
    /// Registers the cameras and starts them; the task ends when they have stopped. Their spools outlive a restart.
    /// </summary>
    public static async Task<Task> StartAsync(
        Workspace workspace, NpgsqlDataSource database, Uri address, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(workspace.Folder, "demo");
        var places = DemoFleet.Cameras
            .Select(c => new SimulatedPlace(c.Code, c.Name, c.SiteName, c.Latitude, c.Longitude, c.ZoneId))
            .ToList();
        var secrets = await new SimulatedProject(database, folder).EnsureAsync(
            Project, ProjectName, EventGapMinutes, places,
            DateTimeOffset.UtcNow.AddDays(-DemoFleet.HistoryDays - 1), cancellationToken);
        var hub = await SimulateCommand.EndpointAsync(workspace, tls: false, cancellationToken);
        var keys = await UpdateKeyCommand.EnsureAllAsync(
            workspace, database, places.Select(p => p.Code), cancellationToken);
        var options = DemoFleet.Options(
            hub, secrets.Passwords, Path.Combine(folder, "cameras"), updateKeys: keys);
        Screen.Line($"{places.Count} simulated cameras send pictures to {new Uri(address, $"/p/{Project}/")}");
        return RunAsync(options, address, secrets.Token!, cancellationToken);
    }

    static async Task RunAsync(
        SimulationOptions options, Uri address, string token, CancellationToken cancellationToken)
    {
        using var filer = new GroundTruthFiler(address, token);
        var fleet = new SimulatedFleet(options, filer);
        var running = fleet.RunAsync(cancellationToken);
        await FleetScreen.ShowAsync(fleet, running);
        await running;
    }
}
