namespace WildCam.Benchmarks;

/// <summary>One or more claims about speed or size, each beside a peer or a bound, measured in one run.</summary>
/// <param name="Name">What to type after `bench`.</param>
/// <param name="Says">One line: what is done, and who the peer is.</param>
/// <param name="RunAsync">
/// Measures and makes its claims; throws <see cref="CannotRunException"/> where the machine lacks something, and any
/// other exception where the work itself went wrong: a figure with errors in it is none.
/// </param>
sealed record Benchmark(string Name, string Says, Func<Bench, Task> RunAsync)
{
    /// <summary>All of them, in the order in which they run.</summary>
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        BlobsBenchmark.Benchmark,
        Thumbnails.ThumbnailsBenchmark.Benchmark,
        Messages.MessagesBenchmark.Benchmark,
        Idle.IdleBenchmark.Benchmark,
        Restart.RestartBenchmark.Benchmark,
        DetectionsBenchmark.Benchmark,
        SummariesBenchmark.Benchmark,
        Jobs.JobsBenchmark.Benchmark,
        Detection.DetectionBenchmark.Benchmark,
        Uploads.UploadsBenchmark.Benchmark,
        Uploads.MemoryBenchmark.Benchmark,
        Watch.FleetListBenchmark.Benchmark,
        Watch.HeartbeatsBenchmark.Benchmark,
        Watch.ReturnBenchmark.Benchmark,
        Find.SpeciesBenchmark.Benchmark,
        Find.PagingBenchmark.Benchmark,
        Find.UsersBenchmark.Benchmark,
        Find.ChartsBenchmark.Benchmark,
        GrowthBenchmark.Benchmark,
        Exports.CamtrapExportBenchmark.Benchmark,
    ];
}

/// <summary>The counted rounds of one side, and what stands for them.</summary>
sealed record Spread(IReadOnlyList<double> Rounds)
{
    public double Median => Sorted[Rounds.Count / 2];

    public double Least => Sorted[0];

    public double Most => Sorted[^1];

    List<double> Sorted => [.. Rounds.Order()];

    public override string ToString() => Rounds.Count == 1
        ? Figure(Median)
        : $"{Figure(Median)} ({Figure(Least)}-{Figure(Most)})";

    static string Figure(double value) => value switch
    {
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.0}",
        _ => $"{value:0.00}",
    };
}

/// <summary>Ours and the peer's rounds, taken turn by turn.</summary>
sealed record Pairs(Spread Ours, string Peer, Spread Peers)
{
    /// <summary>
    /// Of ours to the peer's, round by round: the machine's speed drifts, and both sides of a round share it.
    /// </summary>
    public Spread Ratio => new([.. Ours.Rounds.Zip(Peers.Rounds, (ours, peer) => ours / peer)]);
}

/// <summary>What was promised, and what was measured.</summary>
sealed record Claim(
    string Benchmark, string What, string Unit, Spread Ours, string? Peer, Spread? Peers, double? Ratio,
    string Target, bool Good);

/// <summary>A benchmark cannot run on this machine; the message says what is missing.</summary>
sealed class CannotRunException(string message) : Exception(message);
