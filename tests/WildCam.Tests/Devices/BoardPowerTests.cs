using WildCam.Esp32;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>Battery, causes, clock and sleep of a board.</summary>
public sealed class BoardPowerTests
{
    readonly BoardWorld _world = new(seed: 4);

    [Fact]
    public async Task The_battery_is_on_the_line_through_two_measured_points()
    {
        var battery = new Calibration { Raw1 = 2000, Millivolts1 = 4000, Raw2 = 3000, Millivolts2 = 6200 };
        _world.BatteryRaw = 2500;
        var millivolts = await _world.DoAsync(() => Power(battery).BatteryMillivolts);
        // The ADC's noise is up to 8 counts, and the mean of 16 readings is nearer.
        Assert.InRange(millivolts, 5090, 5110);
        Assert.Equal(6200, battery.Millivolts(3000));
        Assert.Equal(0, battery.Millivolts(0));
        Assert.Equal("0 50 100", $"{battery.Percent(4000)} {battery.Percent(5200)} {battery.Percent(7000)}");
    }

    [Fact]
    public void Nominal_values_hold_where_nobody_measured()
    {
        var battery = Calibration.Nominal(DevKitBoard.Pins());
        Assert.True(battery.IsLine);
        Assert.Equal(DevKitBoard.Pins().BatteryFullScaleMillivolts, battery.Millivolts(4095));
    }

    [Theory]
    [InlineData(-1, 1UL << 33)]
    [InlineData(32, (1UL << 33) | (1UL << 32))]
    public async Task A_sleep_ends_by_its_time_or_by_a_motion_sensor(int second, ulong pins)
    {
        var board = DevKitBoard.Pins();
        board.Motion2 = second;
        var end = await _world.RunAsync(WakeKind.Power, () => Power(Calibration.Nominal(board), board).Sleep(90));
        Assert.Equal((LifeEndKind.DeepSleep, TimeSpan.FromSeconds(90), pins), (end.Kind, end.Time, end.WakePins));
    }

    [Theory]
    [InlineData(WakeKind.Power, WakeCauses.PowerOn, false)]
    [InlineData(WakeKind.Timer, WakeCauses.Timer, true)]
    [InlineData(WakeKind.Motion, WakeCauses.Motion, true)]
    [InlineData(WakeKind.SecondMotion, WakeCauses.Motion, true)]
    public async Task The_chip_tells_why_it_woke_and_a_sleep_keeps_the_clock(WakeKind kind, byte cause, bool isKept)
    {
        WakeRecord? record = null;
        await _world.RunAsync(kind, () => record = new WakeRecord(new NativeCrc(), false));
        Assert.Equal((cause, isKept), (record!.WakeCause, record.IsClockKept));
    }

    [Theory]
    [InlineData(false, WakeCauses.Command)]
    [InlineData(true, WakeCauses.Update)]
    public async Task An_ordered_restart_is_known_once_and_keeps_the_clock(bool isPending, byte cause)
    {
        var end = await _world.RunAsync(WakeKind.Power, () =>
        {
            var power = Power(Calibration.Nominal(DevKitBoard.Pins()));
            power.Clock = new RtcClock(false);
            power.Reboot();
        });
        Assert.Equal(LifeEndKind.Reboot, end.Kind);
        var after = await _world.DoAsync(() => new WakeRecord(new NativeCrc(), isPending));
        Assert.Equal((cause, true), (after.WakeCause, after.IsClockKept));
        // The note is used up: the next restart is one of power.
        Assert.Equal(
            WakeCauses.PowerOn, await _world.DoAsync(() => new WakeRecord(new NativeCrc(), false).ResetCause));
    }

    [Fact]
    public async Task A_system_clock_that_is_set_elsewhere_does_not_move_the_cameras_clock_under_its_epoch()
    {
        const long set = 1_800_000_000_000;
        await _world.DoAsync(() =>
        {
            var clock = new RtcClock(true);
            var before = clock.RtcMilliseconds;
            Assert.True(new RtcClock(true).Set(set / 2));
            Assert.InRange(clock.RtcMilliseconds, before, before + 5000);
            Assert.True(clock.Set(set));
            Assert.InRange(RtcClock.SystemMilliseconds, set, set + 5000);
            return true;
        });
    }

    static BoardPower Power(Calibration battery, BoardPins? pins = null) =>
        new(pins ?? DevKitBoard.Pins(), battery, new WakeRecord(new NativeCrc(), false));
}
