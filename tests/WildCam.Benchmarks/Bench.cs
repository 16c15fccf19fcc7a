namespace WildCam.Benchmarks;

/// <summary>What a benchmark measures with: a folder, a durable PostgreSQL, rounds, and where its claims go.</summary>
sealed class Bench(string name, string folder, CancellationToken cancellation) : IAsyncDisposable
{
    public const int CountedRounds = 5;

    /// <summary>What stands in place of a target where a figure is told and not judged.</summary>
    public const string NoTarget = "none";

    readonly List<Claim> _claims = [];
    WorldServer? _server;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Of this benchmark alone; deleted after it.</summary>
    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    public IReadOnlyList<Claim> Claims => _claims;

    /// <summary>Large databases that several benchmarks read, made once a run.</summary>
    public Find.SpeciesStocks Stocks { get; set; } = null!;

    /// <summary>A PostgreSQL of the benchmark's own, durable; started when it is asked for.</summary>
    public async Task<WorldServer> ServerAsync() =>
        _server ??= await WorldServer.StartAsync(Path.Combine(Folder, "postgres"), WorldServer.Durable);

    /// <summary>Tells the reader how far it is.</summary>
    public void Say(string line) => Console.WriteLine($"  {line}");

    /// <summary>Ours and the peer turn by turn: a warm-up, then the counted rounds. A side gives its figure.</summary>
    public async Task<Pairs> AlternateAsync(
        string unit, Func<Task<double>> oursAsync, string peer, Func<Task<double>> peerAsync,
        int counted = CountedRounds)
    {
        var ours = new List<double>();
        var peers = new List<double>();
        for (var round = 0; round <= counted; round++)
        {
            Cancellation.ThrowIfCancellationRequested();
            var our = await oursAsync();
            var theirs = await peerAsync();
            Say($"{(round == 0 ? "warm-up" : $"round {round}")}: ours {our:0.00}, {peer} {theirs:0.00} {unit}");
            if (round > 0)
            {
                ours.Add(our);
                peers.Add(theirs);
            }
        }

        return new Pairs(new Spread(ours), peer, new Spread(peers));
    }

    /// <summary>More is better: ours is at least this share of the peer's, and at least the floor.</summary>
    public void ClaimAtLeast(string what, string unit, Pairs pairs, double ratioMin, double floor = 0)
    {
        var ratio = pairs.Ratio.Median;
        var target = floor > 0 ? $">= {ratioMin:0.00}, >= {floor:0} {unit}" : $">= {ratioMin:0.00}";
        Add(what, unit, pairs.Ours, pairs, target, ratio >= ratioMin && pairs.Ours.Median >= floor);
    }

    /// <summary>Less is better: ours is at most so many times the peer's.</summary>
    public void ClaimAtMost(string what, string unit, Pairs pairs, double ratioMax) => Add(
        what, unit, pairs.Ours, pairs, $"<= {ratioMax:0.00}", pairs.Ratio.Median <= ratioMax);

    /// <summary>Less is better, and there is no peer: ours is at most the bound.</summary>
    public void ClaimUnder(string what, string unit, Spread ours, double bound) =>
        Add(what, unit, ours, null, $"<= {bound:0.##} {unit}", ours.Median <= bound);

    /// <summary>More is better, and there is no peer: ours is at least the bound.</summary>
    public void ClaimOver(string what, string unit, Spread ours, double bound) =>
        Add(what, unit, ours, null, $">= {bound:0.##} {unit}", ours.Median >= bound);

    /// <summary>A figure that is worth knowing and promises nothing.</summary>
    public void Tell(string what, string unit, Pairs pairs) => Add(what, unit, pairs.Ours, pairs, NoTarget, true);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    void Add(string what, string unit, Spread ours, Pairs? pairs, string target, bool good) => _claims.Add(new Claim(
        name, what, unit, ours, pairs?.Peer, pairs?.Peers, pairs?.Ratio.Median, target, good));
}
