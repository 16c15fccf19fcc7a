using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using WildCam.Cli.Machine;
using WildCam.Simulator.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`simulate`: cameras on this PC that run the firmware's brain against a running hub.</summary>
static class SimulateCommand
{
    const string Project = "simulation";
    const string ProjectName = "Simulation";
    const int EventGapMinutes = 30;

    /// <summary>Deployments of simulated cameras begin so long ago, since pictures of a card may be old.</summary>
    static readonly TimeSpan DeployedBefore = TimeSpan.FromDays(3650);

    sealed record Wanted(
        int Cameras, int? Pictures, double Every, string? Images, ulong Seed, bool Faults, bool Tls, bool Sleep,
        bool Json, BundleFaults BundleFaults);

    public static Command Create()
    {
        var cameras = new Option<int>("--cameras") { Description = "How many.", DefaultValueFactory = _ => 4 };
        var pictures = new Option<int?>("--pictures") { Description = "Pictures of each; else until Ctrl-C." };
        var every = new Option<double>("--every")
        {
            Description = "Seconds between triggers of a camera; 0 is as fast as the hub takes them.",
            DefaultValueFactory = _ => 20,
        };
        var images = new Option<string?>("--images") { Description = "Send the JPEGs of this folder, each once." };
        var seed = new Option<ulong>("--seed") { Description = "Repeats a simulation.", DefaultValueFactory = _ => 1 };
        var faults = new Option<bool>("--faults") { Description = "Drops, bit flips, cuts, wrong clocks." };
        var firmware = new Option<string?>("--firmware-faults")
        {
            Description = "New firmware fails: dies=0.05,mute=0.01,lost=0.01 are shares of the cameras.",
        };
        var tls = new Option<bool>("--tls") { Description = "Over TLS, trusting the hub's own authority." };
        var sleep = new Option<bool>("--sleep") { Description = "They sleep when nothing is left to do." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var energy = new Option<bool>("--energy")
        {
            Description = "Reckon how long a battery lasts instead; needs no hub.",
        };
        var triggers = new Option<int?>("--triggers")
        {
            Description = "With --energy: triggers a day; else 10, 50 and 200.",
        };
        var heartbeat = new Option<int>("--heartbeat")
        {
            Description = "With --energy: minutes between heartbeats.", DefaultValueFactory = _ => 60,
        };
        var battery = new Option<double>("--battery")
        {
            Description = "With --energy: the battery's charge in mAh.", DefaultValueFactory = _ => 6000,
        };
        var command = new Command("simulate", "Run simulated cameras against the hub of this folder.")
        {
            cameras, pictures, every, images, seed, faults, firmware, tls, sleep, json, energy, triggers, heartbeat,
            battery,
        };
        command.SetAction((parse, cancellationToken) => parse.GetValue(energy)
            ? Task.FromResult(ReckonEnergy(
                parse.GetValue(triggers), parse.GetValue(heartbeat), parse.GetValue(battery), parse.GetValue(json)))
            : RunAsync(
            new Wanted(
                parse.GetValue(cameras), parse.GetValue(pictures), parse.GetValue(every), parse.GetValue(images),
                parse.GetValue(seed), parse.GetValue(faults), parse.GetValue(tls), parse.GetValue(sleep),
                parse.GetValue(json), FirmwareFaults(parse.GetValue(firmware))),
            cancellationToken));
        return command;
    }

    static BundleFaults FirmwareFaults(string? listed)
    {
        var faults = new BundleFaults();
        foreach (var part in (listed ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var share = part.Split('=') is [_, var text]
                && double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
                    ? number
                    : throw new CommandException($"'{part}' is no share: write dies=0.05, from 0 to 1.");
            faults = part.Split('=')[0].Trim() switch
            {
                "dies" => faults with { Dead = share },
                "mute" => faults with { Mute = share },
                "lost" => faults with { Lost = share },
                var name => throw new CommandException($"New firmware can be dies, mute or lost, not '{name}'."),
            };
        }

        return faults;
    }

    static int ReckonEnergy(int? triggersADay, int heartbeatMinutes, double batteryMilliampereHours, bool json)
    {
        var rows = EnergyTable.Of(triggersADay, heartbeatMinutes, batteryMilliampereHours);
        if (json)
        {
            Screen.Json(rows);
        }
        else
        {
            EnergyTable.Print(rows, heartbeatMinutes, batteryMilliampereHours);
        }

        return 0;
    }

    static async Task<int> RunAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        const int camerasMax = 10_000;
        if (wanted.Cameras is < 1 or > camerasMax)
        {
            throw new CommandException($"--cameras takes 1 to {camerasMax}, not {wanted.Cameras}.");
        }

        if (wanted.Images is not null && !Directory.Exists(wanted.Images))
        {
            throw new CommandException($"There is no folder '{wanted.Images}'.");
        }

        await using var database = await LocalDatabase.OpenAsync(cancellationToken);
        var hub = await EndpointAsync(database.Workspace, wanted.Tls, cancellationToken);
        var places = Enumerable.Range(1, wanted.Cameras)
            .Select(n => new SimulatedPlace(
                $"sim-{n:000}", $"Simulated {n}", $"Simulated site {n}", null, null, "UTC"))
            .ToList();
        var secrets = await new SimulatedProject(
                database.Source, Path.Combine(database.Workspace.Folder, "simulation"))
            .EnsureAsync(
                Project, ProjectName, EventGapMinutes, places, DateTimeOffset.UtcNow - DeployedBefore,
                cancellationToken);
        var keys = await UpdateKeyCommand.EnsureAllAsync(
            database.Workspace, database.Source, places.Select(p => p.Code), cancellationToken);
        var options = new SimulationOptions
        {
            Hub = hub,
            Cameras = [.. places.Select(p => new CameraAccount(
                p.Code, secrets.Passwords[p.Code], UpdateKey: keys.GetValueOrDefault(p.Code)))],
            Seed = wanted.Seed,
            PicturesPerCamera = wanted.Pictures,
            TriggerSeconds = wanted.Every,
            SleepsWhenIdle = wanted.Sleep,
            ImagesFolder = wanted.Images,
            Faults = wanted.Faults ? FaultOptions.Rough : FaultOptions.None,
            BundleFaults = wanted.BundleFaults,
        };
        using var filer = new GroundTruthFiler(
            new Uri($"http://localhost:{database.Workspace.Hub.WebPort.ToString(CultureInfo.InvariantCulture)}"),
            secrets.Token!);
        if (!wanted.Json)
        {
            Screen.Line($"{wanted.Cameras} cameras, seed {wanted.Seed}, faults: {options.Faults}");
        }

        var fleet = new SimulatedFleet(options, wanted.Images is null ? filer : null);
        var running = fleet.RunAsync(cancellationToken);
        if (!wanted.Json)
        {
            await FleetScreen.ShowAsync(fleet, running);
        }

        return Report(await running, wanted.Json);
    }

    static int Report(SimulationReport report, bool json)
    {
        var done = report.Progress;
        if (json)
        {
            Screen.Json(report);
        }
        else
        {
            Screen.Line(
                $"{done.Captured} pictures taken: {done.Stored} stored, {done.Duplicate} were there already, "
                + $"{done.Quarantined} in quarantine, {done.Never} refused, {done.Waiting} still in their spools.");
        }

        return done.Waiting == 0 && done.Never == 0 ? 0 : 1;
    }

    /// <summary>Where the hub of this folder listens.</summary>
    /// <exception cref="CommandException">Nothing listens there.</exception>
    public static async Task<HubEndpoint> EndpointAsync(
        Workspace workspace, bool tls, CancellationToken cancellationToken)
    {
        var wanted = tls ? "MQTT over TLS" : "MQTT";
        var port = DoctorCommand.Ports(workspace).First(p => p.Purpose == wanted).Port;
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("localhost", port, cancellationToken);
        }
        catch (SocketException)
        {
            throw new CommandException($"No hub listens on port {port} ({wanted}). Start it with ./wildcam up");
        }

        var authority = Path.Combine(workspace.Hub.DataFolder, "certificates", "ca.crt");
        return new HubEndpoint
        {
            Port = port,
            UseTls = tls,
            Authority = tls ? X509CertificateLoader.LoadCertificateFromFile(authority) : null,
        };
    }
}
