using System.Runtime.InteropServices;
using System.Text.Json;

namespace WildCam.Benchmarks;

/// <summary>The table that a reader sees and the file that a program reads.</summary>
static class Results
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task TellAsync(IReadOnlyList<Claim> claims, string folder)
    {
        if (claims.Count == 0)
        {
            return;
        }

        string[][] rows =
        [
            ["claim", "ours (median, spread)", "peer (median, spread)", "ratio", "target", "verdict"],
            .. claims.Select(c => new[]
            {
                $"{c.Benchmark}: {c.What}",
                $"{c.Ours} {c.Unit}",
                c.Peer is null ? "" : $"{c.Peer}: {c.Peers}",
                c.Ratio is { } ratio ? $"{ratio:0.00}" : "",
                c.Target,
                c.Target == Bench.NoTarget ? "told" : c.Good ? "good" : "SHORT",
            }),
        ];
        Console.WriteLine();
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}.json");
        var machine = new
        {
            cores = Environment.ProcessorCount,
            processor = Processor(),
            memoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            os = RuntimeInformation.OSDescription,
            dotnet = Environment.Version.ToString(),
            wildcam = typeof(Results).Assembly.GetName().Version?.ToString(),
        };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { machine, claims }, Json));
        Console.WriteLine($"Written to {file}");
    }

    static string? Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
        : null;
}
