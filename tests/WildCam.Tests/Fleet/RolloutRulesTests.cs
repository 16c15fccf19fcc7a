using WildCam.Storage.Fleet;

namespace WildCam.Tests.Fleet;

public sealed class RolloutRulesTests
{
    static readonly DateTimeOffset Now = new(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);
    static readonly RolloutPlan Plan = RolloutPlan.Careful;

    static StepProgress NotBegun(int number, int cameras) =>
        new(number, null, null, 0, 0, new StepCounts(cameras, 0, 0, 0, 0));

    static StepProgress Begun(
        int number, int underWay, int good, int failed = 0, int missed = 0, DateTimeOffset? enoughAt = null) =>
        new(number, Now.AddDays(-9), enoughAt, 0, 0, new StepCounts(0, underWay, good, failed, missed));

    static RolloutMove Next(params StepProgress[] steps) => RolloutRules.Next(Plan, steps, Now);

    [Fact]
    public void The_first_step_begins_at_once()
    {
        Assert.Equal(new(MoveKind.BeginStep, 0), Next(NotBegun(0, 1), NotBegun(1, 2)));
    }

    [Fact]
    public void The_next_step_begins_a_day_after_enough_are_good()
    {
        Assert.Equal(new(MoveKind.Enough, 0), Next(Begun(0, 0, 1), NotBegun(1, 2)));
        var watched = Begun(0, 0, 1, enoughAt: Now.AddHours(-24));
        Assert.Equal(new(MoveKind.BeginStep, 1), Next(watched, NotBegun(1, 2)));
        Assert.Equal(default, Next(watched with { EnoughAt = Now.AddHours(-23.9) }, NotBegun(1, 2)));
    }

    [Fact]
    public void That_all_actions_ended_does_not_begin_the_next_step()
    {
        // 8 of 10 are good and 90 % must be; nothing failed, and nothing is left to wait for.
        Assert.Equal(
            new(MoveKind.Stop, 0, StopReason.NotEnoughGood), Next(Begun(0, 0, 8, missed: 2), NotBegun(1, 30)));
        Assert.Equal(default, Next(Begun(0, 1, 8, missed: 1), NotBegun(1, 30)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    [InlineData(40, 2)]
    [InlineData(400, 2)]
    public void It_stops_at_two_failures_or_five_per_cent_whichever_comes_first(int cameras, int limit)
    {
        Assert.Equal(limit, RolloutRules.FailureLimit(Plan, cameras));
        var below = Begun(0, cameras - limit + 1, 0, failed: limit - 1);
        Assert.NotEqual(MoveKind.Stop, Next(below, NotBegun(1, 9)).Kind);
        var at = Begun(0, cameras - limit, 0, failed: limit);
        Assert.Equal(new(MoveKind.Stop, 0, StopReason.TooManyFailed), Next(at, NotBegun(1, 9)));
    }

    [Fact]
    public void A_failure_in_an_earlier_step_stops_it_before_the_next_one_begins()
    {
        var first = Begun(0, 0, 28, failed: 2, enoughAt: Now.AddDays(-5));
        var second = Begun(1, 0, 40, enoughAt: Now.AddDays(-2));
        Assert.Equal(
            new(MoveKind.Stop, 0, StopReason.TooManyFailed), Next(first, second, NotBegun(2, 100)));
    }

    [Fact]
    public void A_step_that_is_no_longer_good_enough_holds_the_rest()
    {
        var back = Begun(0, 1, 9, enoughAt: Now.AddDays(-2)) with { Counts = new StepCounts(0, 3, 17, 0, 0) };
        Assert.Equal(new(MoveKind.NoLongerEnough, 0), Next(back, NotBegun(1, 2)));
        Assert.Equal(
            default, Next(back with { EnoughAt = null }, Begun(1, 0, 10, enoughAt: Now.AddDays(-3)), NotBegun(2, 9)));
    }

    [Fact]
    public void What_somebody_saw_and_went_on_does_not_stop_it_again()
    {
        var seen = new StepProgress(2, Now, null, 3, 0, new StepCounts(0, 0, 7, 3, 0));
        Assert.Equal(new(MoveKind.Enough, 2), Next(
            Begun(0, 0, 1, enoughAt: Now), Begun(1, 0, 2, enoughAt: Now), seen, NotBegun(3, 28)));
        var fresh = seen with { Counts = new StepCounts(0, 0, 6, 4, 0) };
        Assert.Equal(MoveKind.Stop, Next(
            Begun(0, 0, 1, enoughAt: Now), Begun(1, 0, 2, enoughAt: Now), fresh, NotBegun(3, 28)).Kind);
    }

    [Fact]
    public void A_step_without_cameras_is_passed_at_once()
    {
        var empty = new StepProgress(0, Now, Now, 0, 0, default);
        Assert.Equal(new(MoveKind.BeginStep, 1), Next(empty, NotBegun(1, 2)));
    }

    [Fact]
    public void A_camera_that_is_deleted_in_the_middle_of_a_step_does_not_hold_it_up()
    {
        // Of ten cameras two were removed: eight of eight are good.
        Assert.Equal(new(MoveKind.Enough, 0), Next(Begun(0, 0, 8), NotBegun(1, 30)));
    }

    [Fact]
    public void It_is_done_when_no_camera_of_any_step_is_waited_for()
    {
        var first = Begun(0, 1, 20, enoughAt: Now);
        var last = Begun(1, 0, 30, enoughAt: Now);
        Assert.Equal(default, Next(first, last));
        Assert.Equal(new(MoveKind.Finish), Next(first with { Counts = new StepCounts(0, 0, 21, 0, 0) }, last));
    }

    [Theory]
    [InlineData("""{"steps":[]}""", "1 to 10 steps")]
    [InlineData("""{"steps":[{"kind":"count","value":1}]}""", "The last step")]
    [InlineData("""{"steps":[{"kind":"rest"},{"kind":"rest"}]}""", "The last step")]
    [InlineData("""{"steps":[{"kind":"percent","value":101},{"kind":"rest"}]}""", "Step 1 takes 1 to 100 %")]
    [InlineData("""{"steps":[{"kind":"tag"},{"kind":"rest"}]}""", "names none")]
    [InlineData("""{"steps":[null]}""", "no steps")]
    [InlineData("""{"steps":null}""", "no steps")]
    [InlineData("""{"goodPercentMin":0}""", "per cent of good cameras")]
    [InlineData("""{"failuresMax":0}""", "failures")]
    [InlineData("""{"watch":"61.00:00:00"}""", "A time of a rollout")]
    [InlineData("""{"watch":"-1.00:00:00"}""", "A time of a rollout")]
    [InlineData("""{"bytesPerSecondMax":1}""", "bytes a second")]
    [InlineData("[]", "cannot be read")]
    [InlineData("null", "no steps")]
    public void A_plan_that_cannot_be_followed_says_why(string json, string why)
    {
        Assert.Null(RolloutPlan.Read(json, out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_read_as_it_was_written()
    {
        var plan = Plan with
        {
            Steps = [new(StepKind.Tag, Tag: "north"), new(StepKind.Count, 3), new(StepKind.Rest)],
            Watch = TimeSpan.FromMinutes(5),
        };
        var read = RolloutPlan.Read(plan.Write(), out var problem);
        Assert.Null(problem);
        Assert.Equal(plan.Write(), read!.Write());
        Assert.Equal("tagged north", RolloutSentences.Step(read.Steps[0]));
    }
}
