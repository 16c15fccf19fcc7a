using Quartz;

namespace WildCam.Hub.Jobs;

/// <summary>
/// Brings the scheduler's tables to what this version recurs: every piece of work has one job and one trigger of its
/// name, changed in place when its interval changes. Hubs that start at once agree through the scheduler's locks.
/// </summary>
public sealed partial class RecurringSchedule(
    [FromKeyedServices(JobsSlice.SchedulerName)] ISchedulerFactory schedulers,
    IEnumerable<IRecurringWork> works, RecurringTable runs, ILogger<RecurringSchedule> log) : BackgroundService
{
    /// <summary>Pause before the schedule is tried again when the database did not answer.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ScheduleAsync(stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                SchedulingFailed(log, fault.Message);
            }

            await Task.Delay(RetryPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task ScheduleAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        foreach (var work in works)
        {
            await runs.RegisterAsync(work.Name, work.Title, work.Every, cancellationToken);
            var key = new TriggerKey(work.Name);
            var trigger = TriggerBuilder.Create().WithIdentity(key).ForJob(work.Name)
                .StartNow()
                .WithSimpleSchedule(s => s.WithInterval(work.Every).RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithRemainingCount))
                .Build();
            var job = JobBuilder.Create<RecurringJob>().WithIdentity(work.Name).Build();
            if (await scheduler.GetTrigger(key, cancellationToken) is not ISimpleTrigger present
                || present.RepeatInterval != work.Every)
            {
                var replace = new ScheduleJobOptions { Replace = true };
                await scheduler.ScheduleJob(job, [trigger], replace, cancellationToken);
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
