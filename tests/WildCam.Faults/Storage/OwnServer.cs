namespace WildCam.Faults.Storage;

/// <summary>A PostgreSQL of one point's own, for scenarios that hurt the server and so all who share it.</summary>
static class OwnServer
{
    /// <summary>
    /// Commits reach the kernel before they are answered: what a crash of the server must keep. A crash of the machine
    /// is no part of it, so nothing is forced to the disk.
    /// </summary>
    static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "on",
        ["max_connections"] = "100",
        ["shared_buffers"] = "32MB",
    };

    public static Task<WorldServer> StartAsync(
        DirectoryInfo folder, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(Settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return WorldServer.StartAsync(Path.Combine(folder.FullName, "postgres"), all);
    }

    /// <summary>A folder that the server's user can enter.</summary>
    public static DirectoryInfo NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-server-");
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        return folder;
    }
}
