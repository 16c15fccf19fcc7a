using System.Globalization;

namespace WildCam.Benchmarks;

/// <summary>Processor time that processes have used, from /proc; it tells where a figure comes from.</summary>
static class ProcessorTime
{
    /// <summary>Linux counts in these whatever its kernel's clock (man 5 proc, man 7 time).</summary>
    const double TicksPerSecond = 100;

    /// <summary>Seconds of one process, all its threads.</summary>
    public static double Of(int processId) => Read(processId)?.Seconds ?? 0;

    /// <summary>Seconds of the processes that one has started, ended or not; without its own.</summary>
    public static double OfChildren(int processId)
    {
        var sum = Read(processId)?.EndedChildren ?? 0;
        foreach (var one in Running().Where(p => p.Parent == processId))
        {
            sum += one.Seconds;
        }

        return sum;
    }

    /// <summary>Seconds of a database server: of its first process and all that this started, ended or not.</summary>
    public static async Task<double> OfServerAsync(WorldDatabase database)
    {
        var session = Read(await database.ReadAsync<int>("select pg_backend_pid()"))!.Value;
        return Of(session.Parent) + OfChildren(session.Parent);
    }

    static IEnumerable<(int Parent, double Seconds, double EndedChildren)> Running() =>
        Directory.EnumerateDirectories("/proc")
            .Select(f => int.TryParse(Path.GetFileName(f), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .Where(p => p is not null).Select(p => p!.Value);

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
