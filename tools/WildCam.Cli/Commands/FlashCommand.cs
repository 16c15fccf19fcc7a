using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting.Provisioning;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`flash`: makes a board that is plugged in a camera of this folder's hub.</summary>
static class FlashCommand
{
    const string WifiPasswordVariable = "WILDCAM_WIFI_PASSWORD";
    const string Placeholder = "0000000000000000.made-when-this-runs-without-dry-run-------------";

    sealed record Wanted(
        string? Camera, string? Project, FlashBoard Board, string? Target, string? Host, string? Wifi,
        string? WifiPasswordFile, string? Port, string Image, string? Pack, bool SetUpOnly, bool DryRun, bool NoWait,
        int WaitMinutes);

    public static Command Create()
    {
        var camera = new Argument<string?>("code")
        {
            Description = "The camera that the board becomes; without, it waits until somebody names it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var project = new Option<string?>("--project") { Description = "Its project, where there are several." };
        var board = new Option<string>("--board")
        {
            Description = $"Which board: {string.Join(", ", FlashBoard.All.Select(b => b.Name))}.",
            DefaultValueFactory = _ => FlashBoard.All[0].Name,
        };
        var target = new Option<string?>("--target") { Description = "Another image of nanoFramework for the board." };
        var host = new Option<string?>("--host") { Description = "The hub, as the camera reaches it." };
        var wifi = new Option<string?>("--wifi") { Description = "Name of the Wi-Fi; else it stays as it is." };
        var password = new Option<string?>("--wifi-password-file")
        {
            Description = $"File with its password; else {WifiPasswordVariable}, else it is asked for.",
        };
        var port = new Option<string?>("--port") { Description = "Serial port; else the only one there is." };
        var image = new Option<string>("--image")
        {
            Description = "The firmware.", DefaultValueFactory = _ => "WildCam.bin",
        };
        var pack = new Option<string?>("--pack") { Description = "Write what nanoff needs here, and flash nothing." };
        var setUpOnly = new Option<bool>("--set-up-only") { Description = "The board has its firmware already." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print what would be done; no code is made." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the camera's first hello." };
        var minutes = new Option<int>("--wait")
        {
            Description = "Minutes to wait for the first hello.", DefaultValueFactory = _ => 5,
        };
        var command = new Command("flash", "Make a board that is plugged in a camera of this hub.")
        {
            camera, project, board, target, host, wifi, password, port, image, pack, setUpOnly, dryRun, noWait, minutes,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            new Wanted(
                parse.GetValue(camera)?.ToLowerInvariant(), parse.GetValue(project), BoardOf(parse.GetValue(board)!),
                parse.GetValue(target), parse.GetValue(host), parse.GetValue(wifi), parse.GetValue(password),
                parse.GetValue(port), parse.GetValue(image)!, parse.GetValue(pack), parse.GetValue(setUpOnly),
                parse.GetValue(dryRun), parse.GetValue(noWait), parse.GetValue(minutes)),
            cancellationToken));
        return command;
    }

    static FlashBoard BoardOf(string name) => FlashBoard.Find(name)
        ?? throw new CommandException(
            $"'{name}' is no board: {string.Join(", ", FlashBoard.All.Select(b => $"{b.Name} ({b.Says})"))}.");

    static async Task<int> RunAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        await using var database = await LocalDatabase.OpenAsync(cancellationToken);
        var workspace = database.Workspace;
        var (project, name) = await TargetAsync(database, wanted, cancellationToken);
        var hub = await HubForCameras.ReadAsync(workspace.Configuration, workspace.Hub, cancellationToken);
        var host = wanted.Host ?? hub.Host;
        if (hub.Against(host) is { } against)
        {
            throw new CommandException(against);
        }

        var isFlashing = wanted is { DryRun: false, Pack: null };
        var image = Path.GetFullPath(wanted.Image);
        if (isFlashing && !wanted.SetUpOnly && !File.Exists(image))
        {
            throw new CommandException(
                $"There is no firmware '{wanted.Image}'. firmware/README.md tells how to build it; --image says "
                + "where it is.");
        }

        // Before a code is made: what is missing is told first.
        var nanoff = isFlashing ? Nanoff.Find() : null;
        var port = wanted.Port ?? (nanoff is null ? "PORT" : await nanoff.FindPortAsync(cancellationToken));
        var pack = new ProvisioningPack
        {
            Board = wanted.Board,
            Target = wanted.Target,
            Host = host,
            Port = hub.Port,
            EnrolmentLine = Placeholder,
            Authority = hub.Authority,
            IsOperatorTls = hub.IsOperatorTls,
            WifiName = wanted.Wifi,
            WifiPassword = wanted.Wifi is null ? "" : await WifiPasswordAsync(wanted, cancellationToken),
            SerialPort = port,
            Image = isFlashing ? image : wanted.Image,
            Label = new CameraLabel("", wanted.Camera, name, null),
        };
        if (pack.Problem() is { } problem)
        {
            throw new CommandException(problem);
        }

        if (wanted.DryRun)
        {
            PrintDry(pack with { WifiPassword = "(the password)" }, wanted.SetUpOnly, hub);
            return 0;
        }

        var made = await MakeAsync(database, project, wanted.Camera, cancellationToken);
        var address = CameraLabel.AddressOf(hub.WebUrl, wanted.Camera, made.Fingerprint);
        pack = pack with
        {
            EnrolmentLine = made.Line,
            Label = new CameraLabel(address, wanted.Camera, name, made.Fingerprint),
        };
        var folder = wanted.Pack is { } given
            ? Path.GetFullPath(given)
            : Path.Combine(workspace.Folder, "packs", made.Fingerprint);
        Write(pack, folder);
        Screen.Line(
            $"The code {CameraLabel.Grouped(made.Fingerprint)} is good once, until {made.ExpiresAt:d MMM yyyy}.");
        Screen.Line($"Print the label: {Path.Combine(folder, ProvisioningPack.LabelName)}");
        if (wanted.Pack is not null)
        {
            Screen.Line($"What to type is in {Path.Combine(folder, ProvisioningPack.CommandsName)}");
            return 0;
        }

