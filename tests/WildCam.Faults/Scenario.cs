namespace WildCam.Faults;

/// <summary>A way in which the world breaks, and what must hold all the same.</summary>
/// <param name="Name">What to type after `faults`.</param>
/// <param name="Says">One line: what happens, and what is expected.</param>
/// <param name="RunAsync">
/// Builds its world, breaks it where and when the point's chance says, checks the <see cref="Invariants"/> in the end,
/// and throws a <see cref="WorldException"/> for the first promise that did not hold.
/// </param>
sealed record Scenario(string Name, string Says, Func<Point, Task> RunAsync)
{
    /// <summary>All of them, in the order in which they run.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Delivery.ProtocolSimulated.Scenario,
        Delivery.HubKilled.Scenario,
        Delivery.HubKilledBetween.Scenario,
        Delivery.QuarantineUnheard.Scenario,
        Delivery.Duplicates.Scenario,
        Delivery.Disorder.Scenario,
        Delivery.Damaged.Scenario,
        Delivery.BitsFlipped.Tls,
        Delivery.BitsFlipped.Plain,
        Delivery.NarrowLink.Scenario,
        Delivery.Absurd.Scenario,
        Delivery.Abandoned.Scenario,
        Delivery.Replayed.Scenario,
        Storage.DatabaseRestarted.Scenario,
        Storage.BlobStoreMisbehaves.Scenario,
        Storage.BlobDiskFull.Scenario,
        Storage.DatabaseDiskFull.Scenario,
        Storage.DatabaseConflicts.Scenario,
        Storage.CameraClocks.Scenario,
        Storage.HubCutOff.Scenario,
        Storage.RollingRestart.Scenario,
        Storage.RestoreDrill.Scenario,
        Storage.BlobWritesFail.Scenario,
        Storage.ConnectionsExhausted.Scenario,
        Storage.PartitionsNotMade.Scenario,
        Hostile.PoisonPictures.Scenario,
        Hostile.DecompressionBombs.Scenario,
        Hostile.ExifBombs.Scenario,
        Hostile.ForeignTopics.Scenario,
        Hostile.ForeignFilters.Scenario,
        Hostile.PathTraversal.Scenario,
        Hostile.SqlInjection.Scenario,
        Jobs.DetectorBroken.Scenario,
        Jobs.WorkerFrozen.Scenario,
        Jobs.BacklogPassed.Scenario,
        Hostile.SlowClients.Scenario,
        Hostile.SecretsInLogs.Scenario,
    ];
}

/// <summary>One run of a scenario: everything random in it is drawn from one seed.</summary>
sealed class Point(
    WorldServer server, Scenario scenario, int seed, SharedWorld shared, CancellationToken cancellation)
{
    /// <summary>The PostgreSQL server, shared by all points; a scenario makes a database of its own in it.</summary>
    public WorldServer Server { get; } = server;

    public Scenario Scenario { get; } = scenario;

    public int Seed { get; } = seed;

    public Random Chance { get; } = new(seed);

    public SharedWorld Shared { get; } = shared;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The seed of a campaign's n-th point, the same on every machine.</summary>
    public static int SeedOf(int campaignSeed, Scenario scenario, int number)
    {
        var hash = 2166136261u;
        foreach (var letter in $"{campaignSeed}/{scenario.Name}/{number}")
        {
            hash = unchecked((hash ^ letter) * 16777619u);
        }

        return (int)(hash & int.MaxValue);
    }
}
