using System.Globalization;
using WildCam.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

var unknown = args.FirstOrDefault(a => Benchmark.All.All(b => b.Name != a));
if (unknown is not null)
{
    Console.Error.WriteLine(
        $"There is no benchmark '{unknown}'. There are: {string.Join(", ", Benchmark.All.Select(b => b.Name))}");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

var folder = Environment.GetEnvironmentVariable("WILDCAM_BENCH_FOLDER")
    ?? Path.Combine(Path.GetTempPath(), "wildcam-bench");
await using var stocks = new WildCam.Benchmarks.Find.SpeciesStocks(folder);
var claims = new List<Claim>();
var whole = true;
foreach (var benchmark in Benchmark.All.Where(b => args.Length == 0 || args.Contains(b.Name)))
{
    Console.WriteLine($"{benchmark.Name}: {benchmark.Says}");
    await using var bench = new Bench(
        benchmark.Name, Path.Combine(folder, $"{benchmark.Name}-{Environment.ProcessId}"), stop.Token);
    try
    {
        bench.Stocks = stocks;
        await benchmark.RunAsync(bench);
    }
    catch (CannotRunException cannot)
    {
        whole = false;
        Console.WriteLine($"  cannot run here: {cannot.Message}");
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        whole = false;
        break;
    }
    catch (Exception fault)
    {
        whole = false;
        Console.WriteLine($"  broke: {fault}");
    }

    claims.AddRange(bench.Claims);
}

await Results.TellAsync(claims, folder);
return whole && claims.TrueForAll(c => c.Good) ? 0 : 1;
