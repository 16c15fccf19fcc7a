using WildCam.Camera;
using WildCam.Loader;
using WildCam.Wire;
using WildCam.Worlds;

namespace WildCam.Tests.Bundles;

/// <summary>What the loader starts when a version that was confirmed does not live any more.</summary>
public sealed class LoaderChoiceTests(ITestOutputHelper output)
{
    static readonly Version Old = new(0, 9, 0);
    static readonly Version First = new(1, 0, 0);
    static readonly Version Second = new(1, 1, 0);

    static UpdateWorld WithOne(int seed = 1)
    {
        var world = new UpdateWorld(seed).OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        return world;
    }

    static UpdateWorld WithTwo(int seed = 1)
    {
        var world = WithOne(seed);
        world.Bundle = TestBundle.Make(Second, 30_000, 5);
        world.OfferBundle(o => o.BundleId = 78);
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.Confirmed });
        return world;
    }

    [Fact]
    public void A_confirmed_version_that_dies_at_each_start_gives_way_to_the_other_good_one()
    {
        var world = WithTwo();
        world.Behaves(Second, Behaviour.DiesAtStart);
        world.Starts.Clear();
        world.Field.CutPower();
        Assert.Equal([.. Enumerable.Repeat(Second, SlotChoice.StartsMax), First], world.Starts);
        Assert.All(world.Rests, r => Assert.InRange(r, SlotChoice.RestSecondsMin, 4 * SlotChoice.RestSecondsMin));
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.FellBack, Code: RefusalCodes.Died });
        world.Run(60);
        Assert.Equal((Slots.A, 0), (world.Record.Chosen, (int)world.Record.Attempts));
        world.Field.CutPower();
        Assert.Equal(First, world.Running);

        world.Bundle = TestBundle.Make(new Version(1, 2, 0), 20_000, 6);
        world.OfferBundle(o => o.BundleId = 79);
        world.Until(() => world.Last is { BundleId: 79, State: BundleStates.Confirmed });
        Assert.Equal((new Version(1, 2, 0), Slots.B), (world.Running, world.Record.Chosen));
    }

    [Fact]
    public void Where_no_other_is_good_the_built_in_application_has_its_turn()
    {
        var world = WithOne();
        world.Behaves(First, Behaviour.DiesAtStart);
        world.Field.CutPower();
        Assert.Equal(Old, world.Running);
        world.Until(() => world.Last is { State: BundleStates.FellBack, Code: RefusalCodes.Died });
        // The hub offers it anew, mended.
        world.Behaves(First, Behaviour.Works);
        world.OfferBundle();
        world.Until(() => world.Last.State == BundleStates.Confirmed);
        Assert.Equal(First, world.Running);
    }

    [Fact]
    public void Power_that_flickers_is_no_death_once_the_version_lived_for_a_while()
    {
        var world = WithOne();
        for (var i = 0; i < 30; i++)
        {
            for (var flicker = 0; flicker < SlotChoice.StartsMax - 2; flicker++)
            {
                world.Field.CutPower();
                world.Run(2);
            }

            world.Run(Limits.LifeMilliseconds / 1000 + 1);
            Assert.Equal((First, 0), (world.Running, world.Record.Attempts));
        }
    }

    [Fact]
    public void A_camera_on_batteries_answers_for_its_start_before_it_sleeps()
    {
        var world = new UpdateWorld { Field = { Profile = { SleepsWhenIdle = true } } };
        world.Field.Boot();
        Assert.Equal(1, world.Record.Attempts);
        world.Until(() => world.Field.Brain.IsAsleep, 600);
        Assert.Equal(0, world.Record.Attempts);
    }

    [Fact]
    public void A_wake_out_of_a_sleep_writes_nothing_while_all_is_well()
    {
        var (slots, board) = Dying(lives: _ => true);
        var record = slots.Record;
        record.Attempts = 0;
        slots.WriteRecord(record.Copy ^ 1, record.NextBytes());
        var before = slots.Record.Sequence;
        board.IsWake = true;
        Assert.True(board.Start(slots));
        Assert.Equal((before, Slots.A), (slots.Record.Sequence, board.Runs.Single()));
        board.IsWake = false;
        Assert.True(board.Start(slots));
        Assert.Equal((before + 1, 1), (slots.Record.Sequence, slots.Record.Attempts));
    }

    [Fact]
    public void A_death_after_a_wake_counts_as_well()
    {
        var (slots, board) = Dying(lives: _ => false);
        board.IsWake = true;
        for (var i = 1; i <= SlotChoice.StartsMax + 1; i++)
        {
            Assert.False(board.Start(slots));
        }

        Assert.Equal(
            [.. Enumerable.Repeat(Slots.A, SlotChoice.StartsMax), Slots.B], board.Runs);
    }

    [Fact]
    public void Where_nothing_lives_all_are_tried_by_turns_and_the_rests_grow_to_an_hour()
    {
        var (slots, board) = Dying(lives: _ => false);
        for (var i = 0; i < 1000; i++)
        {
            Assert.False(board.Start(slots));
        }

        Assert.Equal([SlotChoice.RestSecondsMin, 240, 960, SlotChoice.RestSecondsMax], board.Rests.Distinct());
        Assert.Equal(board.Rests.Order(), board.Rests);
        foreach (var slot in new[] { Slots.A, Slots.B, Slots.BuiltIn })
        {
            Assert.InRange(board.Runs.Count(r => r == slot), 150, 600);
        }

        // Whoever lives again stays.
        board.Lives = slot => slot == Slots.B;
        while (!board.Start(slots))
        {
            Must.Hold(board.Runs.Count < 1100, "The good slot is never tried again.");
        }

        Assert.Equal(Slots.B, slots.Record.Chosen);
    }

    [Fact]
    public void A_board_that_resets_before_anything_ends_rests_and_then_starts_the_other()
    {
        var (slots, board) = Dying(lives: _ => true);
        for (var i = 0; i < SlotChoice.StartsMax; i++)
        {
            // Its power breaks down: neither end nor sleep is seen.
            board.IsWake = false;
            Assert.True(board.Start(slots));
        }

        board.IsWake = false;
        Assert.False(board.Start(slots));
        Assert.Equal([SlotChoice.RestSecondsMin], board.Rests);
        Assert.True(board.Start(slots));
        Assert.Equal([.. Enumerable.Repeat(Slots.A, SlotChoice.StartsMax), Slots.B], board.Runs);
    }

    [Fact]
    public void A_confirmed_version_that_hangs_at_its_start_is_restarted_by_the_guard()
    {
        var (slots, board) = Dying(lives: _ => true);
        var boot = new Boot(slots, board, board, DyingBoard.Stamp);
        boot.Choose();
        Assert.True(boot.IsWatched);
        boot.Guard();
        Assert.Equal(1, board.Reboots);
        var record = slots.Record;
        record.Attempts = 0;
        slots.WriteRecord(record.Copy ^ 1, record.NextBytes());
        boot.Guard();
        Assert.Equal(1, board.Reboots);
    }

    [Theory]
    [InlineData(BundleStates.Downloading)]
    [InlineData(BundleStates.Pending)]
    [InlineData(BundleStates.Confirmed)]
    public void A_freshly_flashed_program_runs_whatever_the_slots_hold(byte until)
    {
        var world = new UpdateWorld();
        world.Field.Hub.OnBegin = _ => until == BundleStates.Pending && world.Running == First;
        world.OfferBundle();
        world.UntilTold(until);
        world.Offer = null;
        world.BuiltInStamp++;
        world.Field.CutPower();
        world.Run(3600);
        world.Field.CutPower();
        Assert.Equal(Old, world.Running);
        Assert.Equal(
            (Slots.BuiltIn, Slots.None, SlotStates.Empty, SlotStates.Empty, BundleStates.None),
            (world.Record.Chosen, world.Record.Trial, world.Record.StateA, world.Record.StateB,
                world.Record.UpdateState));

        // What was offered before counts for nothing: the hub may offer it again.
        world.Field.Hub.OnBegin = null;
        world.OfferBundle(o => o.Number = 1);
        world.Until(() => world.Running == First && world.Record.UpdateState == BundleStates.Confirmed);
    }

    [Fact]
    public void A_freshly_flashed_program_runs_also_where_the_record_cannot_be_written()
    {
        var world = WithOne();
        world.Field.Slots.RefusesRecord = true;
        world.BuiltInStamp++;
        world.Field.CutPower();
        Assert.Equal(Old, world.Running);
    }

    [Theory]
    [InlineData("dies beside another")]
    [InlineData("dies alone")]
    [InlineData("is flashed")]
    public void A_power_cut_at_any_write_of_it_comes_to_the_same_end(string what)
    {
        for (var n = 1; ; n++)
        {
            var world = what == "dies beside another" ? WithTwo(n) : WithOne(n);
            world.Behaves(what == "dies beside another" ? Second : First,
                what == "is flashed" ? Behaviour.Works : Behaviour.DiesAtStart);
            world.Offer = null;
            world.BuiltInStamp += what == "is flashed" ? 1ul : 0;
            world.Field.Power.Writes = 0;
            world.Field.Power.CutAt = n;
            world.Field.CutPower();
            world.Run(120);
            var cuts = world.Field.Power.Writes >= n;
            world.Field.Power.CutAt = 0;
            world.Field.CutPower();
            world.Run(120);
            Assert.Equal(what == "dies beside another" ? First : Old, world.Running);
            Assert.Equal(0, world.Record.Attempts);
            var stored = world.Field.Hub.Stored.Count;
            world.Field.Trigger();
            world.Until(() => world.Field.Hub.Stored.Count > stored);
            if (!cuts)
            {
                output.WriteLine($"{n - 1} writes, each cut once");
                Assert.InRange(n, 3, 100);
                return;
            }
        }
    }

    /// <summary>Two good slots, of which A is chosen, under a board on which things live or die.</summary>
    static (FakeSlots Slots, DyingBoard Board) Dying(Func<int, bool> lives)
    {
        var slots = new FakeSlots(new PowerSupply());
        slots.Bytes[Slots.A] = TestBundle.Make(First, 9000, 1);
        slots.Bytes[Slots.B] = TestBundle.Make(Second, 9000, 2);
        var record = new SlotRecord
        {
            StateA = SlotStates.Good, StateB = SlotStates.Good, Chosen = Slots.A, BuiltInStamp = DyingBoard.Stamp,
            LoaderMajor = SlotChoice.Major, LoaderMinor = SlotChoice.Minor,
        };
        slots.WriteRecord(1, record.NextBytes());
        return (slots, new DyingBoard { Lives = lives });
    }

    sealed class DyingBoard : IMachine, IReset
    {
        public const ulong Stamp = 20260101120000;

        bool _isAlive;

        public required Func<int, bool> Lives { get; set; }

        public List<byte> Runs { get; } = [];

        public List<int> Rests { get; } = [];

        public int Reboots { get; private set; }

        public bool IsWake { get; set; }

        /// <summary>One start; true where something lives then.</summary>
        public bool Start(FakeSlots slots)
        {
            _isAlive = false;
            var boot = new Boot(slots, this, this, Stamp);
            boot.Choose();
            if (boot.Start() && !_isAlive)
            {
                boot.End();
            }

            return _isAlive;
        }

        public bool TryLoad(byte[] assembly) => true;

        public bool TryRun(int slot, bool isPending)
        {
            Runs.Add((byte)slot);
            _isAlive = Lives(slot);
            return true;
        }

        public void Forget()
        {
        }

        public void Pause(int milliseconds) =>
            Assert.Contains(milliseconds, new[] { Boot.AwakeMilliseconds, Boot.GuardMilliseconds });

        public void Reboot() => Reboots++;

        public void Sleep(int seconds)
        {
            Rests.Add(seconds);
            IsWake = true;
        }
    }
}
