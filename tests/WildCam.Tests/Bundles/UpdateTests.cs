using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Loader;
using WildCam.Wire;

namespace WildCam.Tests.Bundles;

public sealed class UpdateTests
{
    static readonly Version Old = new(0, 9, 0);
    static readonly Version New = new(1, 0, 0);

    [Fact]
    public void A_bundle_is_downloaded_verified_started_and_confirmed()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal(New, world.Running);
        Assert.Equal(world.Bundle, world.Field.Slots.Bytes[Slots.A]);
        Assert.Equal(
            [BundleStates.Downloading, BundleStates.Verified, BundleStates.Pending, BundleStates.Confirmed],
            world.Field.Hub.Bundles.Select(b => b.State).Distinct());
        Assert.All(world.Field.Hub.Bundles, b => Assert.Equal((77ul, RefusalCodes.None), (b.BundleId, b.Code)));
        Assert.Equal((Slots.A, Slots.None), (world.Record.Chosen, world.Record.Trial));
        Assert.Equal([Old, New], world.Starts);
        Assert.Equal((1, 0), (world.Field.Hub.Hellos[^1].FirmwareMajor, world.Field.Hub.Hellos[^1].FirmwareMinor));
    }

    [Fact]
    public void The_next_bundle_goes_to_the_other_slot_and_the_one_before_stays()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        var first = world.Bundle;
        world.Bundle = TestBundle.Make(new Version(1, 1, 0), 30_000, 5);
        world.OfferBundle(o => o.BundleId = 78);
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.Confirmed });
        Assert.Equal(new Version(1, 1, 0), world.Running);
        Assert.Equal(Slots.B, world.Record.Chosen);
        Assert.Equal(first, world.Field.Slots.Bytes[Slots.A]);
        Assert.Equal(world.Bundle, world.Field.Slots.Bytes[Slots.B]);
        world.Field.CutPower();
        world.Run(60);
        Assert.Equal(new Version(1, 1, 0), world.Running);
    }

    [Fact]
    public void A_confirmation_needs_the_connection_and_a_receipt()
    {
        var world = new UpdateWorld();
        var hadReceipt = false;
        world.Field.Hub.OnBegin = _ => world.Running == New && !hadReceipt;
        world.OfferBundle();
        world.UntilTold(BundleStates.Pending);
        world.Until(() => world.Field.Hub.Begins.Count > 0);
        world.Run(200);
        Assert.Equal(New, world.Running);
        Assert.Equal(Slots.A, world.Record.Trial);
        Assert.DoesNotContain(world.Field.Hub.Bundles, b => b.State == BundleStates.Confirmed);
        hadReceipt = true;
        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal(Triggers.Test, world.Field.Hub.Stored.Values.Single().Begin.Trigger);
    }

    [Fact]
    public void Pictures_that_waited_do_not_confirm_a_version_that_takes_none()
    {
        var world = new UpdateWorld();
        world.Behaves(New, Behaviour.BreaksSensor);
        world.Field.Hub.OnBegin = _ => world.Running != New;
        world.Field.Boot();
        world.Field.Trigger(3);
        world.OfferBundle();
        world.UntilTold(BundleStates.FellBack);
        Assert.Equal(Old, world.Running);
        Assert.DoesNotContain(world.Field.Hub.Bundles, b => b.State == BundleStates.Confirmed);
    }

    [Fact]
    public void Pictures_that_arrive_damaged_do_not_confirm_a_version()
    {
        var world = new UpdateWorld();
        world.Field.Hub.SpoilNextEnds = int.MaxValue;
        world.OfferBundle();
        world.UntilTold(BundleStates.FellBack);
        Assert.Equal(Old, world.Running);
        Assert.DoesNotContain(world.Field.Hub.Bundles, b => b.State == BundleStates.Confirmed);
    }

    [Theory]
    [InlineData((int)Behaviour.NeverConnects, RefusalCodes.NeverConfirmed, SlotChoice.AttemptsMax)]
    [InlineData((int)Behaviour.DiesAtStart, RefusalCodes.NeverConfirmed, SlotChoice.AttemptsMax)]
    [InlineData((int)Behaviour.BreaksSensor, RefusalCodes.NeverConfirmed, SlotChoice.AttemptsMax)]
    [InlineData((int)Behaviour.DoesNotLoad, RefusalCodes.NotLoaded, 0)]
    [InlineData((int)Behaviour.HasNoEntry, RefusalCodes.NotLoaded, 0)]
    public void A_version_that_does_not_come_up_is_left_and_reported(int behaviour, ushort code, int starts)
    {
        var world = new UpdateWorld();
        world.Behaves(New, (Behaviour)behaviour);
        world.OfferBundle();
        world.UntilTold(BundleStates.FellBack);
        Assert.Equal(code, world.Last.Code);
        Assert.Equal(Old, world.Running);
        Assert.Equal(starts, world.Starts.Count(v => v == New));
        Assert.Equal((Slots.None, SlotStates.Bad), (world.Record.Trial, world.Record.StateA));
        world.Run(3600);
        Assert.Equal(starts, world.Starts.Count(v => v == New));
        world.Field.Trigger();
        world.Until(() => world.Field.Hub.Stored.Count > 0);
    }

    [Fact]
    public void A_version_that_fell_back_is_tried_again_only_when_it_is_offered_anew()
    {
        var world = new UpdateWorld();
        world.Behaves(New, Behaviour.DiesAtStart);
        world.OfferBundle();
        world.UntilTold(BundleStates.FellBack);
        world.Behaves(New, Behaviour.Works);
        world.Run(600);
        Assert.Equal(BundleStates.FellBack, world.Last.State);
        world.OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal(New, world.Running);
    }

    [Fact]
    public void A_confirmed_version_that_does_not_load_any_more_gives_way_to_the_one_before()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        world.Bundle = TestBundle.Make(new Version(1, 1, 0), 30_000, 5);
        world.OfferBundle(o => o.BundleId = 78);
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.Confirmed });
        world.Behaves(new Version(1, 1, 0), Behaviour.DoesNotLoad);
        world.Field.CutPower();
        world.UntilTold(BundleStates.FellBack);
        Assert.Equal(New, world.Running);
        world.Behaves(New, Behaviour.DoesNotLoad);
        world.Field.CutPower();
        world.Run(60);
        Assert.Equal(Old, world.Running);
    }

    [Fact]
    public void With_both_records_gone_the_built_in_application_runs_and_takes_the_bundle_again()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        world.Field.Slots.WriteRecord(0, [1, 2, 3]);
        world.Field.Slots.WriteRecord(1, []);
        world.Field.CutPower();
        Assert.Equal(Old, world.Running);
        world.Until(() => world.Running == New && world.Record.UpdateState == BundleStates.Confirmed);
    }

    [Fact]
    public void Where_the_attempt_cannot_be_counted_the_new_version_is_not_started()
    {
        var world = new UpdateWorld();
        world.Field.Boot();
        var memo = new byte[BundleOffer.Bytes];
        world.MakeOffer(world.Bundle).Write(memo, 0);
        var record = new SlotRecord
        {
            Sequence = 9, Trial = Slots.A, StateA = SlotStates.Verified, UpdateState = BundleStates.Pending,
            Memo = memo, BuiltInStamp = world.BuiltInStamp,
        };
        world.Field.Slots.WriteRecord(0, record.NextBytes());
        world.Field.Slots.Bytes[Slots.A] = world.Bundle;
        world.Field.Slots.RefusesRecord = true;
        world.Field.CutPower();
        world.Run(60);
        Assert.Equal([Old, Old], world.Starts);
        world.Field.Slots.RefusesRecord = false;
        world.UntilTold(BundleStates.FellBack);
        Assert.Equal(RefusalCodes.NotTried, world.Last.Code);
    }

    [Fact]
    public void Pictures_go_first_and_a_camera_that_never_rests_still_gets_its_update()
    {
        var world = new UpdateWorld { Field = { Link = { BytesPerSecond = 4000 } } };
        world.Field.Sensor.PictureBytes = 60_000;
        void TriggerOften()
        {
            world.Field.Brain.Triggered(Triggers.Motion);
            world.Field.In(10_000, TriggerOften);
        }

        world.Field.Boot();
        TriggerOften();
        world.OfferBundle();
        world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, world.Offer!.Write);
        world.Until(() => world.Field.Hub.BundleWants.Count == 2);
        var asked = world.Field.Hub.BundleWants.Count;
        var stored = world.Field.Hub.Stored.Count;
        world.Until(() => world.Field.Hub.BundleWants.Count > asked);
        Assert.InRange(world.Field.Hub.Stored.Count - stored, 5, 100);
        world.UntilTold(BundleStates.Confirmed, 20_000);
    }

    [Fact]
    public void A_camera_on_batteries_stays_awake_for_its_update_and_sleeps_after_it()
    {
        var world = new UpdateWorld { Field = { Profile = { SleepsWhenIdle = true } } };
        world.OfferBundle();
        world.UntilTold(BundleStates.Confirmed, 600);
        Assert.Empty(world.Field.Board.Sleeps);
        world.Until(() => world.Field.Brain.IsAsleep, 600);
    }

    [Fact]
    public void An_update_waits_for_the_battery_and_goes_on_later()
    {
        var world = new UpdateWorld();
        world.Field.Board.BatteryPercent = 40;
        world.OfferBundle(o => o.BatteryPercentMin = 50);
        world.UntilTold(BundleStates.WaitsForBattery, 60);
        world.Run(600);
        Assert.Empty(world.Field.Hub.BundleWants);
        world.Field.Board.BatteryPercent = 52;
        world.Run(600);
        Assert.Empty(world.Field.Hub.BundleWants);
        world.Field.Board.BatteryPercent = 56;
        world.Until(() => world.Field.Hub.BundleWants.Count == 2);
        world.Field.Board.BatteryPercent = 20;
        world.Until(() => world.Last.State == BundleStates.WaitsForBattery);
        world.Field.CutPower();
        world.Run(300);
        Assert.Equal(BundleStates.WaitsForBattery, world.Last.State);
        world.Field.Board.BatteryPercent = Protocol.NoPercent;
        world.UntilTold(BundleStates.Confirmed);
    }

    [Fact]
    public void A_link_that_breaks_goes_on_at_the_stored_length()
    {
        var world = new UpdateWorld();
        world.Serve = wanted =>
        {
            world.Send(world.Bundle, new BundleWant
            {
                BundleId = wanted.BundleId, Offset = wanted.Offset, WantedBytes = 8192, ChunkBytes = wanted.ChunkBytes,
            });
            world.Field.In(50, () => world.Field.Link.Disconnect(false));
        };
        world.OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal([0u, 8192u, 16384u, 24576u, 32768u], world.Field.Hub.BundleWants.Select(w => w.Offset));
        Assert.InRange(world.Field.Link.Connects, 6, 12);
    }

    [Fact]
    public void A_hub_that_does_not_answer_is_left_alone_for_a_while()
    {
        var world = new UpdateWorld { Serve = null }.OfferBundle();
        world.Run(3600);
        Assert.InRange(world.Field.Hub.BundleWants.Count, 3 * Limits.BundleAsksMax, 6 * Limits.BundleAsksMax);
        world.Serve = wanted => world.Send(world.Bundle, wanted);
        world.UntilTold(BundleStates.Confirmed);
    }

    [Fact]
    public void A_hung_version_on_trial_is_restarted_by_the_loaders_guard()
    {
        var slots = new FakeSlots(new PowerSupply());
        var board = new WaitingBoard();
        var record = new SlotRecord { Trial = Slots.A, StateA = SlotStates.Verified };
        slots.WriteRecord(1, record.NextBytes());
        new Boot(slots, board, board, builtInStamp: 0).Guard();
        Assert.Equal((Boot.GuardMilliseconds, 1), (board.PausedMilliseconds, board.Reboots));
        record.Trial = Slots.None;
        slots.WriteRecord(0, record.NextBytes());
        new Boot(slots, board, board, builtInStamp: 0).Guard();
        Assert.Equal(1, board.Reboots);
        Assert.True(Boot.GuardMilliseconds > Limits.TrialMilliseconds);
    }

    sealed class WaitingBoard : IMachine, IReset
    {
        public int PausedMilliseconds { get; private set; }

        public int Reboots { get; private set; }

        public bool TryLoad(byte[] assembly) => false;

        public bool TryRun(int slot, bool isPending) => false;

        public void Forget()
        {
        }

        public void Pause(int milliseconds) => PausedMilliseconds = milliseconds;

        public bool IsWake => false;

        public void Reboot() => Reboots++;

        public void Sleep(int seconds)
        {
        }
    }
}
