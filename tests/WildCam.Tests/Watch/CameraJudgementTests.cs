using WildCam.Storage.Watch;

namespace WildCam.Tests.Watch;

public sealed class CameraJudgementTests
{
    const int Hour = 3600;

    static readonly DateTimeOffset s_noon = new(2026, 5, 31, 12, 0, 0, TimeSpan.Zero);

    static readonly WatchLimits s_limits = new(
        MissedUntilSilent: 3, BatteryPercentMin: 20, SpoolPercentMax: 80, ClockSecondsMax: 60, ResetsADay: 3,
        RefusalsADay: 10);

    // Hourly: late after 66 minutes, silent after two hours more.
    [Theory]
    [InlineData(0, CameraCondition.Working)]
    [InlineData(66, CameraCondition.Working)]
    [InlineData(67, CameraCondition.Late)]
    [InlineData(186, CameraCondition.Late)]
    [InlineData(187, CameraCondition.Silent)]
    public void Silence_counts_from_the_cameras_own_interval(int minutes, CameraCondition condition) =>
        Assert.Equal(condition, Judge(new CameraFacts(Hour) { LastSeenAt = s_noon.AddMinutes(-minutes) }));

    [Theory]
    [InlineData(-30, CameraCondition.Asleep)]
    [InlineData(6, CameraCondition.Working)]
    [InlineData(7, CameraCondition.Late)]
    [InlineData(127, CameraCondition.Silent)]
    public void An_announced_contact_counts_in_place_of_the_interval(int minutesPast, CameraCondition condition) =>
        Assert.Equal(condition, Judge(new CameraFacts(Hour)
        {
            LastSeenAt = s_noon.AddHours(-9), NextContactAt = s_noon.AddMinutes(-minutesPast),
        }));

    [Fact]
    public void An_announcement_from_before_the_last_contact_is_over()
    {
        var seen = s_noon.AddMinutes(-50);
        var judged = CameraJudgement.Of(
            new CameraFacts(Hour) { LastSeenAt = seen, NextContactAt = seen.AddMinutes(-5) }, s_limits, s_noon);
        Assert.Equal((CameraCondition.Working, seen.AddHours(1)), (judged.Condition, judged.ExpectedAt));
    }

    [Fact]
    public void Just_after_its_word_a_camera_that_will_sleep_still_works() =>
        Assert.Equal(CameraCondition.Working, Judge(new CameraFacts(Hour)
        {
            LastSeenAt = s_noon.AddSeconds(-59), NextContactAt = s_noon.AddHours(1),
        }));

    [Fact]
    public void A_quick_interval_has_a_minute_of_grace()
    {
        var fast = new CameraFacts(30) { LastSeenAt = s_noon.AddSeconds(-90) };
        Assert.Equal(CameraCondition.Working, Judge(fast));
        Assert.Equal(CameraCondition.Late, Judge(fast with { LastSeenAt = s_noon.AddSeconds(-91) }));
    }

    [Fact]
    public void Off_and_never_come_before_all_else()
    {
        Assert.Equal(CameraCondition.Never, Judge(new CameraFacts(Hour) { Resets = 99 }));
        Assert.Equal(CameraCondition.Off, Judge(new CameraFacts(Hour) { RevokedAt = s_noon, Resets = 99 }));
    }

    public static TheoryData<CameraFacts, VisitReason?> Matters()
    {
        var well = new CameraFacts(Hour) { LastSeenAt = s_noon };
        return new()
        {
            { well, null },
            { well with { BatteryPercent = 21, BatteryDays = 8 }, null },
            { well with { BatteryPercent = 20 }, VisitReason.Battery },
            { well with { BatteryPercent = 20, BatteryDays = 2 }, VisitReason.Battery },
            { well with { BatteryDays = 7 }, VisitReason.BatterySoon },
            { well with { SpoolBytes = 799, SpoolCapacityBytes = 1000 }, null },
            { well with { SpoolBytes = 800, SpoolCapacityBytes = 1000 }, VisitReason.Spool },
            { well with { SpoolBytes = 800, SpoolCapacityBytes = 0 }, null },
            { well with { SpoolBytes = 800 }, null },
            { well with { ClockOffsetMs = -60_000 }, null },
            { well with { ClockOffsetMs = -60_001 }, VisitReason.Clock },
            { well with { Resets = 2, Refusals = 9 }, null },
            { well with { Resets = 3 }, VisitReason.Resets },
            { well with { Refusals = 10 }, VisitReason.Refusals },
            { well with { UpdateFailed = true }, VisitReason.UpdateFailed },
        };
    }

    [Theory]
    [MemberData(nameof(Matters), DisableDiscoveryEnumeration = true)]
    public void A_camera_that_is_heard_needs_somebody_for_a_reason(CameraFacts facts, VisitReason? reason)
    {
        var judged = CameraJudgement.Of(facts, s_limits, s_noon);
        Assert.Equal(reason is null ? CameraCondition.Working : CameraCondition.NeedsVisit, judged.Condition);
        Assert.Equal(reason is { } one ? [one] : [], judged.Reasons);
    }

    static CameraCondition Judge(CameraFacts facts) => CameraJudgement.Of(facts, s_limits, s_noon).Condition;
}
