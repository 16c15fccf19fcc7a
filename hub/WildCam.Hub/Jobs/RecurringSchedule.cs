using Quartz;

namespace WildCam.Hub.Jobs;

/// <summary>
/// Runs the scheduler, and brings its tables to what this version recurs: every piece of work has one job and one
/// trigger of its name, changed in place when its interval changes. Hubs that start at once agree through the
/// scheduler's locks. The framework's own hosted service would end a hub that starts while the database is away.
/// </summary>
public sealed partial class RecurringSchedule(
    [FromKeyedServices(JobsSlice.SchedulerName)] ISchedulerFactory schedulers,
    IEnumerable<IRecurringWork> works, RecurringTable runs, ILogger<RecurringSchedule> log) : BackgroundService
{
    /// <summary>Pause before the schedule is tried again when the database did not answer.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IScheduler? scheduler = null;
        while (scheduler is null && !stoppingToken.IsCancellationRequested)
        {
            scheduler = await TryStartAsync(stoppingToken);
            if (scheduler is null)
            {
                await Task.Delay(RetryPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (scheduler is not null)
        {
            await scheduler.Shutdown(waitForJobsToComplete: false, CancellationToken.None);
        }
    }

    // A scheduler whose start failed half way is thrown away; the factory makes a new one.
    async Task<IScheduler?> TryStartAsync(CancellationToken cancellationToken)
    {
        IScheduler? scheduler = null;
        try
        {
            // Asked first, because the scheduler takes long to say that there is no database.
            foreach (var work in works)
            {
                await runs.RegisterAsync(work.Name, work.Title, work.Every, cancellationToken);
            }

            scheduler = await schedulers.GetScheduler(cancellationToken);
            await ScheduleAsync(scheduler, cancellationToken);
            await scheduler.Start(cancellationToken);
            return scheduler;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return scheduler;
        }
        catch (Exception fault)
        {
            SchedulingFailed(log, fault.Message);
            if (scheduler is not null)
            {
                await scheduler.Shutdown(waitForJobsToComplete: false, CancellationToken.None);
            }

            return null;
        }
    }

    async Task ScheduleAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        foreach (var work in works)
        {
            var key = new TriggerKey(work.Name);
            var trigger = TriggerBuilder.Create().WithIdentity(key).ForJob(work.Name)
                .StartNow()
                .WithSimpleSchedule(s => s.WithInterval(work.Every).RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithRemainingCount))
                .Build();
            var job = JobBuilder.Create<RecurringJob>().WithIdentity(work.Name).Build();
            var present = await scheduler.GetTrigger(key, cancellationToken);
            if (present is ISimpleTrigger known && known.RepeatInterval == work.Every)
            {
                continue;
            }

            try
            {
                var replace = new ScheduleJobOptions { Replace = present is not null };
                await scheduler.ScheduleJob(job, [trigger], replace, cancellationToken);
            }
            catch (ObjectAlreadyExistsException)
            {
                // Another hub was quicker; replacing its trigger would run the work once more.
            }
        }

        await runs.KeepOnlyAsync(works.Select(w => w.Name), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scheduling recurring work failed; trying again: {Reason}")]
    static partial void SchedulingFailed(ILogger logger, string reason);
}

/// <summary>What the scheduler runs: the work of the job's name, with its result noted.</summary>
[DisallowConcurrentExecution]
public sealed partial class RecurringJob(
    IEnumerable<IRecurringWork> works, RecurringTable runs, ILogger<RecurringJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var name = context.JobDetail.Key.Name;
        if (works.FirstOrDefault(w => w.Name == name) is not { } work)
        {
            // Another hub runs a newer version.
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RecurringRun.RunTimeMax);
        try
        {
            await runs.BeginAsync(name, limit.Token);
            await runs.EndAsync(name, true, await work.RunAsync(limit.Token), CancellationToken.None);
        }
        catch (Exception fault)
        {
            RunFailed(log, fault, name);
            await runs.EndAsync(name, false, fault.Message, CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Recurring work {Name} failed.")]
    static partial void RunFailed(ILogger logger, Exception fault, string name);
}
