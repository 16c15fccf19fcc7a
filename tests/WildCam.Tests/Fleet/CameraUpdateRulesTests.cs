using WildCam.Storage.Fleet;

namespace WildCam.Tests.Fleet;

public sealed class CameraUpdateRulesTests
{
    const int NeverConfirmed = 40;
    const int NotNewer = 21;
    const int Stale = 24;
    const int WithdrawnCode = 31;
    const int OtherOnTrial = 32;
    const long OfferId = 7;

    static readonly Version Old = new(1, 4, 2);
    static readonly Version New = new(1, 5, 0);
    static readonly DateTimeOffset Start = new(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);

    readonly CameraUpdateRules _rules = new(RolloutPlan.Careful, New, isRollback: false);
    DateTimeOffset _now = Start;

    CameraUpdate Planned { get; } = new(UpdateState.Planned, Start) { Reported = Old };

    CameraUpdate Offered => _rules.Offer(_rules.Begin(Planned, _now), OfferId, _now);

    CameraUpdate Installing => Told(Told(Offered, ReportedState.Downloading), ReportedState.Verified);

    CameraUpdate Told(CameraUpdate update, ReportedState state, int code = 0, long offer = OfferId) =>
        _rules.Tell(update, offer, state, code, 1000, _now);

    CameraUpdate Heard(CameraUpdate update, Version version) => _rules.Hear(update, version, _now);

    CameraUpdate Delivered(CameraUpdate update) => _rules.Deliver(update, _now, _now);

    [Fact]
    public void A_camera_is_good_once_it_reports_the_version_confirms_it_and_delivers_a_picture()
    {
        var update = Installing;
        Assert.Equal(UpdateState.Installing, update.State);
        update = Heard(update, New);
        Assert.Equal(UpdateState.OnTrial, update.State);
        _now = _now.AddMinutes(1);
        update = Delivered(Told(update, ReportedState.Pending));
        Assert.Equal(UpdateState.OnTrial, update.State);
        update = Delivered(Told(update, ReportedState.Confirmed));
        Assert.Equal((UpdateState.Good, UpdateReason.Proven), (update.State, update.Reason));
        Assert.Null(update.DeadlineAt);
    }

    [Theory]
    [InlineData("version picture")]
    [InlineData("version confirmed")]
    [InlineData("confirmed picture")]
    [InlineData("picture version confirmed")]
    [InlineData("old confirmed picture")]
    [InlineData("version confirmed old picture")]
    public void Nothing_less_than_all_three_facts_in_their_order_makes_it_good(string facts)
    {
        var update = Installing;
        DateTimeOffset? picture = null;
        foreach (var fact in facts.Split(' '))
        {
            _now = _now.AddMinutes(1);
            switch (fact)
            {
                case "version": update = Heard(update, New); break;
                case "old": update = Heard(update, Old); break;
                case "confirmed": update = Told(update, ReportedState.Confirmed); break;
                default: picture = _now; break;
            }

            update = _rules.Deliver(update, picture, _now);
            Assert.True(update.IsUnderWay, $"{facts}: {fact}");
        }
    }

    [Fact]
    public void Success_is_not_shown_on_the_old_version_whatever_the_camera_says()
    {
        var update = Delivered(Told(Heard(Installing, Old), ReportedState.Confirmed));
        Assert.NotEqual(UpdateState.Good, update.State);
        update = CameraUpdateRules.Pass(update, isHeld: false, _now.AddDays(1));
        Assert.Equal((UpdateState.Failed, UpdateReason.NotHeardAfterDownload), (update.State, update.Reason));
    }

    [Fact]
    public void A_camera_that_has_the_version_already_is_good_and_is_offered_nothing()
    {
        var begun = _rules.Begin(Planned with { Reported = New }, _now);
        Assert.Equal((UpdateState.Good, UpdateReason.AlreadyThere), (begun.State, begun.Reason));
        Assert.False(CameraUpdateRules.NeedsOffer(begun, isHello: true, _now, TimeSpan.Zero));
        var woke = Heard(_rules.Begin(Planned, _now), New);
        Assert.Equal((UpdateState.Good, UpdateReason.AlreadyThere), (woke.State, woke.Reason));
    }

