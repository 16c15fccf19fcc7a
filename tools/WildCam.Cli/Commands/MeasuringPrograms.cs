using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>The programs under tests/ that measure: built as they are to be measured, then run.</summary>
static class MeasuringPrograms
{
    /// <summary>Installs what it needs, builds it in Release, runs it; what it writes goes under .wildcam.</summary>
    public static async Task<int> RunAsync(
        string project, IEnumerable<string> arguments, string folderVariable, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        await Packages.EnsureAsync(Packages.ForMeasuring, cancellationToken);
        await Packages.EnsureNpmAsync(workspace, withTestTools: true, cancellationToken);
        string[] build =
        [
            "build", $"tests/{project}", "-c", "Release", "-v", "quiet", "-nologo", "--tl:off", "-clp:NoSummary",
        ];
        if (await Shell.RunVisiblyAsync("dotnet", build, cancellationToken, workspace.Root) != 0)
        {
            throw new CommandException("The build failed; nothing ran.");
        }

        var name = project[(project.LastIndexOf('.') + 1)..].ToLowerInvariant();
        Environment.SetEnvironmentVariable(folderVariable, Path.Combine(workspace.Folder, name));
        var program = Path.Combine(workspace.Root, "tests", project, "bin", "Release", "net10.0", project + ".dll");
        return await Shell.RunVisiblyAsync("dotnet", [program, .. arguments], cancellationToken, workspace.Root);
    }
}