        await FlashAsync(nanoff!, pack, folder, wanted.SetUpOnly, cancellationToken);
        return wanted.NoWait
            ? 0
            : await FirstHello.WaitAsync(
                database.Source, made, TimeSpan.FromMinutes(wanted.WaitMinutes),
                $"{hub.WebUrl}/p/{project}/enrolments", cancellationToken);
    }

    /// <summary>The project, and what the camera is called; refuses what could not be flashed.</summary>
    static async Task<(string Project, string Name)> TargetAsync(
        LocalDatabase database, Wanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.Camera is not { } code)
        {
            return (await ProjectChoice.PickAsync(database.Source, wanted.Project, cancellationToken), "");
        }

        var camera = await new CamerasTable(database.Source).ShowAsync(code, cancellationToken);
        return camera switch
        {
            null => throw new CommandException(
                $"There is no camera '{code}'. Add it first: ./wildcam camera add {code}, or leave the code out."),
            { RevokedAt: not null } => throw new CommandException($"The camera '{code}' is revoked."),
            _ when wanted.Project is { } project && project != camera.ProjectSlug => throw new CommandException(
                $"The camera '{code}' is in project '{camera.ProjectSlug}', not '{project}'."),
            _ => (camera.ProjectSlug, camera.Name),
        };
    }

    static async Task<NewEnrolment> MakeAsync(
        LocalDatabase database, string project, string? camera, CancellationToken cancellationToken)
    {
        var (made, refusal) = await new CameraEnrolment(database.Source).CreateAsync(
            project, camera, Actor.CommandLine, cancellationToken);
        return made ?? throw new CommandException(refusal switch
        {
            EnrolmentRefusal.NoSuchProject => $"There is no project '{project}'.",
            EnrolmentRefusal.TooMany =>
                $"Project '{project}' has {CameraEnrolment.OpenMax} open codes; revoke some on its page.",
            _ => $"No code was made for '{camera}': {refusal}.",
        });
    }

    static async Task<string> WifiPasswordAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.WifiPasswordFile is { } file)
        {
            return File.Exists(file)
                ? (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n')
                : throw new CommandException($"There is no file '{file}'.");
        }

        if (Environment.GetEnvironmentVariable(WifiPasswordVariable) is { } password)
        {
            return password;
        }

        return wanted.DryRun ? ""
            : Console.IsInputRedirected ? throw new CommandException(
                $"The Wi-Fi's password is missing: --wifi-password-file, or {WifiPasswordVariable}.")
            : Screen.AskSecret($"Password of {wanted.Wifi}: ");
    }

    // Secrets are readable by their owner alone, from their first byte on.
    static void Write(ProvisioningPack pack, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in pack.Files())
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (file.IsSecret && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var path = Path.Combine(folder, file.Name);
            File.Delete(path);
            using var stream = new FileStream(path, options);
            stream.Write(file.Bytes);
        }
    }

    static async Task FlashAsync(
        Nanoff nanoff, ProvisioningPack pack, string folder, bool setUpOnly, CancellationToken cancellationToken)
    {
        var steps = Steps(pack, setUpOnly);
        for (var n = 0; n < steps.Length; n++)
        {
            Screen.Line($"{n + 1} of {steps.Length}: {steps[n].Does}");
            var problem = await nanoff.RunAsync(
                steps[n].Arguments, folder, line => Screen.Line($"    {line}"), cancellationToken);
            if (problem is not null)
            {
                throw new CommandException(
                    $"This step failed: {problem} Hold the button BOOT and try again, or type it yourself in {folder}: "
                    + ProvisioningPack.CommandLine(steps[n].Arguments));
            }
        }

        // The board has them now, and nobody else should.
        foreach (var file in pack.Files().Where(f => f.IsSecret))
        {
            File.Delete(Path.Combine(folder, file.Name));
        }
    }

    static (string Does, string[] Arguments)[] Steps(ProvisioningPack pack, bool setUpOnly)
    {
        const int firmwareSteps = 2;
        return [.. pack.Steps().Skip(setUpOnly ? firmwareSteps : 0)];
    }

    static void PrintDry(ProvisioningPack pack, bool setUpOnly, HubForCameras hub)
    {
        Screen.Line($"The camera would look for its hub at {pack.Host}:{pack.Port}, over TLS.");
        if (pack.WifiName is null)
        {
            Screen.Line("Its Wi-Fi would stay as it is; --wifi changes it.");
        }

        foreach (var (does, arguments) in Steps(pack, setUpOnly))
        {
            Screen.Line("");
            Screen.Line($"# {does}");
            Screen.Line(ProvisioningPack.CommandLine(arguments));
        }

        string[] shown = [ProvisioningPack.SetUpName, ProvisioningPack.FilesName, ProvisioningPack.NetworkName];
        foreach (var file in pack.Files().Where(f => shown.Contains(f.Name)))
        {
            Screen.Line("");
            Screen.Line($"{file.Name}:");
            Screen.Line(System.Text.Encoding.UTF8.GetString(file.Bytes).TrimEnd());
        }

        Screen.Line("");
        Screen.Line($"Nothing was written, and no code was made at {hub.WebUrl}.");
    }
}
