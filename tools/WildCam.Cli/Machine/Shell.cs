using System.Diagnostics;

namespace WildCam.Cli.Machine;

/// <summary>What a program printed and how it ended.</summary>
sealed record ShellResult(int ExitCode, string Output, string Errors)
{
    public bool Ok => ExitCode == 0;

    /// <summary>The last lines of what it said, for an error message.</summary>
    public string Tail()
    {
        const int linesMax = 6;
        const StringSplitOptions trim = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var lines = (Output + Errors).Split('\n', trim);
        return string.Join('\n', lines.TakeLast(linesMax));
    }
}

/// <summary>Programs of the machine.</summary>
static class Shell
{
    /// <summary>Runs a program to its end, its output captured.</summary>
    /// <exception cref="CommandException">There is no such program.</exception>
    public static async Task<ShellResult> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "/",
        };
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ShellResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs a program to its end; it writes to our terminal.</summary>
    public static async Task<int> RunVisiblyAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? folder = null)
    {
        using var process = Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder ?? "/",
        });
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>The full path of a program, or null where the machine has none.</summary>
    public static string? Find(string program)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/sbin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CommandException($"The program '{start.FileName}' is not on this machine.");
        }
    }
}

/// <summary>A command cannot go on; the message is one clear sentence for the person who typed it.</summary>
sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
