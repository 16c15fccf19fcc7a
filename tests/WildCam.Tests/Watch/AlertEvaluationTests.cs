using WildCam.Hub.Watch;
using WildCam.Storage.Watch;

namespace WildCam.Tests.Watch;

public sealed class AlertEvaluationTests
{
    static readonly DateTimeOffset Noon = new(2026, 5, 31, 12, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset LongAgo = Noon.AddDays(-30);
    long _alerts;

    [Fact]
    public void A_silent_camera_is_one_matter_and_over_when_it_is_heard()
    {
        var cameras = Fleet(10);
        cameras[3] = Seen(3, Noon.AddHours(-5));
        var begun = Decide(cameras, []);
        var matter = Assert.Single(begun.Begun);
        Assert.Equal((AlertKind.Silent, 3), (matter.Kind, matter.CameraId));
        Assert.StartsWith("Silent since Sun 31 May 07:00", matter.Detail, StringComparison.Ordinal);

        var open = Raised(matter);
        var goesOn = Decide(cameras, [open]);
        Assert.Empty(goesOn.Begun);
        Assert.Single(goesOn.Goes);
        cameras[3] = Seen(3, Noon.AddMinutes(-1));
        Assert.Equal([open], Decide(cameras, [open]).Over);
    }

    [Fact]
    public void A_camera_asleep_by_its_own_word_is_no_matter()
    {
        var asleep = Seen(0, Noon.AddHours(-9), c => c with { NextContactAt = Noon.AddHours(1) });
        Assert.Empty(Decide([asleep], []).Begun);
    }

    [Fact]
    public void A_fifth_of_the_fleet_silent_within_ten_minutes_is_the_hub_or_the_network()
    {
        var cameras = Fleet(100);
        for (var i = 0; i < 21; i++)
        {
            cameras[i] = Seen(i, Noon.AddHours(-3.5).AddSeconds(20 * i));
        }

        var round = Decide(cameras, []);
        var many = Assert.Single(round.Begun, m => m.Kind == AlertKind.HubOrNetwork);
        Assert.Equal(0, many.CameraId);
        Assert.StartsWith("21 of 100 cameras", many.Detail, StringComparison.Ordinal);
        Assert.All(
            round.Begun.Where(m => m.Kind == AlertKind.Silent),
            m => Assert.True(AlertEvaluation.IsCovered(m.Kind, m.SinceAt, many.SinceAt)));

        // One more is gone for a day already: its own matter.
        cameras[50] = Seen(50, Noon.AddDays(-1));
        var lone = Assert.Single(Decide(cameras, []).Begun, m => m.CameraId == 50);
        Assert.False(AlertEvaluation.IsCovered(lone.Kind, lone.SinceAt, many.SinceAt));
    }

    [Fact]
    public void A_fifth_exactly_or_spread_over_an_hour_is_each_its_own_matter()
    {
        var exactly = Fleet(100);
        var spread = Fleet(100);
        for (var i = 0; i < 20; i++)
        {
            exactly[i] = Seen(i, Noon.AddHours(-5));
            spread[i] = Seen(i, Noon.AddHours(-9).AddMinutes(11 * i));
        }

        Assert.DoesNotContain(Decide(exactly, []).Begun, m => m.Kind == AlertKind.HubOrNetwork);
        Assert.DoesNotContain(Decide(spread, []).Begun, m => m.Kind == AlertKind.HubOrNetwork);
    }

    [Fact]
    public void Two_cameras_of_four_are_no_outage()
    {
        FleetRow[] cameras = [Seen(0, Noon.AddHours(-5)), Seen(1, Noon.AddHours(-5)), Seen(2, Noon), Seen(3, Noon)];
        Assert.All(Decide(cameras, []).Begun, m => Assert.Equal(AlertKind.Silent, m.Kind));
    }

    [Fact]
    public void When_nothing_that_was_due_comes_it_is_the_hub_or_the_network_whatever_the_schedules()
    {
        // Hourly check-ins spread over the hour; nothing was heard for 20 minutes.
        var cameras = Enumerable.Range(0, 60).Select(i => Seen(i, Noon.AddMinutes(-20 - i))).ToArray();
        var round = Decide(cameras, []);
        Assert.Single(round.Begun, m => m.Kind == AlertKind.HubOrNetwork);

        // The same with half of the due ones heard is not.
        for (var i = 0; i < 60; i += 2)
        {
            cameras[i] = Seen(i, Noon.AddMinutes(-i % 9));
        }

        Assert.DoesNotContain(Decide(cameras, []).Begun, m => m.Kind == AlertKind.HubOrNetwork);
    }

    [Fact]
    public void An_outage_goes_on_while_many_miss_and_what_stays_silent_after_it_is_told_of()
    {
        var cameras = Enumerable.Range(0, 30).Select(i => Seen(i, Noon.AddHours(-4))).ToArray();
        var many = Raised(Assert.Single(Decide(cameras, []).Begun, m => m.Kind == AlertKind.HubOrNetwork));
        for (var i = 0; i < 23; i++)
        {
            cameras[i] = Seen(i, Noon);
        }

        Assert.Contains(Decide(cameras, [many]).Goes, g => g.Alert == many);
        cameras[23] = Seen(23, Noon);
        cameras[24] = Seen(24, Noon);
        var after = Decide(cameras, [many]);
        Assert.Equal([many], after.Over);
        Assert.False(after.ManyAtOnce);
        Assert.Equal(5, after.Begun.Count(m => m.Kind == AlertKind.Silent));
    }

    [Fact]
    public void A_time_in_which_no_hub_ran_is_no_cameras_silence()
    {
        var cameras = Fleet(10, Noon.AddHours(-12));
        var watchedSince = Noon.AddMinutes(-30);
        Assert.Empty(AlertEvaluation.Decide(
            AlertPolicy.Default, cameras, [], watchedSince, TimeZoneInfo.Utc, Noon).Begun);
        var later = AlertEvaluation.Decide(
            AlertPolicy.Default, cameras, [], watchedSince, TimeZoneInfo.Utc, Noon.AddHours(4));
        Assert.NotEmpty(later.Begun);

        // What was known before goes on: nobody is told that a camera is back which is not.
        var known = new OpenAlert(7, AlertKind.Silent, 0, LongAgo, LongAgo, null, "");
        var kept = AlertEvaluation.Decide(
            AlertPolicy.Default, cameras, [known], watchedSince, TimeZoneInfo.Utc, Noon);
        Assert.Equal([known], kept.Goes.Select(g => g.Alert));
    }

    [Theory]
    [InlineData(20, 21, false)]
    [InlineData(20, 24, false)]
    [InlineData(20, 26, true)]
    public void A_battery_at_its_limit_is_one_incident(int begins, int later, bool isOver)
    {
        var alert = Raised(Assert.Single(
            Decide([Seen(0, Noon, c => c with { BatteryPercent = begins })], []).Begun));
        Assert.Equal(AlertKind.Battery, alert.Kind);
        var round = Decide([Seen(0, Noon, c => c with { BatteryPercent = later })], [alert]);
        OpenAlert[] expected = isOver ? [alert] : [];
        Assert.Equal(expected, round.Over);
        Assert.Empty(round.Begun);
    }

    [Fact]
    public void What_a_silent_camera_said_last_is_no_news_and_what_was_known_goes_on()
    {
        var weak = Seen(0, Noon, c => c with { BatteryPercent = 10 });
        var alert = Raised(Assert.Single(Decide([weak], []).Begun));
        var gone = Seen(0, Noon.AddHours(-9), c => c with { BatteryPercent = 10, ClockOffsetMs = 99_000_000 });
        var round = Decide([gone], [alert]);
        Assert.Equal(AlertKind.Silent, Assert.Single(round.Begun).Kind);
        Assert.Equal([alert], round.Goes.Select(g => g.Alert));
    }

    [Fact]
    public void Each_reason_has_its_kind()
    {
        var all = Seen(0, Noon, c => c with
        {
            BatteryDays = 5,
            BatteryPercent = 40,
            SpoolBytes = 90,
            SpoolCapacityBytes = 100,
            ClockOffsetMs = -400_000,
            Resets = 9,
            Refusals = 40,
            UpdateFailed = true,
        });
        var begun = Decide([all], []).Begun;
        Assert.Equal(
            [
                AlertKind.Battery, AlertKind.Spool, AlertKind.Clock, AlertKind.Resets, AlertKind.UpdateFailed,
                AlertKind.Refusals,
            ],
            begun.Select(m => m.Kind).Order());
        Assert.Contains("The battery lasts about 5 days more.", begun.Select(m => m.Detail));
    }

    [Fact]
    public void A_rule_that_is_off_raises_nothing_and_ends_what_it_raised()
    {
        var policy = new AlertPolicy(
            [.. AlertRule.Defaults.Select(r => r with { IsOn = r.Kind != AlertKind.Battery })], null);
        var weak = Seen(0, Noon, c => c with { BatteryPercent = 10 });
        var known = new OpenAlert(7, AlertKind.Battery, 0, LongAgo, LongAgo, null, "");
        var round = AlertEvaluation.Decide(policy, [weak], [known], LongAgo, TimeZoneInfo.Utc, Noon);
        Assert.Empty(round.Begun);
        Assert.Equal([known], round.Over);
    }

    [Fact]
    public void A_revoked_camera_ends_its_alerts()
    {
        var alert = new OpenAlert(7, AlertKind.Silent, 0, LongAgo, LongAgo, null, "");
        var revoked = Seen(0, Noon.AddDays(-5), c => c with { RevokedAt = Noon });
        Assert.Equal([alert], Decide([revoked], [alert]).Over);
    }

    [Theory]
    [InlineData(AlertKind.Silent, 9, false)]
    [InlineData(AlertKind.Silent, 10, true)]
    [InlineData(AlertKind.Clock, 59, false)]
    [InlineData(AlertKind.Clock, 60, true)]
    [InlineData(AlertKind.HubOrNetwork, 0, true)]
    public void A_matter_is_told_of_after_its_grace(AlertKind kind, int minutes, bool isDue)
    {
        Assert.Equal(isDue, AlertEvaluation.IsDue(kind, Noon.AddMinutes(-minutes), AlertPolicy.Default, Noon));
    }

    [Theory]
    [InlineData("2026-05-31T23:30Z", 1320, 420, "2026-06-01T07:00Z")]
    [InlineData("2026-05-31T06:59Z", 1320, 420, "2026-05-31T07:00Z")]
    [InlineData("2026-05-31T07:00Z", 1320, 420, null)]
    [InlineData("2026-05-31T13:00Z", 720, 840, "2026-05-31T14:00Z")]
    [InlineData("2026-05-31T13:00Z", 720, 720, null)]
    public void Quiet_hours_end_when_they_say(string now, int from, int until, string? ends)
    {
        var quiet = new QuietHours(from, until);
        Assert.Equal(
            ends is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(ends),
            quiet.EndsAt(DateTimeOffset.Parse(now), TimeZoneInfo.Utc));
    }

    [Fact]
    public void Quiet_hours_are_the_projects_and_survive_the_change_of_clocks()
    {
        var denver = TimeZoneInfo.FindSystemTimeZoneById("America/Denver");
        // On 8 March 2026 the hour from 02:00 to 03:00 does not exist there.
        var ends = new QuietHours(22 * 60, 150).EndsAt(new DateTimeOffset(2026, 3, 8, 6, 0, 0, TimeSpan.Zero), denver);
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 9, 30, 0, TimeSpan.Zero), ends);
    }

    AlertRound Decide(FleetRow[] cameras, OpenAlert[] open) => AlertEvaluation.Decide(
        AlertPolicy.Default, cameras, open, LongAgo, TimeZoneInfo.Utc, Noon);

    OpenAlert Raised(Matter matter) => new(
        ++_alerts, matter.Kind, matter.CameraId, matter.SinceAt, matter.SinceAt, null, matter.Detail);

    static FleetRow[] Fleet(int count, DateTimeOffset? seen = null) =>
        [.. Enumerable.Range(0, count).Select(i => Seen(i, seen ?? Noon.AddMinutes(-(i % 50))))];

    static FleetRow Seen(int id, DateTimeOffset at, Func<CameraFacts, CameraFacts>? change = null)
    {
        var facts = new CameraFacts(3600) { LastSeenAt = at };
        return new(
            id, $"c-{id}", $"Camera {id}", CameraCondition.Working, change?.Invoke(facts) ?? facts, null, null, null,
            null, null);
    }
}
