using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(1, 4096)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 4096)]
    [InlineData(100_000, 1024)]
    [InlineData(100_000, 5000)]
    [InlineData(100_000, 16384)]
    public void A_picture_arrives_whole_and_leaves_the_spool(int bytes, int chunkBytes)
    {
        var field = new Field { Profile = { ChunkBytes = chunkBytes }, Sensor = { PictureBytes = bytes } }.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Run(1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        Assert.Equal(ReceiptOutcomes.Stored, field.Hub.Stored.Values.Single().Outcome);
        Assert.Empty(field.Store.Waiting);
        Assert.Equal(0u, field.Brain.Spool.Count);
        Assert.Equal(0, field.Brain.Spool.Bytes);
    }

    [Fact]
    public void The_begin_carries_the_facts_of_the_shutter()
    {
        var field = new Field().Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        var hubSeconds = field.HubTime / 1000;
        field.Trigger();
        field.Until(() => field.Hub.Begins.Count == 1);
        var begin = field.Hub.Begins[0];
        Assert.Equal(Triggers.Motion, begin.Trigger);
        Assert.Equal((1, 1), (begin.BurstIndex, begin.BurstCount));
        Assert.Equal(BeginFlags.Infrared, begin.Flags);
        Assert.Equal(3900, begin.BatteryMillivolts);
        Assert.Equal(-35, begin.Temperature);
        Assert.InRange(begin.DeviceUnixSeconds, hubSeconds - 2, hubSeconds + 2);
        Assert.Equal(field.Hub.Hellos[^1].ClockEpoch, begin.ClockEpoch);
    }

    [Fact]
    public void Chunks_and_end_take_the_route_of_the_want()
    {
        var field = new Field { Hub = { Route = "hub-7" } }.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(["hub-7"], field.Hub.Routes);
    }

    [Fact]
    public void A_receipt_that_is_lost_costs_one_round_trip_and_no_chunk()
    {
        var field = new Field { Sensor = { PictureBytes = 50_000 } }.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Link.Disconnect(false);
        var chunks = field.Hub.Chunks;
        field.Until(() => field.Brain.Spool.Count == 0);
        Assert.Equal(chunks, field.Hub.Chunks);
        Assert.Equal(2, field.Hub.Begins.Count);
        Assert.Single(field.Hub.Stored);
    }

    [Fact]
    public void Only_the_newest_attempt_is_obeyed()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = _ => true;
        field.Trigger();
        field.Until(() => field.Hub.Begins.Count == 2);
        Assert.NotEqual(field.Hub.Begins[0].Attempt, field.Hub.Begins[1].Attempt);
        field.Hub.Receipt(field.Hub.Begins[0], ReceiptOutcomes.Stored);
        field.Run(1);
        Assert.Equal(1u, field.Brain.Spool.Count);
        field.Hub.Receipt(field.Hub.Begins[1], ReceiptOutcomes.Stored);
        field.Run(1);
        Assert.Equal(0u, field.Brain.Spool.Count);
    }

    [Fact]
    public void Without_a_want_the_picture_is_offered_again_after_the_want_timeout()
    {
        var field = new Field().Boot();
        var times = new List<long>();
        field.Hub.OnBegin = _ =>
        {
            times.Add(field.Now);
            return true;
        };
        field.Trigger();
        field.Until(() => times.Count == 3);
        Assert.Equal(Limits.WantTimeoutMilliseconds, times[1] - times[0]);
        Assert.Equal(Limits.WantTimeoutMilliseconds, times[2] - times[1]);
    }

    [Fact]
    public void A_picture_that_gets_no_answer_lets_the_others_pass()
    {
        var field = new Field().Boot();
        field.Link.IsUnreachable = true;
        field.Trigger(5);
        field.Link.IsUnreachable = false;
        field.Hub.OnBegin = b => b.Counter == 5;
        field.Until(() => field.Hub.Stored.Count == 4);
        field.Run(1);
        Assert.Equal(1u, field.Brain.Spool.Count);
        field.Hub.OnBegin = null;
        field.Until(() => field.Brain.Spool.Count == 0);
    }

    [Fact]
    public void After_a_later_nothing_is_offered_until_it_has_passed()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = b =>
        {
            field.Hub.Later(b, 40);
            return true;
        };
        field.Trigger(3);
        field.Until(() => field.Hub.Begins.Count == 1);
        field.Hub.OnBegin = null;
        field.Run(39.9);
        Assert.Single(field.Hub.Begins);
        field.Until(() => field.Hub.Stored.Count == 3);
    }

    [Fact]
    public void A_later_is_bounded()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = b =>
        {
            field.Hub.Later(b, uint.MaxValue);
            return true;
        };
        field.Trigger();
        field.Until(() => field.Hub.Begins.Count == 1);
        field.Hub.OnBegin = null;
        field.Until(() => field.Hub.Stored.Count == 1, (int)Limits.LaterSecondsMax + 60);
    }

    [Fact]
    public void The_newest_picture_goes_first_and_then_the_backlog()
    {
        var field = new Field { Link = { IsUnreachable = true } }.Boot();
        field.Trigger(4);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 4);
        Assert.Equal([4ul, 3ul, 2ul, 1ul], field.Hub.Begins.Select(b => b.Counter));
    }

    [Fact]
    public void The_oldest_picture_goes_first_where_the_board_is_set_so()
    {
        var field = new Field { Profile = { IsNewestFirst = false }, Link = { IsUnreachable = true } }.Boot();
        field.Trigger(4);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 4);
        Assert.Equal([1ul, 2ul, 3ul, 4ul], field.Hub.Begins.Select(b => b.Counter));
    }

    [Fact]
    public void A_quarantined_picture_leaves_the_spool()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = b =>
        {
            field.Hub.Receipt(b, ReceiptOutcomes.Quarantined);
            return true;
        };
        field.Trigger();
        field.Until(() => field.Brain.Spool.ReceiptedCount == 1);
        Assert.Empty(field.Store.Waiting);
    }

    [Fact]
    public void A_conflict_gives_the_picture_a_new_number_and_it_arrives()
    {
        var field = new Field().Boot();
        var conflicts = 0;
        field.Hub.OnBegin = b =>
        {
            if (conflicts++ > 1)
            {
                return false;
            }

            field.Hub.Receipt(b, ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken);
            return true;
        };
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Run(1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        Assert.Equal(3, field.Hub.Begins.Select(b => b.Counter).Distinct().Count());
        Assert.Equal(0u, field.Brain.Spool.Count);
    }

    [Fact]
    public void A_picture_with_endless_conflicts_ends_in_the_dead_folder()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = b =>
        {
            field.Hub.Receipt(b, ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken);
            return true;
        };
        field.Trigger();
        field.Until(() => field.Brain.Spool.DeadCount == 1);
        Assert.Equal(Limits.RenamesMax + 1, field.Hub.Begins.Count);
        Assert.Equal(0u, field.Brain.Spool.Count);
    }

    [Fact]
    public void A_picture_that_the_hub_never_takes_goes_to_the_dead_folder_and_stays_dead()
    {
        var field = new Field().Boot();
        field.Hub.OnBegin = b =>
        {
            field.Hub.Receipt(b, ReceiptOutcomes.Never, ReceiptCodes.TooLarge);
            return true;
        };
        field.Trigger();
        field.Until(() => field.Brain.Spool.DeadCount == 1);
        Assert.Empty(field.Store.Waiting);
        Assert.Equal(field.Sensor.Pictures[0], field.Spooled(StoreAreas.Dead).Single().Bytes);
        field.CutPower();
        field.Run(100);
        Assert.Single(field.Hub.Begins);
        Assert.Equal(1u, field.Hub.Heartbeats[^1].DeadCount);
    }

    [Fact]
    public void A_digest_mismatch_on_the_way_is_healed_by_sending_all_again()
    {
        var field = new Field { Hub = { SpoilNextEnds = 1 } }.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        Assert.Equal(0u, field.Brain.Spool.DamagedCount);
    }

    [Fact]
    public void A_picture_that_the_card_spoiled_is_found_out_and_quarantined()
    {
        var field = new Field { Link = { IsUnreachable = true }, Sensor = { PictureBytes = 20_000 } }.Boot();
        field.Trigger();
        field.Store.Files.Values.Single()[10_000] ^= 4;
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Run(1);
        Assert.Equal(ReceiptOutcomes.Quarantined, field.Hub.Stored.Values.Single().Outcome);
        Assert.Equal(1u, field.Brain.Spool.DamagedCount);
        Assert.Equal(0u, field.Brain.Spool.Count);
    }

    [Fact]
    public void A_link_cut_every_30_s_at_8_KB_a_second_still_finishes_a_300_KB_picture()
    {
        var field = new Field { Sensor = { PictureBytes = 300 * 1024 }, Link = { BytesPerSecond = 8192 } }.Boot();
        field.Trigger();
        var cuts = 0;
        void Cut()
        {
            cuts++;
            field.Link.Disconnect(false);
            field.In(30_000, Cut);
        }

        field.In(30_000, Cut);
        field.Until(() => field.Hub.Stored.Count == 1, 120);
        Assert.InRange(cuts, 1, 3);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        Assert.InRange(field.Hub.Chunks, 75, 75 + 2 * Limits.WindowMax);
    }

    [Fact]
    public void After_the_death_of_a_hub_everything_is_wanted_again_and_arrives()
    {
        var field = new Field { Sensor = { PictureBytes = 200_000 }, Link = { BytesPerSecond = 20_000 } }.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Chunks == 20);
        field.Hub.Restart();
        field.Link.Disconnect(false);
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
    }

    [Fact]
    public void An_acknowledgement_that_never_comes_drops_the_link_and_the_delivery_goes_on()
    {
        var field = new Field { Sensor = { PictureBytes = 50_000 } }.Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        field.Link.SwallowsAcknowledgements = true;
        field.Trigger();
        field.Until(() => field.Link.State == LinkStates.Down, 30);
        field.Link.SwallowsAcknowledgements = false;
        field.Until(() => field.Hub.Stored.Count == 1);
    }
}
