using System.Diagnostics;

namespace WildCam.Cli.Machine;

/// <summary>nanoFramework's flasher, a dotnet tool of its own project.</summary>
sealed class Nanoff(string program)
{
    const string Install =
        "nanoff is not on this machine; it writes to boards. Install it with: dotnet tool install -g nanoff";

    /// <summary>A step that says nothing for so long is given up: a board in the wrong mode never answers.</summary>
    static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(5);

    /// <summary>Finds it on the path, or where dotnet puts tools.</summary>
    /// <exception cref="CommandException">It is not there; says how to get it.</exception>
    public static Nanoff Find()
    {
        var tools = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools", "nanoff");
        return new Nanoff(Shell.Find("nanoff") ?? (File.Exists(tools) ? tools : throw new CommandException(Install)));
    }

    /// <summary>The one serial port that there is.</summary>
    /// <exception cref="CommandException">There is none, or there are several.</exception>
    public async Task<string> FindPortAsync(CancellationToken cancellationToken)
    {
        var listed = await Shell.RunAsync(program, ["--listports"], cancellationToken);
        if (!listed.Ok)
        {
            throw new CommandException($"nanoff could not list the serial ports: {listed.Tail()}");
        }

        var ports = PortsIn(listed.Output);
        return ports.Count switch
        {
            1 => ports[0],
            0 => throw new CommandException(
                "No board is plugged in: there is no serial port. Is the cable one for data?"),
            _ => throw new CommandException(
                $"There are several serial ports. Say which: --port {string.Join(" or --port ", ports)}"),
        };
    }

    /// <summary>The ports of its list: a line each below "Available COM ports:".</summary>
    internal static IReadOnlyList<string> PortsIn(string output) =>
    [
        .. output.Split('\n').Select(l => l.TrimEnd())
            .SkipWhile(l => !l.StartsWith("Available COM ports", StringComparison.OrdinalIgnoreCase)).Skip(1)
            .TakeWhile(l => l.StartsWith(' ') || l.StartsWith('\t')).Select(l => l.Trim())
            .Where(l => l.Length > 0),
    ];

    /// <summary>Runs a step in a folder and hands on what it says; its problem, or null where it went well.</summary>
    public async Task<string?> RunAsync(
        string[] arguments, string folder, Action<string> says, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        })!;
        string? complaint = null;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            silence.CancelAfter(SilenceMax);
            await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            await process.WaitForExitAsync(silence.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return $"it said nothing for {SilenceMax.TotalMinutes:0} minutes";
        }

        return process.ExitCode != 0 ? complaint ?? $"it ended with {process.ExitCode}" : complaint;

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(silence.Token) is { } line)
            {
                silence.CancelAfter(SilenceMax);
                if (line.Trim().Length == 0)
                {
                    continue;
                }

                says(line.TrimEnd());
                // It ends well although a file was not written; only its words tell.
                if (IsComplaint(line))
                {
                    complaint ??= line.Trim();
                }
            }
        }
    }

    internal static bool IsComplaint(string line) =>
        line.TrimStart().StartsWith("Error", StringComparison.OrdinalIgnoreCase)
        || line.TrimStart().StartsWith("Exception", StringComparison.OrdinalIgnoreCase)
        || line.TrimStart().StartsWith("Cannot find any", StringComparison.OrdinalIgnoreCase);
}
