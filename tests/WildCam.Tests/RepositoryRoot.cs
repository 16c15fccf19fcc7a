using System.Diagnostics;

namespace WildCam.Tests;

/// <summary>The checkout that the tests run in.</summary>
static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>Files that git tracks or would track, relative, with '/'.</summary>
    public static IReadOnlyList<string> TrackedFiles()
    {
        string[] list = ["ls-files", "--cached", "--others", "--exclude-standard"];
        using var git = Process.Start(new ProcessStartInfo("git", list)
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(f => File.Exists(System.IO.Path.Combine(Path, f)))];
    }

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "WildCam.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("WildCam.sln is not above the tests.");
    }
}
