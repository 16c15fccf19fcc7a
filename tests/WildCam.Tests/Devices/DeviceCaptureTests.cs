using System.Diagnostics;
using WildCam.Camera.Ports;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>When Program.Main takes pictures, and what it says of them: by timer, motion, night, in bursts.</summary>
public sealed class DeviceCaptureTests
{
    const int DarkGain = 0x7F;
    const int WarmUpMilliseconds = 150;

    // The board's clock counts whole milliseconds: a wait may seem shorter by one at each of its ends.
    const int ClockStep = 2;

    [Fact]
    public async Task A_time_lapse_takes_one_picture_a_slot_over_deep_sleeps()
    {
        const int period = 60;
        const int slots = 3;
        var board = await FieldBoard.StartAsync(c =>
            (c.CaptureMode, c.TimelapseSeconds) = (CaptureModes.Timelapse, period));
        // The slot that the camera was hung up in is begun already and has no picture.
        var end = await board.LiveAsync(WakeKind.Timer);
        Assert.Empty(board.Kept());
        for (var slot = 0; slot < slots; slot++)
        {
            Assert.InRange(end.Time.TotalSeconds, 1, period);
            end = await board.LiveAsync(board.World.PassTime(end));
        }

        var kept = board.Kept();
        Assert.All(kept, k => Assert.Equal(Triggers.Timelapse, k.Trigger));
        var first = FieldBoard.StartMilliseconds / 1000 / period + 1;
        Assert.Equal([first, first + 1, first + 2], kept.Select(k => (long)k.ClockSeconds / period));

        // Motion is not asked for.
        await board.LiveAsync(WakeKind.Motion);
        Assert.Equal(slots, board.World.Camera.Captures);
    }

    [Fact]
    public async Task A_burst_has_its_pictures_in_their_order_and_with_their_pause()
    {
        const int gap = 300;
        var board = await FieldBoard.StartAsync(c => (c.BurstCount, c.BurstGapMilliseconds) = (3, gap));
        await board.LiveAsync(WakeKind.Motion);
        var kept = board.Kept();
        Assert.Equal(["1/3", "2/3", "3/3"], kept.Select(k => $"{k.BurstIndex}/{k.BurstCount}"));
        Assert.All(kept, k => Assert.Equal(Triggers.Motion, k.Trigger));
        var at = kept.ConvertAll(k => (k.ClockSeconds * 1000L) + k.ClockMilliseconds);
        Assert.All([at[1] - at[0], at[2] - at[1]], between => Assert.InRange(between, gap - 1, long.MaxValue));
        Assert.Equal(3, kept.Select(k => k.Counter).Distinct().Count());
    }

    [Theory]
    [InlineData(11, 13, 0)]
    [InlineData(13, 11, 1)]
    [InlineData(23, 13, 0)]
    public async Task In_quiet_hours_motion_takes_no_picture(int fromHour, int untilHour, int pictures)
    {
        var board = await FieldBoard.StartAsync(c =>
            (c.QuietFromMinute, c.QuietUntilMinute) = ((ushort)(60 * fromHour), (ushort)(60 * untilHour)));
        await board.LiveAsync(WakeKind.Motion);
        Assert.Equal((pictures, pictures), (board.World.Camera.Captures, board.Kept().Count));
    }

    [Fact]
    public async Task No_animal_is_lost_that_passes_while_the_board_takes_and_writes_pictures()
    {
        var board = await FieldBoard.StartAsync();
        var world = board.World;
        var passes = 1;
        world.Camera.Picture = _ =>
        {
            // During the exposure of the first two pictures another one comes by.
            if (world.Camera.Captures <= 2)
            {
                passes++;
                world.Motion.Set(true);
                world.Motion.Set(false);
            }

            return [0xFF, 0xD8, (byte)world.Camera.Captures, 0xFF, 0xD9];
        };
        await board.LiveAsync(WakeKind.Motion);
        var kept = board.Kept();
        Assert.Equal((3, 3), (passes, kept.Count));
        Assert.Equal(3, kept.Select(k => (k.SpoolId, k.Counter)).Distinct().Count());
    }

    [Fact]
    public async Task A_board_that_never_sleeps_takes_a_picture_for_each_pass_while_it_looks_for_its_hub()
    {
        const int passes = 4;
        var board = await FieldBoard.StartAsync(c => c.UploadMode = UploadModes.AtOnce, "power=mains");
        var running = board.World.RunAsync(WakeKind.Motion);
        for (var pass = 1; pass <= passes; pass++)
        {
            await FieldBoard.WaitAsync(() => board.Kept().Count == pass, $"picture {pass}", running);
            board.World.Motion.Set(true);
            board.World.Motion.Set(false);
        }

        await FieldBoard.WaitAsync(() => board.Kept().Count == passes + 1, "the last picture", running);
        Assert.True(board.World.Wifi.Joins > 0);
        board.World.CutPower();
        await running.WaitAsync(FieldBoard.Timeout);
    }

