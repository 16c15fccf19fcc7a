using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Jobs;

public sealed class JobLoopTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    JobsTable Jobs => new(database.Source);

    [Fact]
    public async Task Every_job_is_handled_and_gone()
    {
        var handler = new Recorder(NewKind(), _ => JobOutcome.Done);
        await using var hub = await RunningLoop.StartAsync(database, handler);
        await Jobs.EnqueueAsync([.. Enumerable.Range(0, 300).Select(i => New(handler.Kind, $"{i}"))], default);
        hub.Signal.Ready(handler.Kind);
        await CaptureWorld.UntilAsync(async () => await CountAsync(handler.Kind) == 0, "all jobs are gone");
        Assert.Equal(300, handler.Seen.Distinct().Count());
        Assert.Equal(300, handler.Seen.Count);
        await CaptureWorld.UntilAsync(async () => await database.ReadAsync<long>(
            "select coalesce(sum(done), 0)::bigint from job_minutes where kind = $1", handler.Kind) == 300,
            "the throughput is recorded");
    }

    [Fact]
    public async Task A_batch_that_throws_is_tried_one_by_one_and_only_the_bad_job_fails()
    {
        var handler = new Recorder(NewKind(), subject => subject == "bad"
            ? throw new InvalidOperationException("bad picture")
            : JobOutcome.Done);
        await Jobs.EnqueueAsync([New(handler.Kind, "a"), New(handler.Kind, "bad"), New(handler.Kind, "z")], default);
        await using var hub = await RunningLoop.StartAsync(database, handler);
        await CaptureWorld.UntilAsync(async () => await database.ReadAsync<long>(
            "select count(*) from jobs where kind = $1 and state = 4 and subject = 'bad'", handler.Kind) == 1
            && await CountAsync(handler.Kind) == 1, "only the bad one waits");
        Assert.Equal("InvalidOperationException: bad picture", await database.ReadAsync<string>(
            "select reason from jobs where kind = $1", handler.Kind));
    }

    [Fact]
    public async Task Dead_is_kept_with_its_reason_and_retries_end_dead_after_the_last_attempt()
    {
        var handler = new Recorder(NewKind(), subject => subject == "hopeless"
            ? JobOutcome.Dead("Not a picture.")
            : JobOutcome.Retry("The store is away.")) { AttemptsMax = 1 };
        await Jobs.EnqueueAsync([New(handler.Kind, "hopeless"), New(handler.Kind, "unlucky")], default);
        await using var hub = await RunningLoop.StartAsync(database, handler);
        await CaptureWorld.UntilAsync(async () => await database.ReadAsync<long>(
            "select count(*) from jobs where kind = $1 and state = 3", handler.Kind) == 2, "both are dead");
        Assert.Equal("Not a picture.|The store is away.", await database.ReadAsync<string>(
            "select string_agg(reason, '|' order by subject) from jobs where kind = $1", handler.Kind));
    }

    [Fact]
    public async Task A_handler_that_hangs_is_cancelled_at_its_lease_and_the_job_tried_again()
    {
        var handler = new Recorder(NewKind(), _ => JobOutcome.Done)
        {
            Lease = TimeSpan.FromMilliseconds(200),
            HangTimes = 1,
        };
        await Jobs.EnqueueAsync([New(handler.Kind, "x")], default);
        await using var hub = await RunningLoop.StartAsync(database, handler);
        await CaptureWorld.UntilAsync(async () => await database.ReadAsync<long>(
            "select count(*) from jobs where kind = $1 and state = 4", handler.Kind) == 1,
            "it waits to be tried again");
        await database.RunAsync("update jobs set run_at = now() where kind = $1", handler.Kind);
        await CaptureWorld.UntilAsync(async () => await CountAsync(handler.Kind) == 0, "the second attempt is done");
    }

    [Fact]
    public async Task A_stop_waits_for_what_runs_and_claims_no_more()
    {
        using var gate = new SemaphoreSlim(0);
        var handler = new Recorder(NewKind(), _ => JobOutcome.Done) { Gate = gate, BatchMax = 1, ParallelMax = 1 };
        await Jobs.EnqueueAsync([New(handler.Kind, "1"), New(handler.Kind, "2")], default);
        var hub = await RunningLoop.StartAsync(database, handler);
        await CaptureWorld.UntilAsync(() => Task.FromResult(handler.Seen.Count == 1), "the first runs");
        var stop = hub.DisposeAsync().AsTask();
        gate.Release(10);
        await stop;
        Assert.Equal("ready 2", await database.ReadAsync<string>("""
            select string_agg(case state when 1 then 'ready ' else 'other ' end || subject, ',') from jobs
            where kind = $1
            """, handler.Kind));
    }

    [Fact]
    public async Task Jobs_of_a_dead_hub_are_taken_over()
    {
        var handler = new Recorder(NewKind(), _ => JobOutcome.Done);
        await Jobs.EnqueueAsync([New(handler.Kind, "x")], default);
        Assert.Single(await Jobs.ClaimNextAsync(handler.Kind, 1, TimeSpan.FromMilliseconds(1), false, default));
        await using var hub = await RunningLoop.StartAsync(database, handler);
        await CaptureWorld.UntilAsync(async () => await CountAsync(handler.Kind) == 0, "another hub did it");
    }

    static string NewKind() => "loop-" + Guid.NewGuid().ToString("n");

    static NewJob New(string kind, string subject) => new(kind, subject, null, JobPriorities.Fresh);

    Task<long> CountAsync(string kind) => database.ReadAsync<long>("select count(*) from jobs where kind = $1", kind);

    sealed class Recorder(string kind, Func<string, JobOutcome> outcome) : IJobHandler
    {
        int _hung;

        public string Kind { get; } = kind;

        public int BatchMax { get; init; } = 10;

        public int ParallelMax { get; init; } = 2;

        public int AttemptsMax { get; init; } = 12;

        public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

        public int HangTimes { get; init; }

        public SemaphoreSlim? Gate { get; init; }

        public ConcurrentBag<string> Seen { get; } = [];

        public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
            IReadOnlyList<Job> batch, CancellationToken cancellationToken)
        {
            foreach (var job in batch)
            {
                Seen.Add(job.Subject);
            }

            if (Interlocked.Increment(ref _hung) <= HangTimes)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            if (Gate is not null)
            {
                await Gate.WaitAsync(cancellationToken);
            }

            return [.. batch.Select(j => outcome(j.Subject))];
        }
    }
}

/// <summary>The loop with what it stands on, without the rest of the hub.</summary>
sealed class RunningLoop : IAsyncDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly DatabaseNotices _notices;
    readonly NoticeSender _sender;
    readonly JobLoop _loop;

    RunningLoop(TestDatabase database, IJobHandler[] handlers)
    {
        _notices = new DatabaseNotices(database.Source, NullLogger<DatabaseNotices>.Instance);
        _sender = new NoticeSender(database.Source, NullLogger<NoticeSender>.Instance);
        Signal = new JobSignal(_sender);
        _loop = new JobLoop(
            handlers, new JobsTable(database.Source), Signal,
            new JobMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), _notices,
            TimeProvider.System, NullLogger<JobLoop>.Instance);
    }

    public JobSignal Signal { get; }

    public static async Task<RunningLoop> StartAsync(TestDatabase database, params IJobHandler[] handlers)
    {
        var running = new RunningLoop(database, handlers);
        await running._notices.StartAsync(default);
        await running._sender.StartAsync(default);
        await running._loop.StartAsync(default);
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(default);
        await _sender.StopAsync(default);
        await _notices.StopAsync(default);
        _loop.Dispose();
        _sender.Dispose();
        _notices.Dispose();
        await _services.DisposeAsync();
    }
}
