using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using WildCam.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Benchmark[] all = [BlobsBenchmark.Create()];

var chosen = args.Length == 0 ? all : all.Where(b => args.Contains(b.Name, StringComparer.Ordinal)).ToArray();
var unknown = args.Except(all.Select(b => b.Name), StringComparer.Ordinal).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"There is no benchmark '{unknown[0]}'. There are: {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

var outcomes = new List<Outcome>();
var missing = false;
foreach (var benchmark in chosen)
{
    Console.WriteLine($"{benchmark.Name}: {benchmark.Says}");
    try
    {
        outcomes.Add(await Rounds.RunAsync(benchmark, stop.Token));
    }
    catch (CannotRunException cannot)
    {
        missing = true;
        Console.WriteLine($"  cannot run here: {cannot.Message}");
    }
}

if (outcomes.Count > 0)
{
    Rounds.Print(outcomes);
    var folder = Environment.GetEnvironmentVariable("WILDCAM_BENCH_FOLDER");
    if (!string.IsNullOrEmpty(folder))
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}.json");
        var machine = new
        {
            cores = Environment.ProcessorCount,
            os = RuntimeInformation.OSDescription,
            dotnet = Environment.Version,
        };
        var json = JsonSerializer.Serialize(new { machine, outcomes }, Rounds.Json);
        await File.WriteAllTextAsync(file, json, stop.Token);
        Console.WriteLine($"Written to {file}");
    }
}

return missing || outcomes.Exists(o => !o.Good) ? 1 : 0;
