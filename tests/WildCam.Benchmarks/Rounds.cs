using System.Text.Json;

namespace WildCam.Benchmarks;

/// <summary>Runs ours and the peer turn by turn: one warm-up, five counted rounds, medians.</summary>
static class Rounds
{
    const int Counted = 5;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<Outcome> RunAsync(Benchmark benchmark, CancellationToken cancellationToken)
    {
        var sides = await benchmark.PrepareAsync(cancellationToken);
        try
        {
            var ours = new List<double>();
            var peers = new List<double>();
            for (var round = 0; round <= Counted; round++)
            {
                var our = await sides.OursAsync(cancellationToken);
                var peer = await sides.PeerAsync(cancellationToken);
                var turn = round == 0 ? "warm-up" : $"round {round}";
                Console.WriteLine(
                    $"  {turn}: ours {our:0.0}, {sides.PeerName} {peer:0.0} {benchmark.Unit}");
                if (round > 0)
                {
                    ours.Add(our);
                    peers.Add(peer);
                }
            }

            // The ratio is taken round by round: the machine's speed drifts, and both sides of a round share it.
            var ratio = Median([.. ours.Zip(peers, (o, p) => o / p)]);
            return new Outcome(
                benchmark.Name, benchmark.Unit, sides.PeerName, Median(ours), ours.Min(), ours.Max(),
                Median(peers), peers.Min(), peers.Max(), ratio, benchmark.Target, benchmark.Floor);
        }
        finally
        {
            sides.CleanUp();
        }
    }

    public static void Print(IReadOnlyList<Outcome> outcomes)
    {
        Console.WriteLine();
        Console.WriteLine(
            $"{"benchmark",-12} {"ours (median, spread)",-32} {"peer (median, spread)",-44} {"ratio",6} {"target",7}");
        foreach (var o in outcomes)
        {
            var ours = $"{o.Ours:0.0} ({o.OursLeast:0.0}-{o.OursMost:0.0}) {o.Unit}";
            var peer = $"{o.Peer} {o.PeersMedian:0.0} ({o.PeersLeast:0.0}-{o.PeersMost:0.0})";
            var verdict = o.Good ? "good" : "SHORT";
            Console.WriteLine($"{o.Name,-12} {ours,-32} {peer,-44} {o.Ratio,6:0.00} {o.Target,7:0.00}  {verdict}");
        }
    }

    static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
