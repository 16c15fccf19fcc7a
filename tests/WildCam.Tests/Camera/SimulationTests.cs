using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>Lives of a camera by chance: everything that can go wrong does, and nothing is lost or doubled.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    const int StepsASeed = 100_000;

    static readonly int? OneSeed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var seed)
        ? seed : null;

    public static TheoryData<int> Seeds => OneSeed is { } one ? [one] : [.. Enumerable.Range(1, 3)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_receipted_picture_is_in_the_hub_once_and_every_other_in_the_spool(int seed)
    {
        output.WriteLine($"WILDCAM_SEED={seed}");
        var field = new Field(seed)
        {
            Link = { FaultChance = 0.02, BytesPerSecond = 40_000 },
            Hub = { LaterChance = 0.05 },
        };
        field.Boot();
        var taken = new List<byte[]>();
        var conflicts = 0;
        Live(field, TimeSpan.FromSeconds(20), () => field.Brain.Triggered(Triggers.Motion));
        Live(field, TimeSpan.FromSeconds(45), () => field.Link.Disconnect(false));
        Live(field, TimeSpan.FromMinutes(4), field.Hub.Restart);
        Live(field, TimeSpan.FromMinutes(5), () => field.CutPower(field.Chance.Next(2) == 0));
        Live(field, TimeSpan.FromMinutes(3), () =>
        {
            field.Power.Writes = 0;
            field.Power.CutAt = field.Chance.Next(1, 60);
        });
        Live(field, TimeSpan.FromMinutes(7), () => field.Hub.OnBegin = begin =>
        {
            field.Hub.OnBegin = null;
            conflicts++;
            // Only an id that is not ours can be taken by another picture.
            var isOurs = field.Hub.Stored.ContainsKey((begin.SpoolId, begin.Counter));
            if (!isOurs)
            {
                field.Hub.Receipt(begin, ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken);
            }

            return !isOurs;
        });

        var brain = field.Brain;
        var takenByBrain = 0u;
        while (field.Steps < StepsASeed)
        {
            field.Advance(field.Now + 60_000);
            if (!ReferenceEquals(brain, field.Brain))
            {
                (brain, takenByBrain) = (field.Brain, 0);
            }

            // A picture counts from the moment at which the camera itself counts it.
            for (; takenByBrain < field.Brain.TakenCount; takenByBrain++)
            {
                taken.Add(field.Sensor.Pictures[^1]);
            }
        }

        field.AssertNothingIsLostOrDoubled(taken);
        output.WriteLine($"{field.Now / 60_000} min, {taken.Count} pictures, {field.Hub.Stored.Count} stored, "
            + $"{field.PowerCuts} power cuts, {field.Link.Connects} connections, {conflicts} conflicts, "
            + $"{field.Brain.Spool.Count} wait");
        Assert.True(taken.Count > 100, "Too little happened.");
        Assert.True(field.Hub.Stored.Count > taken.Count / 2, "Too little was delivered.");

        // With the faults gone the rest arrives, and the card is empty.
        field.Calm();
        field.Until(() => field.Brain.Spool.IsRecovered && field.Brain.Spool.Count == 0, 7200);
        field.AssertNothingIsLostOrDoubled(taken);
        Assert.DoesNotContain(field.Store.Files.Keys, k => k.Area != StoreAreas.Ledger);
        var stored = field.Hub.Stored.Values.Select(p => Convert.ToHexString(p.Bytes)).ToHashSet();
        Assert.All(taken, picture => Assert.Contains(Convert.ToHexString(picture), stored));
    }

    static void Live(Field field, TimeSpan every, Action happen)
    {
        void Again()
        {
            if (!field.IsCalm)
            {
                field.In((long)(every.TotalMilliseconds * 2 * field.Chance.NextDouble()), Again);
                happen();
            }
        }

        field.In((long)(every.TotalMilliseconds * 2 * field.Chance.NextDouble()), Again);
    }
}
