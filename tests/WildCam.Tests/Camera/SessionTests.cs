using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class SessionTests
{
    [Fact]
    public void The_clock_is_set_to_the_hubs_and_a_new_hello_anchors_the_new_epoch()
    {
        var field = new Field().Boot();
        field.Until(() => field.Hub.Hellos.Count == 2);
        field.Run(60);
        Assert.Equal(2, field.Hub.Hellos.Count);
        Assert.Equal((1u, ClockSources.None), (field.Hub.Hellos[0].ClockEpoch, field.Hub.Hellos[0].ClockSource));
        Assert.Equal((2u, ClockSources.Hub), (field.Hub.Hellos[1].ClockEpoch, field.Hub.Hellos[1].ClockSource));
        Assert.InRange(field.Clock.RtcMilliseconds - field.HubTime, -2000, 2000);
    }

    [Fact]
    public void A_power_loss_begins_an_epoch_and_a_kept_clock_goes_on_with_its_own()
    {
        var field = new Field().Boot();
        field.Until(() => field.Hub.Hellos.Count == 2);
        field.CutPower(isClockKept: true);
        Assert.Equal((2u, ClockSources.Kept), (field.Brain.Clock.Epoch, field.Brain.Clock.Source));
        field.Run(30);
        Assert.Equal(1, field.Clock.Sets);
        field.CutPower();
        Assert.Equal((3u, ClockSources.None), (field.Brain.Clock.Epoch, field.Brain.Clock.Source));
    }

    [Fact]
    public void A_picture_of_an_earlier_epoch_keeps_its_epoch_and_seconds()
    {
        var field = new Field { Link = { IsUnreachable = true } }.Boot();
        field.Run(5);
        field.Trigger();
        field.CutPower();
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal((1u, 5u), (field.Hub.Begins[0].ClockEpoch, field.Hub.Begins[0].ClockSeconds));
        Assert.Equal(3u, field.Hub.Hellos[^1].ClockEpoch);
    }

    [Fact]
    public void Reconnecting_backs_off_to_its_bound_with_jitter()
    {
        var field = new Field { Link = { IsUnreachable = true } }.Boot();
        field.Run(3600);
        Assert.InRange(field.Link.Connects, 15, 40);
        var before = field.Link.Connects;
        field.Run(3600);
        Assert.InRange(field.Link.Connects - before, 11, 25);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Brain.Session.IsReady, Limits.BackoffMillisecondsMax / 1000 + 1);
    }

    [Fact]
    public void A_hub_that_never_tells_the_time_is_left_and_tried_again()
    {
        var field = new Field { Hub = { IsSilent = true } }.Boot();
        field.Until(() => field.Link.Connects == 2, 90);
        Assert.Equal(Limits.HellosMax, field.Link.Sent.Count(s => s.Word == Topics.Hello));
    }

    [Fact]
    public void The_will_names_boot_and_session()
    {
        var field = new Field().Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Link.Disconnect(false);
        field.Until(() => field.Link.State == LinkStates.Up);
        Assert.Equal("1:1:2", field.Link.Will);
        field.CutPower();
        field.Until(() => field.Link.State == LinkStates.Up);
        Assert.Equal("1:2:1", field.Link.Will);
        Assert.Equal((2u, 1u), (field.Hub.Hellos.Count > 0 ? field.Brain.Boot : 0, field.Brain.Session.Number));
    }

    [Fact]
    public void Heartbeats_come_at_once_and_then_at_their_interval()
    {
        var field = new Field().Boot();
        field.Run(3 * 3600 + 60);
        Assert.Equal([1u, 2u, 3u, 4u], field.Hub.Heartbeats.Select(h => h.Sequence));
        var beat = field.Hub.Heartbeats[0];
        Assert.Equal((3900, 77, -35), (beat.BatteryMillivolts, beat.BatteryPercent, beat.Temperature));
        Assert.Equal(3600u, beat.NextContactSeconds);
    }

    [Fact]
    public void A_camera_on_batteries_delivers_says_good_night_and_sleeps_until_its_heartbeat()
    {
        var field = new Field { Profile = { SleepsWhenIdle = true } }.Boot();
        field.Trigger();
        field.Until(() => field.Brain.IsAsleep);
        Assert.Single(field.Hub.Stored);
        Assert.Equal(3600u, field.Board.Sleeps.Single());
        Assert.Equal(3600u, field.Hub.Sleeps.Single().NextContactSeconds);
        Assert.Equal(LinkStates.Down, field.Link.State);
        field.Run(1800);
        Assert.Equal(1, field.Link.Connects);
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 2);
        field.Until(() => field.Board.Sleeps.Count == 2);
        field.Until(() => field.Hub.Heartbeats.Count == 2, 3700);
    }

    [Fact]
    public void A_camera_on_batteries_does_not_wear_itself_out_on_a_dead_hub()
    {
        var field = new Field { Profile = { SleepsWhenIdle = true }, Link = { IsUnreachable = true } }.Boot();
        field.Trigger();
        field.Run(24 * 3600);
        Assert.InRange(field.Link.Connects, 24, 26 * Limits.ConnectionsPerWake);
        Assert.Equal(1u, field.Brain.Spool.Count);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 1, 3700);
    }
}
