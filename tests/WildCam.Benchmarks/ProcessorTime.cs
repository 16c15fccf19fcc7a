using System.Globalization;

namespace WildCam.Benchmarks;

/// <summary>Processor time that processes have used, from /proc; it tells where a figure comes from.</summary>
static class ProcessorTime
{
    /// <summary>Linux counts in these whatever its kernel's clock (man 5 proc, man 7 time).</summary>
    const double TicksPerSecond = 100;

    /// <summary>Seconds of one process, all its threads.</summary>
    public static double Of(int processId) => Read(processId)?.Seconds ?? 0;

    /// <summary>Seconds of a database server: of its first process and all that this started, ended or not.</summary>
    public static async Task<double> OfServerAsync(WorldDatabase database)
    {
        var session = Read(await database.ReadAsync<int>("select pg_backend_pid()"))!.Value;
        var sum = Read(session.Parent) is { } first ? first.Seconds + first.EndedChildren : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } one && one.Parent == session.Parent)
            {
                sum += one.Seconds;
            }
        }

        return sum;
    }

    static (int Parent, double Seconds, double EndedChildren)? Read(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");

            // The name, in brackets, may hold anything; the state follows it.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                Seconds(fields[11]) + Seconds(fields[12]),
                Seconds(fields[13]) + Seconds(fields[14]));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static double Seconds(string ticks) => long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond;
}