    [Fact]
    public void One_that_was_flashed_over_USB_after_the_offer_says_so_by_refusing_it()
    {
        var update = Heard(Offered, New);
        Assert.Equal(UpdateState.OnTrial, update.State);
        update = Told(update, ReportedState.Refused, NotNewer);
        Assert.Equal((UpdateState.Good, UpdateReason.AlreadyThere), (update.State, update.Reason));
        var newer = Told(Heard(Offered, new Version(2, 0, 0)), ReportedState.Refused, NotNewer);
        Assert.Equal((UpdateState.LeftOut, UpdateReason.NewerThere), (newer.State, newer.Reason));
    }

    [Fact]
    public void One_that_falls_back_has_failed_with_its_reason()
    {
        var update = Heard(Heard(Installing, New), Old);
        Assert.True(update.IsUnderWay);
        update = Told(update, ReportedState.FellBack, NeverConfirmed);
        Assert.Equal(
            (UpdateState.Failed, UpdateReason.FellBack, NeverConfirmed), (update.State, update.Reason, update.Code));
        Assert.False(update.MustWithdraw);
    }

    [Fact]
    public void A_good_camera_that_reports_the_old_version_again_has_failed()
    {
        var good = Delivered(Told(Heard(Installing, New), ReportedState.Confirmed));
        var back = Heard(good, Old);
        Assert.Equal((UpdateState.Failed, UpdateReason.WentBack), (back.State, back.Reason));
        Assert.Equal(UpdateState.Good, Heard(good, new Version(1, 6, 0)).State);
        Assert.Equal(UpdateReason.WentBack, Told(good, ReportedState.FellBack, NeverConfirmed).Reason);
    }

