using System.Diagnostics;
using WildCam.Hub.Desk.Charts;

namespace WildCam.Benchmarks.Find;

/// <summary>Every chart of the desk for a year, as its numbers, asked for the first time and again.</summary>
static class ChartsBenchmark
{
    const int Again = 5;
    const int SeasonalYears = 4;
    const double MillisecondsMax = 300;

    public static Benchmark Benchmark { get; } = new(
        "charts", "every chart for a year, the first time and again; the slowest counts (--load detections)", RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var (database, hub) = await bench.Stocks.OpenAsync(bench);
        var visitor = await SpeciesStocks.VisitAsync(database, asBrowser: true);
        using var client = await RawClient.OpenAsync(hub.WebPort, bench.Cancellation);
        // A hub's very first page compiles what it needs; that is no chart's time.
        var day = $"{Stock.Now:yyyy-MM-dd}";
        await client.AskAsync(
            RawClient.Get($"/p/stock/charts/activity.csv?from={day}&to={day}", visitor), bench.Cancellation);
        var (slowest, slowestAgain) = (0.0, 0.0);
        foreach (var kind in ChartKind.All)
        {
            var from = Stock.Now.AddYears(kind.Name == "seasonal" ? -SeasonalYears : -1); // It compares years.
            var query = $"?from={from:yyyy-MM-dd}&to={Stock.Now:yyyy-MM-dd}"
                + kind.Name switch
                {
                    "overlap" => "&species=species-1,species-2",
                    "occupancy" => "&species=species-1",
                    _ => "",
                };
            var request = RawClient.Get($"/p/stock/charts/{kind.Name}.csv{query}", visitor);
            var times = new List<double>();
            for (var i = 0; i <= Again; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var (status, body) = await client.AskAsync(request, bench.Cancellation);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                Must.Hold(status == 200 && body.Length > 100, $"{kind.Name} answered {status}, {body.Length} bytes.");
            }

            var again = new Spread(times.Skip(1).ToList()).Median;
            bench.Say($"{kind.Name}: {times[0]:0} ms, again {again:0} ms");
            slowest = Math.Max(slowest, times[0]);
            slowestAgain = Math.Max(slowestAgain, again);
        }

        var size = SpeciesBenchmark.Load(SpeciesStocks.Detections);
        bench.ClaimUnder(
            $"the slowest chart over {size} detections, first", "ms", new Spread([slowest]), MillisecondsMax);
        bench.ClaimUnder("the slowest chart, again", "ms", new Spread([slowestAgain]), MillisecondsMax);
    }
}
