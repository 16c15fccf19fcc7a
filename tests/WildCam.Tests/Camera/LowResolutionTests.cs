using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>Small stand-ins at once, the full frames when they are ordered.</summary>
public sealed class LowResolutionTests
{
    static Field Ready(Action<Field>? change = null)
    {
        var field = new Field();
        change?.Invoke(field);
        field.Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        var config = CameraConfig.BuiltIn();
        (config.ConfigVersion, config.UploadMode) = (3, UploadModes.LowResolutionFirst);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, config.Write);
        field.Until(() => field.Hub.Reports.Count == 2);
        Assert.All(field.Hub.Reports[^1].Refused, code => Assert.Equal(0, code));
        return field;
    }

    static (ushort Code, byte State) Order(Field field, ulong id, ulong spoolId, ulong counter)
    {
        field.Hub.Command(id, CommandKinds.FullFrame, capture: (spoolId, counter));
        field.Until(() => field.Hub.Results.Any(r => r.CommandId == id), 30);
        var result = field.Hub.Results.Last(r => r.CommandId == id);
        return (result.Code, result.State);
    }

    [Fact]
    public void The_stand_in_goes_up_and_the_full_frame_waits_for_its_order()
    {
        var field = Ready();
        field.Trigger();
        var (full, small) = (field.Sensor.Pictures[0], field.Sensor.Pictures[1]);
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Run(3600);
        var (id, standIn) = field.Hub.Stored.Single();
        Assert.Equal(small, standIn.Bytes);
        Assert.Equal(BeginFlags.LowResolution, standIn.Begin.Flags & BeginFlags.LowResolution);
        Assert.Equal((1u, 1u, 0u), (field.Brain.TakenCount, field.Brain.Spool.HeldCount, field.Brain.Spool.Count));
        Assert.Equal(Resolutions.Vga640, field.Sensor.LastResolution);

        Assert.Equal((RefusalCodes.None, CommandStates.Done), Order(field, 7, id.Item1, id.Item2 - 1));
        field.Until(() => field.Hub.Stored.Count == 2);
        var whole = field.Hub.Stored[(id.Item1, id.Item2 - 1)];
        Assert.Equal(full, whole.Bytes);
        Assert.Equal(0, whole.Begin.Flags & BeginFlags.LowResolution);
        Assert.Equal(
            (standIn.Begin.ClockEpoch, standIn.Begin.ClockSeconds, standIn.Begin.ClockMilliseconds),
            (whole.Begin.ClockEpoch, whole.Begin.ClockSeconds, whole.Begin.ClockMilliseconds));
        field.Run(1);
        Assert.Equal(0u, field.Brain.Spool.HeldCount);
        Assert.DoesNotContain(field.Store.Files.Keys, k => k.Area != StoreAreas.Ledger);
    }

    [Fact]
    public void An_order_for_a_frame_that_is_not_held_is_refused()
    {
        var field = Ready();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        var id = field.Hub.Stored.Keys.Single();
        Assert.Equal((RefusalCodes.NoSuchFrame, CommandStates.Refused), Order(field, 7, id.Item1, id.Item2));
        Assert.Equal((RefusalCodes.NoSuchFrame, CommandStates.Refused), Order(field, 8, id.Item1 + 1, id.Item2 - 1));
        Assert.Equal(1u, field.Brain.Spool.HeldCount);
    }

    [Fact]
    public void Held_frames_outlive_a_power_cut_and_the_order_for_the_backlog_brings_all()
    {
        var field = Ready();
        for (var i = 0; i < 3; i++)
        {
            field.Trigger();
            field.Run(20);
        }

        field.CutPower();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(5);
        Assert.Equal(3u, field.Brain.Spool.HeldCount);
        Assert.Equal(3, field.Hub.Stored.Count);
        field.Hub.Command(9, CommandKinds.UploadBacklog);
        field.Until(() => field.Hub.Stored.Count == 6);
        field.MustKeep(field.Sensor.Pictures, field.Hub.Stored.Values.Select(p => p.Bytes));
        Assert.Empty(field.Spooled(StoreAreas.Held));
    }

    [Fact]
    public void A_damaged_held_frame_neither_goes_up_nor_keeps_the_camera_busy()
    {
        var field = Ready();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Store.Files.Single(f => f.Key.Area == StoreAreas.Held).Value[^50] ^= 1;
        field.Hub.Command(9, CommandKinds.UploadBacklog);
        field.Run(600);
        Assert.Single(field.Hub.Stored);
        Assert.Contains(field.Store.Files.Keys, k => k.Area == StoreAreas.Held);
    }

    [Fact]
    public void A_full_card_lets_held_frames_go_first_and_counts_them()
    {
        var field = Ready(f =>
        {
            f.Sensor.PictureBytes = 10_000;
            f.Profile.PictureBytesUsual = 10_000;
            f.Profile.SpoolCapacityBytes = 5 * 12_288;
        });
        field.Link.IsUnreachable = true;
        field.Link.Disconnect(false);
        field.Trigger(4);
        Assert.Equal([2ul, 4, 6, 8], field.Spooled().Select(p => p.Footer.Counter));
        Assert.Equal([7ul], field.Spooled(StoreAreas.Held).Select(p => p.Footer.Counter));
        Assert.Equal(3u, field.Brain.Spool.DroppedCount);
    }

    [Fact]
    public void Without_a_stand_in_the_full_frame_goes_up()
    {
        var field = Ready(f => f.Sensor.RefusesSmall = true);
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        Assert.Equal((1u, 0u), (field.Brain.TakenCount, field.Brain.StandInCount));
    }

    [Theory]
    [InlineData(ReceiptOutcomes.Conflict)]
    [InlineData(ReceiptOutcomes.Never)]
    public void A_stand_in_that_the_hub_cannot_take_gives_way_to_its_full_frame(byte outcome)
    {
        var field = Ready();
        field.Hub.OnBegin = begin =>
        {
            var isStandIn = (begin.Flags & BeginFlags.LowResolution) != 0;
            if (isStandIn)
            {
                field.Hub.Receipt(begin, outcome);
            }

            return isStandIn;
        };
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(field.Sensor.Pictures[0], field.Hub.Stored.Values.Single().Bytes);
        field.Run(60);
        Assert.DoesNotContain(field.Store.Files.Keys, k => k.Area != StoreAreas.Ledger);
    }

    [Fact]
    public void What_a_person_orders_goes_up_whole()
    {
        var field = Ready();
        field.Hub.Command(7, CommandKinds.CaptureNow);
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(0, field.Hub.Stored.Values.Single().Begin.Flags & BeginFlags.LowResolution);
        Assert.Equal(0u, field.Brain.Spool.HeldCount);
    }

    [Fact]
    public void The_smallest_size_has_no_smaller_stand_in()
    {
        var field = Ready();
        var config = CameraConfig.BuiltIn();
        (config.ConfigVersion, config.UploadMode, config.Resolution) =
            (4, UploadModes.LowResolutionFirst, Resolutions.Vga640);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, config.Write);
        field.Until(() => field.Hub.Reports.Count == 3);
        var report = field.Hub.Reports[^1];
        // Low resolution first was in force, and the smallest size does not go with it.
        Assert.Equal(RefusalCodes.NotSupported, report.CodeOf(ConfigFields.UploadMode));
        Assert.Equal(RefusalCodes.NeedsRefused, report.CodeOf(ConfigFields.Resolution));
        Assert.Equal(
            (4u, UploadModes.LowResolutionFirst, Resolutions.Uxga1600),
            (report.InForce.ConfigVersion, report.InForce.UploadMode, report.InForce.Resolution));
    }
}
