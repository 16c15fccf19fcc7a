namespace WildCam.Benchmarks;

/// <summary>
/// A claim about speed: ours and a peer do the same work in the same run, turn by turn. A side returns how much it did
/// in a second, so more is better.
/// </summary>
/// <param name="Name">What to type after `bench`.</param>
/// <param name="Says">One line: what is done, and who the peer is.</param>
/// <param name="Unit">Of what a side returns, such as "pictures/s".</param>
/// <param name="Target">Least ratio of ours to the peer's.</param>
/// <param name="Floor">Least figure of ours; 0 where there is none.</param>
/// <param name="PrepareAsync">Makes what both sides need; says why it cannot run here by throwing.</param>
sealed record Benchmark(
    string Name,
    string Says,
    string Unit,
    double Target,
    double Floor,
    Func<CancellationToken, Task<Sides>> PrepareAsync);

/// <summary>The two sides of a benchmark, ready to run, and what to clean up after.</summary>
sealed record Sides(
    Func<CancellationToken, Task<double>> OursAsync,
    string PeerName,
    Func<CancellationToken, Task<double>> PeerAsync,
    Action CleanUp);

/// <summary>What came of it; the figures are medians of the counted rounds.</summary>
sealed record Outcome(
    string Name, string Unit, string Peer, double Ours, double OursLeast, double OursMost,
    double PeersMedian, double PeersLeast, double PeersMost, double Ratio, double Target, double Floor)
{
    public bool Good => Ratio >= Target && Ours >= Floor;
}

/// <summary>A benchmark cannot run on this machine; the message says what is missing.</summary>
sealed class CannotRunException(string message) : Exception(message);
