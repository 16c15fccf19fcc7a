using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>The infrared lamp and the status light.</summary>
public sealed class NightTests
{
    static Field Night(Action<Field>? change = null)
    {
        var field = new Field { Sensor = { Flags = 0 }, Lamp = { IsDark = true } };
        change?.Invoke(field);
        field.Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        return field;
    }

    static void Configure(Field field, Action<CameraConfig> change)
    {
        var config = CameraConfig.BuiltIn();
        config.ConfigVersion = 3;
        change(config);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, config.Write);
        field.Until(() => field.Brain.Policy.InForce.ConfigVersion == 3);
    }

    [Fact]
    public void In_the_dark_the_lamp_is_warm_before_the_shutter_and_out_behind_it()
    {
        var field = Night();
        var warm = -1L;
        field.Sensor.Fired = () => warm = field.Lamp.IsOn ? field.Now - field.Lamp.LitAt : -1;
        field.Trigger();
        field.Until(() => field.Brain.TakenCount == 1, 5);
        Assert.Equal(field.Profile.LampWarmUpMilliseconds, warm);
        Assert.False(field.Lamp.IsOn);
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(BeginFlags.Infrared, field.Hub.Stored.Values.Single().Begin.Flags);
    }

    [Fact]
    public void By_day_the_shutter_waits_for_nothing()
    {
        var field = Night(f => f.Lamp.IsDark = false);
        var at = field.Now;
        var fired = -1L;
        field.Sensor.Fired = () => fired = field.Now;
        field.Trigger();
        Assert.Equal(at, fired);
        Assert.Equal(0, field.Lamp.Lit);
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(0, field.Hub.Stored.Values.Single().Begin.Flags);
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(5000, 3)]
    public void The_lamp_burns_through_a_quick_burst_and_rests_in_a_slow_one(ushort gap, int lit)
    {
        var field = Night();
        Configure(field, c => (c.BurstCount, c.BurstGapMilliseconds) = (3, gap));
        field.Trigger();
        field.Until(() => field.Brain.TakenCount == 3);
        Assert.Equal(lit, field.Lamp.Lit);
        Assert.False(field.Lamp.IsOn);
    }

    [Fact]
    public void An_ordered_picture_has_its_light_and_a_test_pattern_needs_none()
    {
        var field = Night();
        field.Hub.Command(1, CommandKinds.TestPattern);
        field.Until(() => field.Brain.TakenCount == 1);
        Assert.Equal(0, field.Lamp.Lit);
        field.Hub.Command(2, CommandKinds.CaptureNow);
        field.Until(() => field.Brain.TakenCount == 2);
        Assert.Equal((1, false), (field.Lamp.Lit, field.Lamp.IsOn));
        field.Until(() => field.Hub.Results.Count == 2);
        Assert.All(field.Hub.Results, r => Assert.Equal(CommandStates.Done, r.State));
    }

    [Fact]
    public void A_link_that_drops_before_the_ordered_picture_leaves_no_lamp_burning()
    {
        var field = Night(f => f.Profile.LampWarmUpMilliseconds = 1000);
        field.Hub.Command(1, CommandKinds.CaptureNow);
        field.Until(() => field.Lamp.IsOn, 5);
        field.Link.IsUnreachable = true;
        field.Link.Disconnect(false);
        field.Run(1 + Limits.LampMillisecondsMax / 1000);
        Assert.False(field.Lamp.IsOn);
    }

    [Fact]
    public void The_light_tells_whoever_hangs_the_camera_how_it_is()
    {
        var field = new Field { Link = { IsUnreachable = true } };
        field.Boot();
        field.Run(0.1);
        Assert.Equal(LightCodes.Connecting, field.Light.Shown[^1]);
        field.Run(60);
        Assert.Equal(LightCodes.NoHub, field.Light.Shown[^1]);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        Assert.Equal(LightCodes.Ready, field.Light.Shown[^1]);
        field.Trigger();
        Assert.Equal(LightCodes.Picture, field.Light.Shown[^1]);
        field.Run(1);
        Assert.Equal(LightCodes.Ready, field.Light.Shown[^1]);
        field.Store.IsBroken = true;
        field.Trigger();
        Assert.Equal(LightCodes.NoCard, field.Light.Shown[^1]);
        field.Store.IsBroken = false;
        field.Sensor.IsBroken = true;
        field.Trigger();
        Assert.Equal(LightCodes.NoSensor, field.Light.Shown[^1]);
        field.Run(Limits.LightSeconds);
        Assert.Equal(LightCodes.Off, field.Light.Shown[^1]);
    }

    [Theory]
    [InlineData(WakeCauses.PowerOn, true)]
    [InlineData(WakeCauses.Motion, false)]
    public void A_camera_on_batteries_stays_awake_for_whoever_switched_it_on(byte cause, bool stays)
    {
        var field = new Field
        {
            Board = { WakeCause = cause },
            Profile = { SleepsWhenIdle = true, StaysForLight = true },
        };
        field.Boot();
        field.Run(Limits.LightSeconds - 5);
        Assert.Equal(stays, field.Board.Sleeps.Count == 0);
        field.Run(30);
        Assert.NotEmpty(field.Board.Sleeps);
        Assert.DoesNotContain(field.Light.Shown.TakeLast(1), l => l != LightCodes.Off);
    }

    [Fact]
    public void A_camera_that_wakes_in_the_field_shows_no_light()
    {
        var field = new Field { Board = { WakeCause = WakeCauses.Motion } };
        field.Boot();
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Empty(field.Light.Shown);
    }

    [Theory]
    [InlineData(LightCodes.Off, 0)]
    [InlineData(LightCodes.NoHub, 2)]
    [InlineData(LightCodes.NoCard, 3)]
    [InlineData(LightCodes.NoSensor, 4)]
    [InlineData(LightCodes.Ready, 1)]
    public void A_code_is_told_from_the_others_by_its_flashes(byte code, int flashes)
    {
        const int roundMilliseconds = 2400;
        var seen = 0;
        var wasLit = false;
        for (var at = 0; at < roundMilliseconds; at += LightCodes.TickMilliseconds)
        {
            var isLit = LightCodes.IsLit(code, at);
            seen += isLit && !wasLit ? 1 : 0;
            wasLit = isLit;
        }

        Assert.Equal(flashes, seen);
    }
}
