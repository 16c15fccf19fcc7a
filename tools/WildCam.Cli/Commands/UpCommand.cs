using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Cli.Commands;

/// <summary>`up`: everything on this one machine, until Ctrl-C.</summary>
static class UpCommand
{
    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Also run four simulated cameras in a demo project." };
        var command = new Command("up", "Start WildCam on this machine, until Ctrl-C.") { demo };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(demo), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(bool demo, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var workspace = Workspace.Open();
        await CheckMachineAsync(workspace, cancellationToken);
        RunningUp.Write(workspace);
        try
        {
            await workspace.StartDatabaseAsync(cancellationToken);
            await MigrateAsync(workspace, cancellationToken);
            await using var hub = HubProcess.Start(workspace);
            var address = new Uri(
                $"http://localhost:{workspace.Hub.WebPort.ToString(CultureInfo.InvariantCulture)}");
            await hub.WaitReadyAsync(address, cancellationToken);
            await RunHubAsync(workspace, hub, address, demo, clock.Elapsed, cancellationToken);
            return 0;
        }
        finally
        {
            if (await workspace.ClusterAsync(CancellationToken.None) is { } cluster)
            {
                await cluster.StopAsync(immediate: false, CancellationToken.None);
            }

            RunningUp.Clear(workspace);
            Screen.Line("WildCam is stopped.");
        }
    }

    static async Task RunHubAsync(
        Workspace workspace, HubProcess hub, Uri address, bool demo, TimeSpan took, CancellationToken cancellationToken)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(workspace.Hub.Database);
        var link = await new SignInLinksTable(database).CreateForOwnerAsync(cancellationToken);
        Screen.Line($"WildCam runs at {address} (started in {took.TotalSeconds:0.0} s). Ctrl-C stops it.");
        Screen.Line($"Sign in once with this link: {new Uri(address, link)}");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var cameras = demo ? await Demo.StartAsync(workspace, database, address, ending.Token) : Task.CompletedTask;
        await Task.WhenAny(hub.Exited, Task.Delay(Timeout.Infinite, cancellationToken));
        var crashed = !cancellationToken.IsCancellationRequested;
        await ending.CancelAsync();
        await cameras;
        if (crashed)
        {
            throw new CommandException($"The hub ended by itself. It says:\n{hub.LogTail()}");
        }
    }

    static async Task CheckMachineAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        if (RunningUp.Find(workspace) is { } running)
        {
            throw new CommandException(
                $"WildCam already runs from this folder (process {running}). Stop it with ./wildcam down");
        }

        foreach (var (purpose, port, setting) in DoctorCommand.Ports(workspace))
        {
            if (!FreePort.IsFree(port))
            {
                throw new CommandException(DoctorCommand.TakenSentence(purpose, port, setting));
            }
        }

        var free = DoctorCommand.FreeBytes(workspace.Folder);
        if (free < DoctorCommand.FreeBytesMin)
        {
            throw new CommandException(
                $"Only {free / 1e6:0} MB are free on the disk of {workspace.Folder}; WildCam needs at least "
                + $"{DoctorCommand.FreeBytesMin / 1e6:0} MB to start. Free some space, then try again.");
        }

        var wanted = workspace.OwnsDatabase ? Packages.ForRunning : [Packages.TurboJpeg];
        await Packages.EnsureAsync(wanted, cancellationToken);
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot", "leaflet.js")))
        {
            // The next start builds again, with npm if it is there by then.
            File.Delete(Path.Combine(workspace.Root, ".wildcam", "built"));
            Screen.Line("The map and the plots are left out: their packages could not be restored from npm. "
                + "They come with the next start, if npm is there: sudo apt-get install npm");
        }
    }

    static async Task MigrateAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(workspace.Hub.Database);
        try
        {
            await new Migrator(source).MigrateAsync(cancellationToken);
        }
        catch (InvalidOperationException refused)
        {
            throw new CommandException(refused.Message);
        }
    }
}
