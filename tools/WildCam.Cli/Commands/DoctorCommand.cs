using System.CommandLine;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`doctor`: looks at everything that a start needs and says what to do where something is missing.</summary>
static class DoctorCommand
{
    /// <summary>Free bytes below which a start is refused.</summary>
    public const long FreeBytesMin = 512L * 1024 * 1024;

    sealed record Finding(string What, bool Good, string Says);

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("doctor", "Check this machine and say what is missing.") { json };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        var findings = new List<Finding>();
        foreach (var package in Packages.ForRunning)
        {
            findings.Add(new Finding(
                package.Name, package.IsPresent(),
                package.IsPresent() ? package.Purpose : $"missing; run: sudo apt-get install {package.Name}"));
        }

        var free = FreeBytes(workspace.Folder);
        findings.Add(new Finding(
            "disk", free >= FreeBytesMin,
            $"{free / 1e9:0.0} GB free for pictures" + (free < FreeBytesMin ? "; free at least 0.5 GB" : "")));
        var runs = RunningUp.Find(workspace) is not null;
        foreach (var (purpose, port, setting) in Ports(workspace))
        {
            var isFree = runs || FreePort.IsFree(port);
            findings.Add(new Finding(
                $"port {port}", isFree,
                isFree ? $"{purpose}{(runs ? ", in use by WildCam" : "")}" : TakenSentence(purpose, port, setting)));
        }

        findings.Add(await DatabaseAsync(workspace, cancellationToken));
        if (json)
        {
            Screen.Json(findings);
        }
        else
        {
            Screen.Table(
                ["", "What", "Finding"],
                [.. findings.Select(f => new[] { f.Good ? "good" : "BAD", f.What, f.Says })], "");
        }

        return findings.TrueForAll(f => f.Good) ? 0 : 1;
    }

    /// <summary>The listeners' ports with the setting that moves each.</summary>
    public static IEnumerable<(string Purpose, int Port, string Setting)> Ports(Workspace workspace)
    {
        int Read(string key, int otherwise) =>
            int.TryParse(workspace.Configuration[key], out var port) ? port : otherwise;
        yield return ("web pages", Read("WildCam:WebPort", 8080), "WildCam__WebPort");
        yield return ("MQTT", Read("WildCam:Gateway:MqttPort", 1883), "WildCam__Gateway__MqttPort");
        yield return ("MQTT over TLS", Read("WildCam:Gateway:MqttTlsPort", 8883), "WildCam__Gateway__MqttTlsPort");
    }

    /// <summary>What to say of a port that another program holds.</summary>
    public static string TakenSentence(string purpose, int port, string setting) =>
        $"Port {port} ({purpose}) is taken by another program. Stop it, or choose another port: "
        + $"{setting}={port + 1} ./wildcam up";

    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    static async Task<Finding> DatabaseAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        if (workspace.OwnsDatabase)
        {
            if (PostgresCluster.FindPrograms() is null)
            {
                return new Finding("database", Good: false, "PostgreSQL is missing");
            }

            var cluster = await workspace.ClusterAsync(cancellationToken);
            var running = await cluster!.IsRunningAsync(cancellationToken);
            return new Finding("database", Good: true, $"private cluster, {(running ? "running" : "stopped")}");
        }

        try
        {
            await workspace.StartDatabaseAsync(cancellationToken);
            return new Finding("database", Good: true, "answers");
        }
        catch (CommandException problem)
        {
            return new Finding("database", Good: false, problem.Message);
        }
    }
}
