using System.Globalization;

namespace WildCam.Cli.Machine;

/// <summary>The process of a running `up`, told by a file that holds its id and start time.</summary>
static class RunningUp
{
    /// <summary>Its process id, or null where none runs.</summary>
    public static int? Find(Workspace workspace)
    {
        if (!File.Exists(workspace.PidFile))
        {
            return null;
        }

        var parts = File.ReadAllText(workspace.PidFile).Split(' ');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && StartTime(id) == parts[1]
            ? id
            : null;
    }

    /// <summary>Writes the file for this process.</summary>
    public static void Write(Workspace workspace) =>
        File.WriteAllText(workspace.PidFile, $"{Environment.ProcessId} {StartTime(Environment.ProcessId)}");

    public static void Clear(Workspace workspace) => File.Delete(workspace.PidFile);

    // Field 22 of /proc/<id>/stat, in clock ticks since boot: tells a process from another that got its id later.
    static string? StartTime(int id)
    {
        const int fieldAfterName = 19;
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[fieldAfterName];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
