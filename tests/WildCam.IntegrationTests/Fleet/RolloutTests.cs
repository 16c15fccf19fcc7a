using WildCam.Storage.Accounts;
using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>Rollouts on a real database, with what others' rollouts are known to do wrong.</summary>
public sealed class RolloutTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Steps_follow_each_other_and_all_cameras_end_good()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync();
        for (var step = 0; step < 3; step++)
        {
            var cameras = await world.CamerasOfAsync(id, step);
            Assert.Equal(new[] { 1, 3, 6 }[step], cameras.Count);
            foreach (var camera in cameras)
            {
                await world.UpdateAsync(camera);
            }

            await world.Work.AdvanceAsync(id, default);
            if (step == 2)
            {
                break;
            }

            world.Clock.Advance(TimeSpan.FromHours(23));
            Assert.False(await world.Work.AdvanceAsync(id, default));
            world.Clock.Advance(TimeSpan.FromHours(2));
            Assert.True(await world.Work.AdvanceAsync(id, default));
        }

        var rollout = await world.ReadAsync(id);
        Assert.Equal(RolloutState.Done, rollout.State);
        Assert.NotNull(rollout.EndedAt);
        Assert.All(await world.StepsAsync(id), s => Assert.Equal(s.Counts.Total, s.Counts.Good));
        var history = await world.Pages.ListHistoryAsync(id, null, default);
        Assert.Equal(
            ["started", "step 1 begun", "step 2 begun", "step 3 begun", "done"], history.Select(h => h.Word).Reverse());
        Assert.Equal(2L, await database.ReadAsync<long>("""
            select count(*) from audit_entries where subject = $1 and action in ('rollout.start', 'rollout.finish')
            """, $"rollout {id}"));
    }

    [Fact]
    public async Task The_next_step_does_not_begin_because_all_actions_ended()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        Assert.NotNull(await world.HelloAsync(first, RolloutWorld.Old));
        world.Clock.Advance(RolloutWorld.Plan.AnswerTime + TimeSpan.FromMinutes(1));
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(UpdateReason.NoAnswer, (await world.ShowAsync(id, first)).Reason);
        var rollout = await world.ReadAsync(id);
        Assert.Equal(
            (RolloutState.Stopped, StopReason.NotEnoughGood, 0),
            (rollout.State, rollout.StopReason, rollout.StopStep));
        world.Clock.Advance(TimeSpan.FromDays(30));
        await world.Work.AdvanceAsync(id, default);
        Assert.Null((await world.StepsAsync(id))[1].BegunAt);
    }

    [Fact]
    public async Task It_stops_by_itself_and_goes_on_when_somebody_saw_why()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        await world.FailAsync(first);
        await world.Work.AdvanceAsync(id, default);
        var rollout = await world.ReadAsync(id);
        Assert.Equal((RolloutState.Stopped, StopReason.TooManyFailed), (rollout.State, rollout.StopReason));
        Assert.Equal(
            "Stopped by itself in step 1: 1 of 1 failed (limit 1).",
            RolloutSentences.Stopped(rollout, await world.StepsAsync(id)));

        var answer = await world.Rollouts.ResumeAsync(
            world.ProjectId, id, rollout.Version, world.BenHere, default);
        Assert.Equal(RolloutRefusal.None, answer.Refusal);
        Assert.True(await AdvanceAfterAsync(world, id, TimeSpan.FromHours(25)));
        Assert.NotNull((await world.StepsAsync(id))[1].BegunAt);
        await world.FailAsync((await world.CamerasOfAsync(id, 1))[0]);
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(1, (await world.ReadAsync(id)).StopStep);
    }

    [Fact]
    public async Task Pausing_twice_is_as_good_as_once_and_holds_offers_and_bytes()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 4);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        Assert.NotNull(await world.Work.TakeWantAsync(first, offer.OfferId, 0, TimeSpan.FromMinutes(1), default));
        foreach (var who in new[] { world.AnaHere, world.BenHere })
        {
            Assert.Equal(
                RolloutRefusal.None,
                (await world.Rollouts.PauseAsync(world.ProjectId, id, who, default)).Refusal);
        }

        var paused = await world.ReadAsync(id);
        Assert.Equal((RolloutState.Paused, "Ana"), (paused.State, paused.ChangedBy));
        Assert.Null(await world.HelloAsync(first, RolloutWorld.Old));
        Assert.Null(await world.Work.TakeWantAsync(first, offer.OfferId, 0, TimeSpan.FromMinutes(1), default));
        world.Clock.Advance(TimeSpan.FromDays(60));
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(UpdateState.Offered, (await world.ShowAsync(id, first)).State);

        await world.Rollouts.ResumeAsync(world.ProjectId, id, paused.Version, world.AnaHere, default);
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(UpdateState.Offered, (await world.ShowAsync(id, first)).State);
        var again = await world.HelloAsync(first, RolloutWorld.Old);
        Assert.Equal(offer, again);
    }

    [Fact]
    public async Task Of_two_admins_at_once_the_second_is_told()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 4);
        var id = await world.StartAsync();
        var seen = (await world.ReadAsync(id)).Version;
        await world.Rollouts.PauseAsync(world.ProjectId, id, world.BenHere, default);
        var refused = await world.Rollouts.CancelAsync(world.ProjectId, id, seen, world.AnaHere, default);
        Assert.Equal(RolloutRefusal.ChangedMeanwhile, refused.Refusal);
        Assert.Equal(
            "Nothing was done: Ben paused it just now. Look again, then decide.", RolloutSentences.Refused(refused));
        Assert.Equal(RolloutState.Paused, (await world.ReadAsync(id)).State);

        var version = (await world.ReadAsync(id)).Version;
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => n % 2 == 0
            ? world.Rollouts.ResumeAsync(world.ProjectId, id, version, world.AnaHere, default)
            : world.Rollouts.CancelAsync(world.ProjectId, id, version, world.BenHere, default)));
        Assert.Single(answers, a => a.Refusal is RolloutRefusal.None);
        Assert.Equal(5, answers.Count(a => a.Refusal is RolloutRefusal.ChangedMeanwhile));
    }

    [Fact]
    public async Task Hubs_that_advance_it_at_once_begin_each_step_once()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 30);
        var plan = RolloutWorld.Plan with { Watch = TimeSpan.Zero };
        var answer = await world.Rollouts.StartAsync(
            world.ProjectId, world.NewFirmware, plan, world.AnaHere, default);
        var id = answer.Id!.Value;
        for (var step = 0; step < 2; step++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(
                _ => new RolloutWork(database.Source, world.Clock).AdvanceAsync(id, default)));
            await Task.WhenAll((await world.CamerasOfAsync(id, step)).Select(world.UpdateAsync));
        }

        await world.Work.AdvanceAsync(id, default);
        var history = await world.Pages.ListHistoryAsync(id, null, default);
        Assert.Equal(
            ["started", "step 1 begun", "step 2 begun", "step 3 begun"], history.Select(h => h.Word).Reverse());
    }

    [Fact]
    public async Task A_camera_that_is_revoked_in_the_middle_of_a_step_does_not_hold_it_up()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync(RolloutWorld.Plan with { Watch = TimeSpan.Zero });
        await world.UpdateAsync((await world.CamerasOfAsync(id, 0)).Single());
        await world.Work.AdvanceAsync(id, default);
        var second = await world.CamerasOfAsync(id, 1);
        await world.UpdateAsync(second[0]);
        Assert.NotNull(await world.HelloAsync(second[1], RolloutWorld.Old));
        await database.RunAsync("update cameras set revoked_at = now() where id = any($1)", second.Skip(1).ToArray());
        Assert.True(await world.Work.AdvanceAsync(id, default));
        var steps = await world.StepsAsync(id);
        Assert.Equal((1, 1), (steps[1].Counts.Total, steps[1].Counts.Good));
        Assert.NotNull(steps[2].BegunAt);
        Assert.Equal(UpdateReason.Removed, (await world.ShowAsync(id, second[1])).Reason);
    }

    [Fact]
    public async Task A_hub_that_restarts_and_a_camera_that_reboots_lose_nothing()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        await world.TellAsync(first, offer, ReportedState.Downloading);
        var other = new RolloutWork(database.Source, world.Clock);
        Assert.Equal(offer, await other.TakeOfferAsync(first, isHello: true, default));
        Assert.Equal(UpdateState.Downloading, (await world.ShowAsync(id, first)).State);
        await other.TellAsync(first, offer.OfferId, offer.Number, ReportedState.Verified, 0, 40_000, default);
        await world.ProveAsync(first, offer);
        Assert.Equal(UpdateState.Good, (await world.ShowAsync(id, first)).State);
    }

    [Fact]
    public async Task A_camera_that_never_comes_back_fails_after_its_time_and_may_come_back_good()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        await world.InstallAsync(first, offer);
        await AdvanceAfterAsync(world, id, RolloutWorld.Plan.ReturnTime);
        var lost = await world.ShowAsync(id, first);
        Assert.Equal((UpdateState.Failed, UpdateReason.NotHeardAfterDownload), (lost.State, lost.Reason));
        Assert.Equal(RolloutState.Stopped, (await world.ReadAsync(id)).State);
        world.Clock.Advance(TimeSpan.FromDays(3));
        await world.ProveAsync(first, offer);
        Assert.Equal(UpdateReason.Proven, (await world.ShowAsync(id, first)).Reason);
    }

    [Fact]
    public async Task Success_is_not_shown_on_the_old_version()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        await world.InstallAsync(first, offer);
        await world.HelloAsync(first, RolloutWorld.Old);
        await world.DeliverAsync(first);
        await world.TellAsync(first, offer, ReportedState.Confirmed);
        var update = await world.ShowAsync(id, first);
        Assert.Equal((UpdateState.Installing, RolloutWorld.Old), (update.State, update.Reported));
    }

    [Fact]
    public async Task Cancelling_withdraws_the_offers_under_higher_numbers()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        await world.TellAsync(first, offer, ReportedState.Downloading);
        var seen = (await world.ReadAsync(id)).Version;
        await world.Rollouts.CancelAsync(world.ProjectId, id, seen, world.AnaHere, default);
        Assert.NotNull((await world.ReadAsync(id)).EndedAt);
        Assert.Equal([first], await world.Work.ListDueAsync([.. world.Cameras], default));
        var withdrawal = (await world.Work.TakeOfferAsync(first, isHello: false, default))!;
        Assert.True(withdrawal.IsWithdrawal && withdrawal.Number > offer.Number);
        Assert.Equal(offer.OfferId, withdrawal.OfferId);
        Assert.Empty(await world.Work.ListDueAsync([first], default));
        await world.TellAsync(first, withdrawal, ReportedState.Refused, 31);
        Assert.Null(await world.HelloAsync(first, RolloutWorld.Old));

        var again = await world.StartAsync();
        Assert.NotEqual(id, again);
        var next = await world.HelloAsync((await world.CamerasOfAsync(again, 0)).Single(), RolloutWorld.Old);
        Assert.False(next!.IsWithdrawal);
    }

    [Fact]
    public async Task A_rollback_takes_the_cameras_with_the_new_version_back_to_an_older_one()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 10);
        var id = await world.StartAsync(RolloutWorld.Plan with { Watch = TimeSpan.Zero });
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        await world.UpdateAsync(first);
        await world.Work.AdvanceAsync(id, default);
        var second = await world.CamerasOfAsync(id, 1);
        var restarting = (await world.HelloAsync(second[0], RolloutWorld.Old))!;
        await world.InstallAsync(second[0], restarting);
        var loading = (await world.HelloAsync(second[1], RolloutWorld.Old))!;
        await world.TellAsync(second[1], loading, ReportedState.Downloading);

        var seen = (await world.ReadAsync(id)).Version;
        var answer = await world.Rollouts.RollBackAsync(
            world.ProjectId, id, seen, world.OldFirmware, world.AnaHere, default);
        Assert.Equal(RolloutRefusal.None, answer.Refusal);
        var back = answer.Id!.Value;
        await world.Work.AdvanceAsync(back, default);
        Assert.Equal(new[] { first, second[0] }.Order(), (await world.CamerasOfAsync(back, 0)).Order());
        Assert.Equal(RolloutState.Cancelled, (await world.ReadAsync(id)).State);

        var offer = (await world.HelloAsync(first, RolloutWorld.New))!;
        Assert.True(offer.OlderIsMeant && !offer.IsWithdrawal);
        Assert.Equal(world.OldFirmware, offer.FirmwareId);
        Assert.True((await world.HelloAsync(second[1], RolloutWorld.Old))!.IsWithdrawal);
        await world.InstallAsync(first, offer);
        await world.HelloAsync(first, RolloutWorld.Old);
        await world.DeliverAsync(first);
        await world.TellAsync(first, offer, ReportedState.Confirmed);
        Assert.Equal(UpdateReason.Proven, (await world.ShowAsync(back, first)).Reason);

        // The other one fell back by itself before it heard of the rollback.
        Assert.True((await world.HelloAsync(second[0], RolloutWorld.Old))!.IsWithdrawal);
        await world.Work.AdvanceAsync(back, default);
        var ended = await world.ShowAsync(back, second[0]);
        Assert.Equal((UpdateState.Good, UpdateReason.AlreadyThere), (ended.State, ended.Reason));
        Assert.Equal(RolloutState.Done, (await world.ReadAsync(back)).State);
    }

    [Fact]
    public async Task What_failed_is_tried_again_under_another_offer()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(first, RolloutWorld.Old))!;
        await world.TellAsync(first, offer, ReportedState.Refused, 5);
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(
            RolloutRefusal.NoSuchCamera,
            (await world.Rollouts.RetryAsync(world.ProjectId, id, "nobody", world.AnaHere, default)).Refusal);
        Assert.Equal(RolloutRefusal.None, (await world.Rollouts.RetryAsync(
            world.ProjectId, id, world.CodeOf(first), world.AnaHere, default)).Refusal);
        Assert.Null(await world.HelloAsync(first, RolloutWorld.Old)); // It is stopped still.
        await world.Rollouts.ResumeAsync(
            world.ProjectId, id, (await world.ReadAsync(id)).Version, world.AnaHere, default);
        var again = (await world.HelloAsync(first, RolloutWorld.Old))!;
        Assert.True(again.OfferId > offer.OfferId && again.Number > offer.Number);
        await world.TellAsync(first, offer, ReportedState.Refused, 5);
        Assert.Equal(UpdateState.Offered, (await world.ShowAsync(id, first)).State);
    }

    [Fact]
    public async Task Firmware_of_a_publisher_that_is_trusted_no_more_stops()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        await new PublishersTable(database.Source).RevokeAsync(world.PublisherId, default);
        var first = (await world.CamerasOfAsync(id, 0)).Single();
        Assert.Null(await world.HelloAsync(first, RolloutWorld.Old));
        await world.Work.AdvanceAsync(id, default);
        Assert.Equal(StopReason.PublisherRevoked, (await world.ReadAsync(id)).StopReason);
        var refused = await world.Rollouts.ResumeAsync(
            world.ProjectId, id, (await world.ReadAsync(id)).Version, world.AnaHere, default);
        Assert.Equal(RolloutRefusal.NotTrusted, refused.Refusal);
        Assert.Equal(
            RolloutRefusal.NotTrusted,
            (await world.Rollouts.StartAsync(
                world.ProjectId, world.NewFirmware, RolloutWorld.Plan, world.AnaHere, default)).Refusal);
        await database.RunAsync("update firmware_publishers set revoked_at = null where id = $1", world.PublisherId);
    }

    [Fact]
    public async Task A_rollout_that_nobody_goes_on_with_ends()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 3);
        var id = await world.StartAsync();
        await world.Rollouts.PauseAsync(world.ProjectId, id, world.AnaHere, default);
        world.Clock.Advance(Rollouts.LifeMax);
        await world.Work.AdvanceAsync(id, default);
        var rollout = await world.ReadAsync(id);
        Assert.Equal((RolloutState.Cancelled, StopReason.Expired), (rollout.State, rollout.StopReason));
        Assert.NotNull(rollout.EndedAt);
    }

    [Fact]
    public async Task A_camera_is_in_one_rollout_at_a_time_and_another_projects_rollout_is_not_there()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 3);
        var id = await world.StartAsync();
        var refused = await world.Rollouts.StartAsync(
            world.ProjectId, world.NewFirmware, RolloutWorld.Plan, world.AnaHere, default);
        Assert.Equal(RolloutRefusal.NoCameras, refused.Refusal);
        Assert.EndsWith("3 are in another rollout.", RolloutSentences.Refused(refused), StringComparison.Ordinal);
        var other = await RolloutWorld.MakeAsync(database, cameras: 1);
        Assert.Equal(
            RolloutRefusal.NoSuchRollout,
            (await other.Rollouts.PauseAsync(other.ProjectId, id, other.AnaHere, default)).Refusal);
        Assert.Null(await other.Pages.FindAsync(other.ProjectId, id, default));
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_with_who_and_from_where()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 3);
        var id = await world.StartAsync();
        await world.Rollouts.PauseAsync(world.ProjectId, id, world.BenHere, default);
        await world.Rollouts.CancelAsync(
            world.ProjectId, id, (await world.ReadAsync(id)).Version, world.AnaHere, default);
        var rows = await new AuditTable(database.Source).ListForPagesAsync(
            new AuditFilter(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1))
            {
                ProjectId = world.ProjectId,
            }, 100, default);
        Assert.Equal(
            [("rollout.start", "Ana"), ("rollout.step", null), ("rollout.pause", "Ben"), ("rollout.cancel", "Ana")],
            rows.Reverse().Select(r => (r.Action, r.Who)));
        Assert.Equal("10.0.0.2", rows.Single(r => r.Action == "rollout.pause").From);
    }

    static async Task<bool> AdvanceAfterAsync(RolloutWorld world, int id, TimeSpan time)
    {
        await world.Work.AdvanceAsync(id, default);
        world.Clock.Advance(time);
        return await world.Work.AdvanceAsync(id, default);
    }
}
