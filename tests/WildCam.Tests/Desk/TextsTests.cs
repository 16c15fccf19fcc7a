using WildCam.Hub.Desk;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Watch;

namespace WildCam.Tests.Desk;

public sealed class TextsTests
{
    static readonly TimeZoneInfo Denver = TimeZoneInfo.FindSystemTimeZoneById("America/Denver");
    static readonly DateTimeOffset Noon = new(2026, 5, 31, 18, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(IdentificationSource.Model, Category.Animal, 0.82, "Suggested: Red fox 82\u00a0%")]
    [InlineData(IdentificationSource.Person, Category.Animal, null, "Red fox")]
    [InlineData(IdentificationSource.Simulator, Category.Animal, null, "Simulator says: Red fox")]
    [InlineData(IdentificationSource.Model, Category.Movement, 0.9, "Red fox")]
    public void A_suggestion_never_reads_like_a_decision(
        IdentificationSource source, Category category, double? confidence, string expected)
    {
        Assert.Equal(expected, Texts.Finding("Red fox", category, source, confidence));
    }

    [Fact]
    public void Times_are_the_sites_with_utc_in_the_markup()
    {
        Assert.Equal("31 May 2026 12:00", SiteTime.Full(Noon, Denver));
        Assert.Equal("2026-05-31T18:00:00Z", SiteTime.Utc(Noon));
        Assert.Equal("UTC-6", SiteTime.Offset(Noon, Denver));
        Assert.Equal("UTC-7", SiteTime.Offset(Noon.AddMonths(6), Denver));
        Assert.Equal("Sun 31 May 2026", SiteTime.Day(Noon, Denver));
    }

    [Theory]
    [InlineData(1, "1 picture")]
    [InlineData(6, "6 pictures")]
    [InlineData(1240, "1,240 pictures")]
    public void Plurals_are_whole(int count, string expected)
    {
        Assert.Equal(expected, Texts.Pictures(count));
    }

    [Theory]
    [InlineData(50, null, CameraCondition.Working)]
    [InlineData(50, 30, CameraCondition.Asleep)]
    [InlineData(70, null, CameraCondition.Late)]
    [InlineData(179, null, CameraCondition.Late)]
    [InlineData(190, null, CameraCondition.Silent)]
    [InlineData(600, 5, CameraCondition.Asleep)]
    [InlineData(null, null, CameraCondition.Never)]
    public void A_camera_is_judged_by_its_own_schedule(
        int? seenMinutesAgo, int? nextInMinutes, CameraCondition expected)
    {
        var camera = Camera() with
        {
            LastSeenAt = seenMinutesAgo is { } ago ? Noon.AddMinutes(-ago) : null,
            NextContactAt = nextInMinutes is { } next ? Noon.AddMinutes(next) : null,
        };
        Assert.Equal(expected, CameraState.Of(camera.Facts, WatchLimits.Default, Noon, Denver).Condition);
    }

    [Fact]
    public void A_weak_battery_or_a_wrong_clock_asks_for_a_visit()
    {
        var heard = Camera() with { LastSeenAt = Noon.AddMinutes(-5) };
        var empty = heard with { BatteryPercent = 18 };
        Assert.Equal(
            CameraCondition.NeedsVisit, CameraState.Of(empty.Facts, WatchLimits.Default, Noon, Denver).Condition);
        var off = CameraState.Of(
            (heard with { ClockOffsetMs = -21_720_000 }).Facts, WatchLimits.Default, Noon, Denver);
        Assert.Equal("Its clock is 6 h 02 min off.", off.Sentence);
    }

    static CameraRow Camera() => new(
        1, "c-017", "By the ford", 0, true, 3600, Noon.AddDays(-30), null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null);
}
