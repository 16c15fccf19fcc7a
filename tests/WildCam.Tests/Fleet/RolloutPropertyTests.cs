using WildCam.Storage.Fleet;

namespace WildCam.Tests.Fleet;

/// <summary>Rollouts with all that cameras and admins may do, in virtual time, by seeds.</summary>
public sealed class RolloutPropertyTests(ITestOutputHelper output)
{
    const int Runs = 150;

    [Fact]
    public void Whatever_cameras_and_admins_do_the_rules_hold()
    {
        var first = Seeds.Next();
        output.WriteLine($"WILDCAM_SEED={first}");
        for (var seed = first; seed != first + Runs; seed++)
        {
            Run(seed);
        }
    }

    [Theory]
    [InlineData(Fate.FallsBack)]
    [InlineData(Fate.NeverReturns)]
    [InlineData(Fate.Blind)]
    [InlineData(Fate.Lies)]
    [InlineData(Fate.Boasts)]
    [InlineData(Fate.Silent)]
    [InlineData(Fate.LowBattery)]
    [InlineData(Fate.Refuses)]
    public void Firmware_that_is_bad_everywhere_reaches_one_camera(Fate fate)
    {
        var rollout = new ModelRollout(RolloutPlan.Careful, [.. Enumerable.Repeat(fate, 60)], 5);
        Live(rollout, new Random(5), days: 40, adminsAct: false);
        Assert.Equal(RolloutState.Stopped, rollout.State);
        Assert.Equal(0, rollout.Stopped.Step);
        Assert.Equal(1, rollout.StepsBegun);
        Assert.True(rollout.Offered.Count <= 1);
        Assert.DoesNotContain(rollout.Updates.Values, u => u.State is UpdateState.Good);
    }

    [Fact]
    public void Good_firmware_reaches_every_camera_and_not_before_each_watch_ended()
    {
        var rollout = new ModelRollout(RolloutPlan.Careful, [.. Enumerable.Repeat(Fate.Works, 200)], 5);
        var start = rollout.Now;
        Live(rollout, new Random(5), days: 20, adminsAct: false);
        Assert.Equal(RolloutState.Done, rollout.State);
        Assert.All(rollout.Updates.Values, u => Assert.Equal(UpdateReason.Proven, u.Reason));
        Assert.All(rollout.Updates.Values, u => Assert.True(u.Since > start));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Five_per_cent_of_bad_cameras_among_500_stop_it_in_the_first_step_that_has_too_many(int seed)
    {
        var chance = new Random(seed);
        var fates = Enumerable.Range(0, 500).Select(_ => chance.Next(20) == 0 ? Fate.FallsBack : Fate.Works).ToList();
        var rollout = new ModelRollout(RolloutPlan.Careful, fates, seed);
        var expected = Enumerable.Range(0, 4).First(step =>
        {
            var of = rollout.StepOf.Where(s => s.Value == step).Select(s => fates[s.Key]).ToList();
            return of.Count(f => f is Fate.FallsBack) >= RolloutRules.FailureLimit(rollout.Plan, of.Count);
        });
        Live(rollout, chance, days: 30, adminsAct: false);
        Assert.Equal(
            (RolloutState.Stopped, StopReason.TooManyFailed, expected),
            (rollout.State, rollout.Stopped.Reason, rollout.Stopped.Step));
        Assert.Equal(expected + 1, rollout.StepsBegun);
        Assert.All(rollout.Offered, id => Assert.True(rollout.StepOf[id] <= expected));
    }

    static void Run(int seed)
    {
        var chance = new Random(seed);
        var share = chance.NextDouble() * 0.4;
        var all = Enum.GetValues<Fate>();
        var fates = Enumerable.Range(0, chance.Next(1, 80))
            .Select(_ => chance.NextDouble() < share ? all[chance.Next(all.Length)] : Fate.Works).ToList();
        var plan = RolloutPlan.Careful with
        {
            Watch = TimeSpan.FromHours(chance.Next(0, 30)),
            GoodPercentMin = chance.Next(50, 101),
            FailuresMax = chance.Next(1, 6),
            FailedPercentMax = chance.Next(1, 30),
        };
        var rollout = new ModelRollout(plan, fates, seed);
        try
        {
            Live(rollout, chance, days: 70, adminsAct: true);
            CheckEnd(rollout);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"WILDCAM_SEED={seed}: {fault.Message}", fault);
        }
    }

    static void Live(ModelRollout rollout, Random chance, int days, bool adminsAct)
    {
        var end = rollout.Now.AddDays(days);
        while (rollout.Now < end && rollout.State is not (RolloutState.Done or RolloutState.Cancelled))
        {
            // Without admins every camera keeps its hours, so that only its fate decides.
            rollout.Now = rollout.Now.AddMinutes(chance.Next(5, adminsAct ? 180 : 60));
            foreach (var camera in rollout.Cameras.Where(_ => !adminsAct || chance.Next(3) > 0))
            {
                camera.Connect(rollout, chance);
                if (adminsAct && chance.Next(2000) == 0)
                {
                    camera.IsRemoved = true;
                }
            }

            if (adminsAct && chance.Next(12) == 0)
            {
                Act(rollout, chance);
            }

            rollout.Advance();
            Check(rollout);
            if (!adminsAct && rollout.State is RolloutState.Stopped)
            {
                return;
            }
        }

        // Whatever is under way has its deadline: after the longest of them nothing is.
        for (var n = 0; n < 40 && rollout.State is RolloutState.Running or RolloutState.Cancelled; n++)
        {
            rollout.Now = rollout.Now.AddDays(2);
            rollout.Advance();
            Check(rollout);
        }
    }

    static void Act(ModelRollout rollout, Random chance)
    {
        switch (chance.Next(5))
        {
            case 0 when rollout.State is RolloutState.Running:
                rollout.State = RolloutState.Paused;
                break;
            case 1 or 2 when rollout.State is RolloutState.Paused or RolloutState.Stopped:
                rollout.Resume();
                break;
            case 3:
                rollout.Retry(chance.Next(rollout.Cameras.Count));
                break;
            case 4 when chance.Next(20) == 0:
                rollout.Cancel();
                break;
        }
    }

    static void Check(ModelRollout rollout)
    {
        foreach (var (id, update) in rollout.Updates)
        {
            var camera = rollout.Cameras[id];
            Assert.Equal(update.IsUnderWay, update.DeadlineAt is not null);
            Assert.True(
                update.State is UpdateState.Planned || rollout.StepOf[id] < rollout.StepsBegun
                || update.Reason is UpdateReason.Cancelled or UpdateReason.Removed,
                $"{update.State} of camera {id} in a step that has not begun");
            if (update.State is UpdateState.Good)
            {
                Assert.True(camera.Runs == update.Reported, "good on a version that it does not report");
                Assert.True(camera.NewPictureAt is not null, $"good without a picture: {camera.Fate}");
            }

            if (rollout.State is RolloutState.Running && update.DeadlineAt is { } deadline)
            {
                Assert.True(deadline > rollout.Now, $"{update.State} is overdue");
            }
        }
    }

    static void CheckEnd(ModelRollout rollout)
    {
        if (rollout.State is RolloutState.Done or RolloutState.Cancelled)
        {
            Assert.DoesNotContain(rollout.Updates.Values, u => u.IsOpen);
        }

        if (rollout.State is RolloutState.Done)
        {
            Assert.Equal(rollout.Plan.Steps.Count, rollout.StepsBegun);
        }
    }
}
