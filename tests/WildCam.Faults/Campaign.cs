using System.Diagnostics;

namespace WildCam.Faults;

/// <summary>Runs scenarios at seeded points, one after another, and tells how each ended.</summary>
sealed class Campaign(WorldServer server, TextWriter screen)
{
    /// <summary>A point that takes longer hangs; that is a fault too.</summary>
    public static readonly TimeSpan PointTimeout = TimeSpan.FromMinutes(5);

    /// <summary>True where every point of every scenario held.</summary>
    public async Task<bool> RunAsync(
        IReadOnlyList<Scenario> scenarios, int seed, IReadOnlyList<int> points, CancellationToken cancellationToken)
    {
        await screen.WriteLineAsync($"Seed {seed}, {points.Count} points a scenario");
        var failed = 0;
        foreach (var scenario in scenarios)
        {
            var clock = Stopwatch.StartNew();
            var held = 0;
            await using var shared = new SharedWorld();
            foreach (var number in points)
            {
                var fault = await RunPointAsync(server, scenario, seed, number, shared, cancellationToken);
                if (fault is null)
                {
                    held++;
                    continue;
                }

                failed++;
                await shared.DisposeAsync();
                await screen.WriteLineAsync($"  {scenario.Name}, point {number}: {fault}");
                await screen.WriteLineAsync(
                    $"  again: ./wildcam faults {scenario.Name} --seed {seed} --point {number}");
            }

            var verdict = held == points.Count ? "holds" : "BROKEN";
            await screen.WriteLineAsync(
                $"{scenario.Name,-24} {held,3} of {points.Count,-3} {clock.Elapsed.TotalSeconds,6:0} s  {verdict,-6}  "
                + scenario.Says);
        }

        await screen.WriteLineAsync(failed == 0
            ? $"{scenarios.Count} scenarios hold at {points.Count} points each (seed {seed})."
            : $"{failed} points are broken (seed {seed}).");
        return failed == 0;
    }

    /// <summary>Runs one point; null where everything held, else what did not.</summary>
    public static async Task<Exception?> RunPointAsync(
        WorldServer server, Scenario scenario, int campaignSeed, int number, SharedWorld shared,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(PointTimeout);
        var point = new Point(server, scenario, Point.SeedOf(campaignSeed, scenario, number), shared, stop.Token);
        try
        {
            await scenario.RunAsync(point).WaitAsync(stop.Token);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return new WorldException($"It was not over after {PointTimeout.TotalMinutes:0} min.");
        }
        catch (Exception fault)
        {
            return fault;
        }
    }
}
