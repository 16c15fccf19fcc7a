using System.Diagnostics;

namespace WildCam.Benchmarks;

/// <summary>
/// What a new picture costs in the database beside ten thousand, a million and ten million stored ones: everything
/// that the hub asks of it from the offer to the folded sums, in the hub's batches and by its own statements, durable,
/// one after another. Blobs and the work on pictures are left out, since they know of no other picture.
/// </summary>
static class GrowthBenchmark
{
    /// <summary>Pictures of a round: two seconds at the rate that the hub is to bear, and a fold of each.</summary>
    const int Pictures = 320;

    const int Rounds = 9;

    static readonly int[] s_sizes = [10_000, 1_000_000, 10_000_000];

    public static Benchmark Benchmark { get; } = new(
        "growth",
        "a picture's cost in the database at 10 thousand, 1 million and 10 million stored; the peer is the smaller one"
            + " (10 min, most of it making the rows)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        var databases = new List<WorldDatabase>();
        try
        {
            foreach (var size in s_sizes)
            {
                databases.Add(await MakeAsync(bench, server, size));
            }

            var paths = databases.ConvertAll(d => new PicturePath(d));
            var costs = s_sizes.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round <= Rounds; round++)
            {
                for (var i = 0; i < paths.Count; i++)
                {
                    bench.Cancellation.ThrowIfCancellationRequested();
                    // Each in turn begins a round, since the first may pay for what the last one left to be written.
                    var at = (i + round) % paths.Count;
                    var clock = Stopwatch.StartNew();
                    await paths[at].TakeAsync(Pictures);
                    if (round > 0)
                    {
                        costs[at].Add(clock.Elapsed.TotalMilliseconds / Pictures);
                    }
                    else
                    {
                        paths[at].Forget();
                    }
                }

                bench.Say(round == 0
                    ? "warm-up done"
                    : $"round {round}: {string.Join(", ", costs.Select(c => $"{c[^1]:0.00}"))} ms a picture");
            }

            foreach (var (size, path) in s_sizes.Zip(paths))
            {
                bench.Say($"{size}: {path.Spent(Rounds * Pictures)}");
                await path.CheckAsync((Rounds + 1) * Pictures);
            }

            Claim(bench, "1 M stored beside 10 k", costs[1], costs[0]);
            Claim(bench, "10 M stored beside 1 M", costs[2], costs[1]);
            Claim(bench, "10 M stored beside 10 k", costs[2], costs[0]);
        }
        finally
        {
            foreach (var database in databases)
            {
                await database.DisposeAsync();
            }
        }
    }

    static void Claim(Bench bench, string what, List<double> larger, List<double> smaller) => bench.ClaimAtMost(
        $"a picture, {what}", "ms", new Pairs(new(larger), "smaller", new(smaller)), ratioMax: 1.25);

    static async Task<WorldDatabase> MakeAsync(Bench bench, WorldServer server, int captures)
    {
        var clock = Stopwatch.StartNew();
        var database = await server.CreateAsync();
        await Stock.MakeCamerasAsync(database);
        await Stock.FillCapturesAsync(database, captures);
        await Stock.FillDetectionsAsync(database, captures, perCapture: 1);
        await Stock.RestAsync(database);
        bench.Say($"{captures} captures made in {clock.Elapsed.TotalSeconds:0} s");
        return database;
    }
}
