using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Jobs;

public sealed class JobsTableTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    JobsTable Jobs => new(database.Source);

    [Fact]
    public async Task Fresh_jobs_pass_older_ones_and_the_oldest_claim_passes_them_in_turn()
    {
        var kind = NewKind();
        await AddAsync(kind, "old", JobPriorities.Backfill);
        await AddAsync(kind, "fresh", JobPriorities.Fresh);
        Assert.Equal("fresh", Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default)).Subject);
        await AddAsync(kind, "fresher", JobPriorities.Fresh);
        Assert.Equal("old", Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, true, default)).Subject);
    }

    [Fact]
    public async Task Workers_at_once_claim_each_job_once()
    {
        var kind = NewKind();
        await Jobs.EnqueueAsync(
            [.. Enumerable.Range(0, 400).Select(i => new NewJob(kind, $"{i}", null, JobPriorities.Fresh))], default);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var mine = new List<Job>();
            while (await Jobs.ClaimNextAsync(kind, 7, Lease, false, default) is { Count: > 0 } batch)
            {
                mine.AddRange(batch);
            }

            return mine;
        }));
        Assert.Equal(400, claimed.SelectMany(c => c).Select(j => j.Subject).Distinct().Count());
        Assert.Equal(400, claimed.Sum(c => c.Count));
    }

    [Fact]
    public async Task A_zombie_whose_lease_was_lost_cannot_end_or_renew_the_job()
    {
        var kind = NewKind();
        await AddAsync(kind, "x");
        var zombie = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await ExpireAsync(kind);
        Assert.Equal(1, (await SweepAsync(kind)).LeasesLost);
        var second = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));

        Assert.Empty(await Jobs.CompleteAsync([zombie.Held], default));
        Assert.Equal(0, await Jobs.FailAsync([new(zombie.Id, "late", Lease, true)], zombie.LeaseToken, default));
        Assert.False(await Jobs.RenewAsync([zombie.Id], zombie.LeaseToken, Lease, default));
        Assert.Equal(2, second.Attempts);
        Assert.Single(await Jobs.CompleteAsync([second.Held], default));
        Assert.Equal(0L, await database.ReadAsync<long>("select count(*) from jobs where kind = $1", kind));
    }

    [Fact]
    public async Task A_job_whose_worker_died_is_claimed_alone_and_dies_after_its_last_attempt()
    {
        var kind = NewKind();
        await AddAsync(kind, "poison");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var batch = await Jobs.ClaimNextAsync(kind, 10, Lease, false, default);
            Assert.Equal("poison", Assert.Single(batch).Subject);
            await ExpireAsync(kind);
            var sweep = await SweepAsync(kind, attemptsMax: 3);
            Assert.Equal(attempt == 3 ? 1 : 0, sweep.Dead);
            await AddAsync(kind, $"innocent {attempt}", JobPriorities.Backfill);
        }

        Assert.Equal(3, (await Jobs.ClaimNextAsync(kind, 10, Lease, false, default)).Count);
        Assert.Equal("poison", await database.ReadAsync<string>(
            "select subject from jobs where kind = $1 and state = 3", kind));
    }

    [Fact]
    public async Task A_job_enqueued_while_it_runs_runs_again()
    {
        var kind = NewKind();
        await AddAsync(kind, "x");
        var first = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await AddAsync(kind, "x");
        Assert.Empty(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        Assert.Single(await Jobs.CompleteAsync([first.Held], default));
        var second = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        Assert.Equal(1, second.Attempts);
        Assert.Single(await Jobs.CompleteAsync([second.Held], default));
        Assert.Empty(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
    }

    [Fact]
    public async Task A_running_job_that_is_enqueued_and_fails_or_loses_its_lease_is_ready_at_once()
    {
        var kind = NewKind();
        await AddAsync(kind, "x");
        var first = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await AddAsync(kind, "x");
        await Jobs.FailAsync([new(first.Id, "broken", TimeSpan.FromHours(1), true)], first.LeaseToken, default);
        var second = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        Assert.Equal(1, second.Attempts);
        await AddAsync(kind, "x");
        await ExpireAsync(kind);
        Assert.Equal(0, (await SweepAsync(kind, attemptsMax: 1)).Dead);
        Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
    }

    [Fact]
    public async Task Enqueueing_revives_a_dead_job_and_a_sweep_does_not()
    {
        var kind = NewKind();
        await AddAsync(kind, "x");
        var job = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await Jobs.FailAsync([new(job.Id, "no such picture\0", TimeSpan.Zero, true)], job.LeaseToken, default);
        await using (var connection = await database.Source.OpenConnectionAsync())
        {
            Assert.Equal(0, await Jobs.EnqueueMissingAsync(connection, [New(kind, "x")], default));
        }

        Assert.Empty(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await AddAsync(kind, "x");
        Assert.Equal(1, Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default)).Attempts);
    }

    [Fact]
    public async Task A_failed_job_waits_for_its_time_and_a_released_one_keeps_its_attempts()
    {
        var kind = NewKind();
        await AddAsync(kind, "x");
        var job = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        await Jobs.ReleaseAsync([job.Id], job.LeaseToken, default);
        job = Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, false, default));
        Assert.Equal(1, job.Attempts);
        await Jobs.FailAsync([new(job.Id, "later", TimeSpan.FromHours(1), false)], job.LeaseToken, default);
        Assert.Equal(0, (await SweepAsync(kind)).Due);
        Assert.Empty(await Jobs.ClaimNextAsync(kind, 1, Lease, true, default));
        await database.RunAsync("update jobs set run_at = now() where kind = $1", kind);
        Assert.Equal(1, (await SweepAsync(kind)).Due);
        Assert.Equal(2, Assert.Single(await Jobs.ClaimNextAsync(kind, 1, Lease, true, default)).Attempts);
    }

    [Fact]
    public async Task One_call_may_name_a_subject_twice_and_the_higher_priority_stays()
    {
        var kind = NewKind();
        await Jobs.EnqueueAsync([New(kind, "x", 0), New(kind, "x", 10)], default);
        await AddAsync(kind, "x", 3);
        Assert.Equal(10, await database.ReadAsync<short>("select priority from jobs where kind = $1", kind));
    }

    [Fact]
    public async Task The_overview_counts_groups_by_reason_and_retries()
    {
        var kind = NewKind();
        await Jobs.EnqueueAsync([.. Enumerable.Range(0, 5).Select(i => New(kind, $"{i}"))], default);
        var batch = await Jobs.ClaimNextAsync(kind, 4, Lease, false, default);
        await Jobs.FailAsync(
            [.. batch.Take(3).Select((j, i) => new FailedJob(j.Id, i < 2 ? "broken" : "gone", TimeSpan.Zero, true))],
            batch[0].LeaseToken, default);
        var overview = new JobsOverview(database.Source);
        var counts = Assert.Single(await overview.CountByKindAsync(default), c => c.Kind == kind);
        Assert.Equal((1, 0, 1, 3), (counts.Ready, counts.Waiting, counts.Running, counts.Dead));
        var groups = (await overview.GroupDeadAsync(default)).Where(g => g.Kind == kind).ToList();
        Assert.Equal([("broken", 2), ("gone", 1)], groups.Select(g => (g.Reason, g.Count)));
        Assert.Equal(2, await overview.RetryDeadAsync(kind, "broken", null, default));
        Assert.Equal(3, (await Jobs.ClaimNextAsync(kind, 10, Lease, false, default)).Count);
    }

    static string NewKind() => "test-" + Guid.NewGuid().ToString("n");

    static NewJob New(string kind, string subject, short priority = JobPriorities.Fresh) =>
        new(kind, subject, null, priority);

    Task AddAsync(string kind, string subject, short priority = JobPriorities.Fresh) =>
        Jobs.EnqueueAsync([New(kind, subject, priority)], default);

    Task ExpireAsync(string kind) => database.RunAsync(
        "update jobs set lease_until = now() - interval '1 s' where kind = $1 and state = 2", kind);

    Task<JobSweep> SweepAsync(string kind, int attemptsMax = 12) =>
        Jobs.SweepAsync(new Dictionary<string, int> { [kind] = attemptsMax }, default);
}
