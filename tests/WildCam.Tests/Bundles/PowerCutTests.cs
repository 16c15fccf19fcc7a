using System.Globalization;
using WildCam.Wire;

namespace WildCam.Tests.Bundles;

/// <summary>Power cuts at the writes of slots and record: a camera ends on the new version, or on the old.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    const int LivesOfChance = 300;

    static readonly Version Old = new(0, 9, 0);
    static readonly Version New = new(1, 0, 0);

    static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"),
        CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    [Theory]
    [InlineData((int)Behaviour.Works)]
    [InlineData((int)Behaviour.DiesAtStart)]
    [InlineData((int)Behaviour.NeverConnects)]
    [InlineData((int)Behaviour.DoesNotLoad)]
    public void A_power_cut_at_any_write_of_an_update_leaves_a_camera_that_works(int behaviour)
    {
        var works = (Behaviour)behaviour == Behaviour.Works;
        var final = works ? BundleStates.Confirmed : BundleStates.FellBack;
        for (var n = 1; ; n++)
        {
            var world = new UpdateWorld(n);
            world.Behaves(New, (Behaviour)behaviour);
            world.Field.Boot();
            world.Until(() => world.Field.Brain.Session.IsReady);
            world.Field.Power.Writes = 0;
            world.Field.Power.CutAt = n;
            world.OfferBundle();
            world.UntilTold(final, 20_000);
            var cuts = world.Field.Power.Writes >= n;
            Assert.Equal(works ? New : Old, world.Running);
            Assert.Equal(77ul, world.Last.BundleId);
            Assert.Equal(Slots.None, world.Record.Trial);
            Assert.InRange(world.Starts.Count(v => v == New), works ? 1 : 0, 3);
            world.Field.Power.CutAt = 0;
            world.Field.CutPower();
            Assert.Equal(works ? New : Old, world.Running);
            MustDeliver(world);
            if (!cuts)
            {
                output.WriteLine($"{n - 1} writes, each cut once");
                Assert.InRange(n, 15, 500);
                return;
            }
        }
    }

    [Fact]
    public void Lives_with_faults_by_chance_never_end_in_a_camera_that_is_lost()
    {
        output.WriteLine($"WILDCAM_SEED={Seed}");
        var ends = new Dictionary<byte, int>();
        for (var life = 0; life < LivesOfChance; life++)
        {
            var seed = unchecked(Seed + life);
            var chance = new Random(seed);
            var world = new UpdateWorld(seed);
            var behaviour = (Behaviour)chance.Next(6);
            world.Behaves(New, chance.Next(2) == 0 ? Behaviour.Works : behaviour);
            world.Field.Link.FaultChance = chance.Next(2) * 0.02;
            world.Field.Link.BytesPerSecond = chance.Next(2) * 8000;
            world.Field.Boot();
            CutAgainAndAgain(world, chance, chance.Next(1, 40));
            world.OfferBundle();
            world.Until(
                () => world.Field.Hub.Bundles.Any(b => b.State is BundleStates.Confirmed or BundleStates.FellBack),
                100_000);
            world.Field.Calm();
            world.Field.CutPower();
            world.Until(() => world.Last.State is BundleStates.Confirmed or BundleStates.FellBack, 100_000);
            var end = world.Last.State;
            ends[end] = ends.GetValueOrDefault(end) + 1;
            var expected = end == BundleStates.Confirmed ? New : Old;
            Assert.True(world.Running == expected, $"Seed {seed}: {world.Describe()}");
            MustDeliver(world);
        }

        output.WriteLine(string.Join(", ", ends.Select(e => $"state {e.Key}: {e.Value}")));
        Assert.Equal(2, ends.Count);
    }

    static void CutAgainAndAgain(UpdateWorld world, Random chance, int writes)
    {
        var left = 6;
        void Next()
        {
            if (left-- > 0 && !world.Field.IsCalm)
            {
                world.Field.Power.Writes = 0;
                world.Field.Power.CutAt = chance.Next(1, writes + 1);
                world.Field.In(chance.Next(1, 120_000), Next);
            }
        }

        Next();
    }

    static void MustDeliver(UpdateWorld world)
    {
        var stored = world.Field.Hub.Stored.Count;
        world.Until(() => world.Field.Brain.Session.IsReady);
        world.Field.Trigger();
        world.Until(() => world.Field.Hub.Stored.Count > stored);
    }
}