    [Theory]
    [InlineData(WakeKind.Timer, 1)]
    [InlineData(WakeKind.Motion, 1)]
    [InlineData(WakeKind.Power, 0)]
    public async Task An_animal_that_came_while_the_program_started_is_seen_once(WakeKind cause, int pictures)
    {
        // After power-on a motion sensor is high for a while by itself.
        var board = await FieldBoard.StartAsync(setUp: "light=off");
        board.World.Motion.Set(true);
        if (cause == WakeKind.Power)
        {
            await board.RunUntilAsync(cause, () => board.World.Wifi.Joins > 0, "it asks for the Wi-Fi");
        }
        else
        {
            await board.LiveAsync(cause);
        }

        Assert.Equal(pictures, board.World.Camera.Captures);
    }

    [Fact]
    public async Task Either_of_two_motion_sensors_wakes_the_board_and_is_seen_while_it_is_awake()
    {
        const ulong both = (1UL << 33) | (1UL << 32);
        var board = await FieldBoard.StartAsync(setUp: "motion2=32");
        var world = board.World;
        var end = await board.LiveAsync(WakeKind.Timer);
        Assert.Equal((both, 0), (end.WakePins, world.Camera.Captures));
        world.SecondMotion.Set(true);
        var cause = world.PassTime(end);
        Assert.Equal(WakeKind.SecondMotion, cause);
        world.Camera.Picture = _ =>
        {
            // It leaves and comes back while it is photographed.
            world.SecondMotion.Set(false);
            world.SecondMotion.Set(world.Camera.Captures == 1);
            return [0xFF, 0xD8, (byte)world.Camera.Captures, 0xFF, 0xD9];
        };
        end = await board.LiveAsync(cause);
        Assert.Equal((2, both), (world.Camera.Captures, end.WakePins));
        Assert.All(board.Kept(), k => Assert.Equal(Triggers.Motion, k.Trigger));
    }

    [Theory]
    [InlineData(DarkGain, true)]
    [InlineData(0x10, false)]
    public async Task At_night_the_lamp_is_warm_at_each_shutter_and_out_after_the_burst(int gain, bool isLit)
    {
        var board = await FieldBoard.StartAsync(c => (c.BurstCount, c.BurstGapMilliseconds) = (2, 200));
        var world = board.World;
        world.Camera.Chip.Gain = gain;
        long? litAt = null;
        var lit = 0;
        world.Lamp.Part = isHigh =>
        {
            litAt = isHigh ? Stopwatch.GetTimestamp() : null;
            lit += isHigh ? 1 : 0;
        };
        var warm = new List<double>();
        world.Camera.Picture = _ =>
        {
            warm.Add(litAt is { } since ? Stopwatch.GetElapsedTime(since).TotalMilliseconds : -1);
            return [0xFF, 0xD8, (byte)world.Camera.Captures, 0xFF, 0xD9];
        };
        await board.LiveAsync(WakeKind.Motion);
        Assert.Equal(2, warm.Count);
        Assert.All(warm, ms => Assert.InRange(
            ms, isLit ? WarmUpMilliseconds - ClockStep : -1, isLit ? FieldBoard.Timeout.TotalMilliseconds : -1));
        Assert.Equal((isLit ? 1 : 0, false), (lit, world.Lamp.IsHigh));
        Assert.All(board.Kept(), k => Assert.Equal(isLit, (k.Flags & BeginFlags.Infrared) != 0));
    }

    [Fact]
    public async Task Small_first_keeps_the_full_frame_on_the_card_and_a_small_one_to_send()
    {
        var board = await FieldBoard.StartAsync(c => c.UploadMode = UploadModes.LowResolutionFirst);
        var world = board.World;
        world.Camera.Picture = chip => [0xFF, 0xD8, (byte)(chip.Width / 10), (byte)chip.Quantisation, 0xFF, 0xD9];
        await board.LiveAsync(WakeKind.Motion);
        var full = Assert.Single(board.Kept(StoreAreas.Held));
        var small = Assert.Single(board.Kept());
        Assert.True(small.IsStandIn);
        Assert.Equal((full.SpoolId, full.Counter + 1), (small.SpoolId, small.Counter));
        Assert.Equal((1600 / 10, 640 / 10), (WidthOf(StoreAreas.Held), WidthOf(StoreAreas.Spool)));
        int WidthOf(byte area) => world.Card.Files
            .First(f => f.Key.StartsWith($"D:\\{StorePaths.Area(area)}\\", StringComparison.Ordinal)).Value[2];
    }
}
