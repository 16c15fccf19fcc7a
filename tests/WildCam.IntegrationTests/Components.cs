namespace WildCam.IntegrationTests;

/// <summary>What a test needs beside the project: absent, it skips on a laptop and fails in CI.</summary>
static class Components
{
    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>npm packages that the bootstrap script restored.</summary>
    public static string NodeModules { get; } = Path.Combine(Root, ".wildcam", "components", "node_modules");

    /// <summary>The full path of a program.</summary>
    public static string Require(string program)
    {
        var found = Cli.Machine.Shell.Find(program);
        SkipUnless(found is not null, $"The program '{program}' is not on this machine; ./wildcam test installs it.");
        return found!;
    }

    /// <summary>The full path of a file or folder of an npm package, such as "azurite/dist/src/blob/main.js".</summary>
    public static string RequirePackage(string path)
    {
        var found = Path.Combine(NodeModules, path);
        SkipUnless(Path.Exists(found), $"The npm package file '{path}' is not restored; ./wildcam test restores it.");
        return found;
    }

    /// <summary>Camera-trap pictures and models beside the checkout; absent ones skip, even in CI.</summary>
    public static string RequireSharedData(string path)
    {
        var folder = Environment.GetEnvironmentVariable("WILDCAM_SHARED_DATA")
            ?? Path.Combine(Root, "..", "shared", "data");
        var found = Path.GetFullPath(Path.Combine(folder, path));
        Assert.SkipUnless(Path.Exists(found), $"The test data '{path}' is not beside the checkout.");
        return found;
    }

    static void SkipUnless(bool present, string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.True(present, reason);
        }

        Assert.SkipUnless(present, reason);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WildCam.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("WildCam.sln is not above the tests.");
    }
}
