using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WildCam.Hub.Jobs;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Jobs;

public sealed class RecurringTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Two_hubs_share_one_schedule_and_each_due_run_happens_once()
    {
        var counter = new Counter();
        using var first = await StartAsync(counter);
        using var second = await StartAsync(counter);
        await CaptureWorld.UntilAsync(() => Task.FromResult(counter.Runs >= 1), "the work runs");
        await CaptureWorld.UntilAsync(async () => await database.ReadAsync<long>(
            "select count(*) from qrtz_scheduler_state") == 2, "both hubs check in");
        Assert.Equal(1L, await database.ReadAsync<long>("select count(*) from qrtz_triggers"));
        await CaptureWorld.UntilAsync(async () =>
            (await new RecurringTable(database.Source).ReadAsync(default)).Single() is
            { Succeeded: true, Result: "Counted.", NextAt: not null }, "the result is noted");
        Assert.Equal(1, counter.Runs);
        await first.StopAsync();
        await second.StopAsync();
    }

    [Fact]
    public async Task Work_that_is_no_more_is_forgotten()
    {
        var runs = new RecurringTable(database.Source);
        foreach (var name in new[] { "one", "two", "three" })
        {
            await runs.RegisterAsync(name, name, TimeSpan.FromHours(1), default);
        }

        // An array of texts is one value of a command, whatever its length.
        await runs.KeepOnlyAsync(["one", "two"], default);
        Assert.Equal(["one", "two"], (await runs.ReadAsync(default)).Select(r => r.Name));
        await runs.KeepOnlyAsync(["two"], default);
        Assert.Equal(["two"], (await runs.ReadAsync(default)).Select(r => r.Name));
        await runs.KeepOnlyAsync([], default);
        Assert.Empty(await runs.ReadAsync(default));
    }

    [Fact]
    public async Task Partitions_are_made_three_months_ahead_and_once()
    {
        var upkeep = new UpkeepTable(database.Source);
        var now = new DateTimeOffset(2031, 11, 30, 23, 0, 0, TimeSpan.Zero);
        Assert.Equal(12, await upkeep.MakePartitionsAsync(now, default));
        Assert.Equal(0, await upkeep.MakePartitionsAsync(now, default));
        Assert.True(await database.ReadAsync<bool>("select to_regclass('telemetry_2032_02') is not null"));
    }

    [Fact]
    public async Task An_unfinished_capture_without_a_job_gets_one_and_a_dead_job_stays_dead()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var lost = await world.AddCaptureAsync(
            camera, CaptureWorld.Noon, CaptureStages.Exif | CaptureStages.Event, receivedMinutesAgo: 10);
        await world.AddCaptureAsync(camera, CaptureWorld.Noon, CaptureStages.All);
        await world.AddCaptureAsync(camera, CaptureWorld.Noon, CaptureStages.None, receivedMinutesAgo: 10);
        await database.RunAsync(
            "insert into jobs (kind, subject, state) values ('exif', $1, 3)", lost.ToString());
        await using var services = new ServiceCollection().AddLogging().AddMetrics().BuildServiceProvider();
        using var sender = new Hub.Hosting.NoticeSender(
            database.Source, Microsoft.Extensions.Logging.Abstractions.NullLogger<Hub.Hosting.NoticeSender>.Instance);
        var work = new ReconcileStages(
            new UpkeepTable(database.Source), new JobsTable(database.Source), new JobSignal(sender), database.Source,
            TimeProvider.System);
        Assert.Equal("Looked at 1 unfinished pictures, added 1 jobs.", await work.RunAsync(default));
        Assert.Equal("Looked at 1 unfinished pictures, added 0 jobs.", await work.RunAsync(default));
        Assert.Equal("event:1 exif:3", await database.ReadAsync<string>("""
            select string_agg(kind || ':' || state, ' ' order by kind) from jobs where subject = $1
            """, lost.ToString()));
    }

    [Fact]
    public async Task What_expired_is_removed_and_the_rest_stays()
    {
        await database.RunAsync("""
            insert into job_minutes (kind, minute) values ('x', now() - interval '8 days'), ('x', now())
            """);
        await database.RunAsync("""
            insert into page_events (project_id, kind, subject, at)
            values (1, 'arrival', 'old', now() - interval '3 days'), (1, 'arrival', 'new', now())
            """);
        var cleaned = await new UpkeepTable(database.Source).CleanUpAsync(default);
        Assert.Equal((1, 1), (cleaned.JobMinutes, cleaned.PageEvents));
        Assert.Equal("new", await database.ReadAsync<string>("select string_agg(subject, ' ') from page_events"));
    }

    async Task<IHost> StartAsync(Counter counter)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(new RecurringTable(database.Source));
        builder.Services.AddSingleton<IRecurringWork>(counter);
        JobsSlice.AddSchedule(builder.Services, database.ConnectionString);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    sealed class Counter : IRecurringWork
    {
        int _runs;

        public int Runs => _runs;

        public string Name => "count";

        public string Title => "Count";

        public TimeSpan Every => TimeSpan.FromHours(1);

        public Task<string> RunAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return Task.FromResult("Counted.");
        }
    }
}
