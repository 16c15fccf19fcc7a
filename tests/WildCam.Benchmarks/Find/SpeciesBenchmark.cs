using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using WildCam.Benchmarks.Jobs;
using WildCam.Storage.Captures;

namespace WildCam.Benchmarks.Find;

/// <summary>
/// Detections of a species over HTTP, signed in by a token, as JSON: each time a page that nobody else asks for, from a
/// second of the last day on, since what many ask for at once is made once. The peer is pgbench sending the page's
/// own statement, prepared, over as many connections. Then the newest page, which all share.
/// </summary>
static class SpeciesBenchmark
{
    public const string Species = "species-3";
    const int Connections = 16;
    const int PageRows = 50;
    const int PlacesSeconds = 24 * 3600;
    const int WarmUpRounds = 2;
    const int SharedRounds = 5;
    static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(6);

    public static Benchmark Benchmark { get; } = new(
        "species",
        "a page of a species through HTTP with sign-in beside pgbench with the same statement (--load detections)",
        RunAsync);

    public static string Path { get; } = $"/api/v1/projects/1/detections?species={Species}&limit={PageRows}";

    static async Task RunAsync(Bench bench)
    {
        var program = PgBench.Find()
            ?? throw new CannotRunException("pgbench is not installed (apt-get install postgresql-contrib).");
        var (database, hub) = await bench.Stocks.OpenAsync(bench);
        var visitor = await SpeciesStocks.VisitAsync(database, asBrowser: false);
        var newest = RawClient.Get(Path, visitor);
        await CheckAsync(hub, newest, bench.Cancellation);
        var until = await database.ReadAsync<DateTime>("select max(captured_at) from captures");
        var script = System.IO.Path.Combine(bench.Folder, "species.sql");
        await File.WriteAllTextAsync(script, Statement(until), bench.Cancellation);
        for (var i = 0; i < WarmUpRounds; i++)
        {
            await AskAsync(hub, OwnPage, bench.Cancellation);
        }

        var means = new List<double>();
        var tails = new List<double>();
        var pairs = await bench.AlternateAsync(
            "requests/s",
            async () =>
            {
                var latencies = await AskAsync(hub, OwnPage, bench.Cancellation);
                means.Add(latencies.Average());
                tails.Add(latencies.Order().ElementAt((int)(latencies.Count * 0.99)));
                return latencies.Count / RoundTime.TotalSeconds;
            },
            "pgbench",
            () => PeerAsync(program, script, database, bench.Cancellation));
        var size = Load(SpeciesStocks.Detections);
        bench.ClaimAtLeast($"a page of a species among {size} detections", "requests/s", pairs, 0.35, 2000);
        bench.ClaimUnder($"its mean over {Connections} connections", "ms", new Spread(means.Skip(1).ToList()), 20);
        bench.ClaimUnder("its 99th percentile", "ms", new Spread(tails.Skip(1).ToList()), 100);
        var shared = new List<double>();
        for (var i = 0; i < SharedRounds; i++)
        {
            shared.Add((await AskAsync(hub, () => newest, bench.Cancellation)).Count / RoundTime.TotalSeconds);
        }

        bench.ClaimOver("the newest page, for all at once", "requests/s", new Spread(shared), 2000);

        byte[] OwnPage() => RawClient.Get(
            $"{Path}&to={until.AddSeconds(-Random.Shared.Next(PlacesSeconds)):yyyy-MM-ddTHH:mm:ssZ}", visitor);
    }

    public static string Load(int detections) => detections >= 1_000_000
        ? $"{detections / 1e6:0.#} M"
        : $"{detections / 1000} k";

    static async Task CheckAsync(WorldHub hub, byte[] request, CancellationToken cancellationToken)
    {
        using var client = await RawClient.OpenAsync(hub.WebPort, cancellationToken);
        var (status, body) = await client.AskAsync(request, cancellationToken);
        var text = Encoding.UTF8.GetString(body.Span);
        Must.Hold(status == 200 && text.Split(Species).Length - 1 == PageRows, $"{Path} answered {status}: {text}");
    }

    static async Task<List<double>> AskAsync(
        WorldHub hub, Func<byte[]> request, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                using var client = await RawClient.OpenAsync(hub.WebPort, cancellationToken);
                var latencies = new List<double>();
                while (clock.Elapsed < RoundTime)
                {
                    var began = Stopwatch.GetTimestamp();
                    var (status, _) = await client.AskAsync(request(), cancellationToken);
                    Must.Equal(200, status, "status of a page");
                    latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                return latencies;
            },
            cancellationToken)));
        return [.. all.SelectMany(l => l)];
    }

    /// <summary>What the hub sends for the page, its values in their places, another time at each run.</summary>
    static string Statement(DateTime until)
    {
        using var command = new NpgsqlCommand();
        CaptureSearch.WriteDetections(
            command, new CaptureFilter(1) { Species = Species, To = new DateTimeOffset(until) }, null, PageRows + 1);
        var sql = command.CommandText;
        for (var n = command.Parameters.Count; n > 0; n--)
        {
            var value = command.Parameters[n - 1].Value;
            var text = value switch
            {
                string word => $"'{word}'",
                DateTime time => $"('{time:O}'::timestamptz - :back * interval '1 second')",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
            sql = sql.Replace($"${n}", text, StringComparison.Ordinal);
        }

        return $"\\set back random(0, {PlacesSeconds})\n{sql};\n";
    }

    static async Task<double> PeerAsync(
        string program, string script, WorldDatabase database, CancellationToken cancellationToken)
    {
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        using var process = Process.Start(new ProcessStartInfo(program,
        [
            "-n", "-M", "prepared", "-c", $"{Connections}", "-j", "2", "-T", $"{RoundTime.TotalSeconds:0}", "-f",
            script, "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, to.Database!,
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGPASSWORD"] = to.Password ?? "",
                ["PGOPTIONS"] = "-c plan_cache_mode=force_generic_plan", // As the hub has it.
            },
        })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var rate = PgBench.Rate().Match(output);
        return process.ExitCode == 0 && rate.Success
            ? double.Parse(rate.Groups["tps"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {output}{await errors}");
    }
}
