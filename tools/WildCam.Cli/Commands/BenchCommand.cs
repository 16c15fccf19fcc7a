using System.CommandLine;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`bench`: ours beside a peer, as a ratio.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "Benchmarks to run; all where none is named." };
        var command = new Command("bench", "Measure WildCam beside its peers.") { names };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(names) ?? [], cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(string[] names, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        await Packages.EnsureAsync(Packages.ForRunning, cancellationToken);
        string[] build =
        [
            "build", "tests/WildCam.Benchmarks", "-c", "Release", "-v", "quiet", "-nologo", "--tl:off",
            "-clp:NoSummary",
        ];
        if (await Shell.RunVisiblyAsync("dotnet", build, cancellationToken, workspace.Root) != 0)
        {
            throw new CommandException("The build failed; nothing was measured.");
        }

        Environment.SetEnvironmentVariable("WILDCAM_BENCH_FOLDER", Path.Combine(workspace.Folder, "bench"));
        var program = Path.Combine(
            workspace.Root, "tests", "WildCam.Benchmarks", "bin", "Release", "net10.0", "WildCam.Benchmarks.dll");
        return await Shell.RunVisiblyAsync("dotnet", [program, .. names], cancellationToken, workspace.Root);
    }
}