    public static TheoryData<UpdateState, UpdateState, UpdateReason> Ends() => new()
    {
        { UpdateState.Waiting, UpdateState.Missed, UpdateReason.NoContact },
        { UpdateState.Offered, UpdateState.Missed, UpdateReason.NoAnswer },
        { UpdateState.WaitsForBattery, UpdateState.Missed, UpdateReason.BatteryLow },
        { UpdateState.Downloading, UpdateState.Failed, UpdateReason.DownloadTooSlow },
        { UpdateState.Installing, UpdateState.Failed, UpdateReason.NotHeardAfterDownload },
        { UpdateState.OnTrial, UpdateState.Failed, UpdateReason.NoPicture },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void No_state_lasts_for_ever(UpdateState state, UpdateState end, UpdateReason reason)
    {
        var update = In(state);
        Assert.Equal(state, update.State);
        Assert.NotNull(update.DeadlineAt);
        Assert.Equal(update, CameraUpdateRules.Pass(update, isHeld: false, update.DeadlineAt.Value.AddTicks(-1)));
        var ended = CameraUpdateRules.Pass(update, isHeld: false, update.DeadlineAt.Value);
        Assert.Equal((end, reason), (ended.State, ended.Reason));
        Assert.Equal(update.OfferId is not null, ended.MustWithdraw);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_pause_stops_the_clock_of_what_it_holds_up_and_of_nothing_else(
        UpdateState state, UpdateState end, UpdateReason reason)
    {
        _ = reason;
        var update = In(state);
        var isHeldUp = state is not (UpdateState.Installing or UpdateState.OnTrial);
        var later = update.DeadlineAt!.Value.AddDays(100);
        var passed = CameraUpdateRules.Pass(update, isHeld: true, later);
        Assert.Equal(isHeldUp ? state : end, passed.State);
        if (isHeldUp)
        {
            var resumed = _rules.Resume(passed, later);
            Assert.Equal(update.DeadlineAt - update.Since, resumed.DeadlineAt - later);
        }
    }

    [Fact]
    public void A_camera_that_never_comes_back_has_failed_and_may_still_turn_out_good()
    {
        var lost = CameraUpdateRules.Pass(Installing, isHeld: false, _now.AddHours(6));
        Assert.Equal(UpdateReason.NotHeardAfterDownload, lost.Reason);
        _now = _now.AddDays(9);
        var found = Heard(lost, New);
        Assert.Equal(UpdateState.Failed, found.State);
        found = Delivered(Told(found, ReportedState.Confirmed));
        Assert.Equal((UpdateState.Good, UpdateReason.Proven), (found.State, found.Reason));
    }

    [Fact]
    public void Reports_of_another_offer_change_nothing()
    {
        var update = Offered;
        foreach (var state in Enum.GetValues<ReportedState>())
        {
            Assert.Equal(update, Told(update, state, NeverConfirmed, offer: OfferId - 1));
        }

        var again = _rules.Retry(Told(Installing, ReportedState.FellBack, NeverConfirmed), _now)!;
        Assert.Equal((UpdateState.Waiting, 2), (again.State, again.Attempts));
        Assert.Null(again.OfferId);
        Assert.Equal(again, Told(again, ReportedState.FellBack, NeverConfirmed));
    }

    [Fact]
    public void A_reboot_in_the_middle_loses_nothing()
    {
        var update = Told(Offered, ReportedState.Downloading);
        var rebooted = Heard(update, Old);
        Assert.Equal((update.State, update.DeadlineAt), (rebooted.State, rebooted.DeadlineAt));
        Assert.True(CameraUpdateRules.NeedsOffer(rebooted, isHello: true, _now, TimeSpan.FromMinutes(10)));
        Assert.Equal(rebooted.OfferId, _rules.Offer(rebooted, OfferId, _now).OfferId);
        Assert.Equal(UpdateState.Downloading, _rules.Offer(rebooted, OfferId, _now).State);
    }

    [Fact]
    public void An_old_version_heard_during_the_trial_does_not_prolong_it()
    {
        var update = Heard(Installing, New);
        for (var i = 0; i < 5; i++)
        {
            _now = _now.AddHours(1);
            update = Heard(update, Old);
            Assert.Equal(Start + RolloutPlan.Careful.ProofTime, update.DeadlineAt);
        }
    }

    [Fact]
    public void An_offer_that_came_during_another_trial_is_made_again_and_a_stale_one_anew()
    {
        var busy = Told(Offered, ReportedState.Refused, OtherOnTrial);
        Assert.Equal((UpdateState.Waiting, OfferId), (busy.State, busy.OfferId));
        var update = Offered;
        for (var n = 1; n < CameraUpdateRules.OffersMax; n++)
        {
            update = Told(update, ReportedState.Refused, Stale, OfferId + n - 1);
            Assert.Equal(UpdateState.Waiting, update.State);
            Assert.Null(update.OfferId);
            update = _rules.Offer(update, OfferId + n, _now);
        }

        update = Told(update, ReportedState.Refused, Stale, OfferId + CameraUpdateRules.OffersMax - 1);
        Assert.Equal((UpdateState.Failed, UpdateReason.Refused, Stale), (update.State, update.Reason, update.Code));
    }

    [Fact]
    public void Cancelling_withdraws_what_was_offered_and_follows_what_restarts()
    {
        Assert.Equal(UpdateState.LeftOut, CameraUpdateRules.Cancel(Planned, _now).State);
        Assert.False(CameraUpdateRules.Cancel(_rules.Begin(Planned, _now), _now).MustWithdraw);
        var offered = CameraUpdateRules.Cancel(Offered, _now);
        Assert.Equal((UpdateState.LeftOut, true), (offered.State, offered.MustWithdraw));
        Assert.False(Told(offered, ReportedState.Refused, WithdrawnCode).MustWithdraw);
        var installing = CameraUpdateRules.Cancel(Installing, _now);
        Assert.Equal((UpdateState.Installing, true), (installing.State, installing.MustWithdraw));
        Assert.Equal(UpdateReason.Cancelled, Told(installing, ReportedState.Refused, WithdrawnCode).Reason);
        Assert.Equal(UpdateState.Good, Delivered(Told(Heard(installing, New), ReportedState.Confirmed)).State);
    }

    [Fact]
    public void A_removed_camera_does_not_count()
    {
        Assert.Equal(UpdateReason.Removed, CameraUpdateRules.Remove(Installing, _now).Reason);
        var good = Delivered(Told(Heard(Installing, New), ReportedState.Confirmed));
        Assert.Equal(good, CameraUpdateRules.Remove(good, _now));
    }

    [Fact]
    public void Only_what_failed_or_was_missed_can_be_tried_again()
    {
        Assert.Null(_rules.Retry(Installing, _now));
        Assert.Null(_rules.Retry(Planned, _now));
        var noPicture = CameraUpdateRules.Pass(Heard(Installing, New), isHeld: false, _now.AddDays(1));
        var again = _rules.Retry(noPicture, _now)!;
        Assert.Equal((UpdateState.OnTrial, OfferId), (again.State, again.OfferId));
    }

    CameraUpdate In(UpdateState state) => state switch
    {
        UpdateState.Waiting => _rules.Begin(Planned, _now),
        UpdateState.Offered => Offered,
        UpdateState.Downloading => Told(Offered, ReportedState.Downloading),
        UpdateState.WaitsForBattery => Told(Offered, ReportedState.WaitsForBattery),
        UpdateState.Installing => Installing,
        _ => Heard(Installing, New),
    };
}
