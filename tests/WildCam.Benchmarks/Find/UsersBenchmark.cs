using System.Diagnostics;

namespace WildCam.Benchmarks.Find;

/// <summary>
/// A thousand people at once, each on a connection of their own, together 2,000 requests a second whether the hub keeps
/// up or not: what an answer took is counted from when its request was due.
/// </summary>
static class UsersBenchmark
{
    const int Users = 1000;
    const int Accounts = 50;
    const int PerSecond = 2000;
    const int OpensAtOnce = 32;
    const int WarmUpConnections = 8;
    const double Megabyte = 1 << 20;
    static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(15);
    static readonly TimeSpan RunTime = TimeSpan.FromSeconds(20);

    public static Benchmark Benchmark { get; } = new(
        "users",
        $"{Users} people signed in, {PerSecond} requests a second by the clock, of lists, pictures and pages"
        + " (--load detections)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var (database, hub) = await bench.Stocks.OpenAsync(bench);
        var picture = await database.ReadAsync<Guid>("select id from captures order by captured_at desc limit 1");
        const string root = "/api/v1/projects/1";

        // What they look at: mostly lists, now and then a picture's facts, and a page of the desk.
        string[] paths =
        [
            SpeciesBenchmark.Path, SpeciesBenchmark.Path, SpeciesBenchmark.Path,
            $"{root}/detections?species=species-5&limit=50", $"{root}/detections?category=animal&limit=50",
            $"{root}/events?limit=50", $"{root}/events?species=species-2&limit=50", $"{root}/captures/{picture}",
            $"{root}/captures/{picture}", $"{root}/species", "/p/stock/gallery?species=species-4", "/api/v1/projects",
            $"{root}/captures?limit=50", $"{root}/captures?species=species-1&limit=50",
            $"{root}/detections?species=species-7&limit=25", $"{root}/events?category=animal&limit=25",
        ];
        var visitors = new List<(string Name, string Value)>();
        for (var i = 0; i < Accounts; i++)
        {
            visitors.Add(await SpeciesStocks.VisitAsync(database, asBrowser: true));
        }

        var clients = new RawClient[Users];
        await Parallel.ForAsync(
            0, Users, new ParallelOptions { MaxDegreeOfParallelism = OpensAtOnce },
            async (n, cancellationToken) => clients[n] = await RawClient.OpenAsync(hub.WebPort, cancellationToken));
        try
        {
            // One after the other, so that a hub whose code is not compiled yet has no queue to work off.
            await WarmUpAsync(clients, visitors, paths, bench.Cancellation);
            var latencies = await RunAsync(clients, visitors, paths, RunTime, bench.Cancellation);
            latencies.Sort();
            bench.Say($"{latencies.Count} answers, half within {latencies[latencies.Count / 2]:0.0} ms, "
                + $"the slowest {latencies[^1]:0} ms");
            bench.ClaimUnder(
                $"99th percentile of {Users} people at {PerSecond} requests/s", "ms",
                new Spread([latencies[(int)(latencies.Count * 0.99)]]), 500);
            bench.ClaimUnder("most memory of the hub", "MB", new Spread([hub.PeakResidentBytes / Megabyte]), 512);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    static Task WarmUpAsync(
        RawClient[] clients, List<(string Name, string Value)> visitors, string[] paths,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        return Task.WhenAll(clients.Take(WarmUpConnections).Select((client, user) => Task.Run(
            async () =>
            {
                for (var turn = user; clock.Elapsed < WarmUpTime; turn++)
                {
                    var path = paths[turn % paths.Length];
                    var (status, _) = await client.AskAsync(
                        RawClient.Get(path, visitors[turn % visitors.Count]), cancellationToken);
                    Must.Hold(status == 200, $"{path} answered {status}.");
                }
            },
            cancellationToken)));
    }

    /// <summary>From due to answered, in milliseconds; an answer that is no success ends the run.</summary>
    static async Task<List<double>> RunAsync(
        RawClient[] clients, List<(string Name, string Value)> visitors, string[] paths, TimeSpan time,
        CancellationToken cancellationToken)
    {
        var requests = visitors.ConvertAll(v => Array.ConvertAll(paths, p => RawClient.Get(p, v)));
        var each = (int)(time.TotalSeconds * PerSecond / clients.Length);
        var start = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
        var all = await Task.WhenAll(clients.Select((client, user) => Task.Run(
            async () =>
            {
                var latencies = new List<double>(each);
                for (var turn = 0; turn < each; turn++)
                {
                    var number = (long)turn * clients.Length + user;
                    var due = start + number * Stopwatch.Frequency / PerSecond;
                    var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                    if (early > TimeSpan.Zero)
                    {
                        await Task.Delay(early, cancellationToken);
                    }

                    var path = (int)((number * 31 + turn) % paths.Length);
                    var (status, _) = await client.AskAsync(requests[user % requests.Count][path], cancellationToken);
                    Must.Hold(status == 200, $"{paths[path]} answered {status}.");
                    latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
                }

                return latencies;
            },
            cancellationToken)));
        return [.. all.SelectMany(l => l)];
    }
}
