using WildCam.Simulator.Energy;
using WildCam.Wire;

namespace WildCam.Tests.Simulator;

/// <summary>The budget against cases reckoned by hand, and the brain's days against what one expects.</summary>
public sealed class EnergyTests
{
    const double Day = 86_400;

    static readonly BoardCurrents Round = new()
    {
        Name = "round", Always = 1, DeepSleep = 0.5, Awake = 30, CameraIdle = 20, CameraActive = 70,
        RadioListening = 100, RadioSending = 200, Lamp = 400,
    };

    [Fact]
    public void A_day_asleep_costs_what_sleep_costs()
    {
        // 24 h x (1 + 0.5) mA.
        var budget = EnergyBudget.Of(new EnergyUse { SpanSeconds = Day }, Round);
        Assert.Equal(36, budget.Total, 9);
        Assert.Equal(36, budget.Sleep, 9);
    }

    [Fact]
    public void Each_state_has_its_part()
    {
        var use = new EnergyUse
        {
            SpanSeconds = 2 * Day, AwakeSeconds = 7200, CapturingSeconds = 720, RadioSeconds = 3600,
            SendingSeconds = 360, LampSeconds = 36,
        };
        var budget = EnergyBudget.Of(use, Round);
        // A day: 24 h x 1 mA + 23 h x 0.5 mA.
        Assert.Equal(35.5, budget.Sleep, 9);
        // 1 h x 50 mA + 0.1 h x 50 mA more while it takes pictures.
        Assert.Equal(55, budget.Awake, 9);
        // 0.5 h x 100 mA + 0.05 h x 100 mA more while it sends.
        Assert.Equal(55, budget.Radio, 9);
        // 18 s x 400 mA.
        Assert.Equal(2, budget.Lamp, 9);
        Assert.Equal(147.5, budget.Total, 9);
    }

    [Fact]
    public void A_battery_gives_four_fifths_and_loses_a_fiftieth_a_month_by_itself()
    {
        // 3000 mAh x 0.8 = 2400; a day 46 mAh + 3000 x 0.02 / 30 = 2 mAh: 50 days.
        Assert.Equal(50, new EnergyBudget(46, 0, 0, 0).BatteryDays(3000), 9);
    }

    [Fact]
    public void A_camera_without_triggers_wakes_for_its_heartbeats_and_sleeps()
    {
        var use = EnergyRun.Live(new EnergyPolicy { TriggersADay = 0, HeartbeatSeconds = 3600 }, 2);
        // 48 hours, one connection at power-on and one an hour; a day has a few seconds of drift.
        Assert.InRange(use.Connections, 46, 50);
        Assert.InRange(use.Wakes, use.Connections, use.Connections + 2);
        // Boot, connection and some round trips: 5 to 8 s each.
        Assert.InRange(use.AwakeSeconds / use.Connections, 5, 8);
        Assert.Equal(0, use.Pictures);
    }

    [Fact]
    public void Each_picture_at_once_is_a_wake_a_connection_and_its_bytes()
    {
        var use = EnergyRun.Live(new EnergyPolicy { TriggersADay = 20, HeartbeatSeconds = 86_400, NightPart = 1 }, 2);
        Assert.Equal(40, use.Pictures);
        Assert.InRange(use.PicturesDelivered, 39, 40);
        Assert.InRange(use.Connections, 36, 44);
        // 150,000 bytes in 37 chunks with their headers, and the words around them.
        Assert.InRange(use.BytesSent / use.PicturesDelivered, 150_000, 160_000);
        // 0.2 s of exposure and 1.5 s of reading.
        Assert.InRange(use.CapturingSeconds / use.Pictures, 1.6, 1.75);
        // Lit for its warm-up and while the picture is taken.
        Assert.InRange(use.LampSeconds / use.Pictures, 1.7, 2);
    }

    [Fact]
    public void Batched_pictures_connect_in_their_hours_only_and_arrive_all_the_same()
    {
        var policy = new EnergyPolicy { TriggersADay = 100, HeartbeatSeconds = 21_600 };
        var atOnce = EnergyRun.Live(policy, 2);
        var batched = EnergyRun.Live(policy with { UploadMode = UploadModes.Batched }, 2);
        Assert.InRange(batched.Connections, 8, 45);
        Assert.True(batched.Connections * 4 < atOnce.Connections);
        Assert.True(batched.RadioSeconds < atOnce.RadioSeconds);
        Assert.InRange(batched.PicturesDelivered, 140, 200);
    }

    [Fact]
    public void Stand_ins_send_a_part_of_the_bytes_and_take_a_picture_more()
    {
        var policy = new EnergyPolicy { TriggersADay = 50 };
        var whole = EnergyRun.Live(policy, 2);
        var small = EnergyRun.Live(policy with { UploadMode = UploadModes.LowResolutionFirst }, 2);
        Assert.True(small.BytesSent * 4 < whole.BytesSent);
        Assert.True(small.CapturingSeconds > whole.CapturingSeconds);
        Assert.Equal(whole.Pictures, small.Pictures);
    }

    [Fact]
    public void A_policy_of_the_same_seed_gives_the_same_days() => Assert.Equal(
        EnergyRun.Live(new EnergyPolicy(), 1), EnergyRun.Live(new EnergyPolicy(), 1));
}
