using Npgsql;
using Quartz;
using WildCam.Hub.Hosting;

namespace WildCam.Hub.Jobs;

/// <summary>The queue's loop and what recurs.</summary>
static class JobsSlice
{
    /// <summary>Names the schedule in the database; hubs of one name share it.</summary>
    public const string SchedulerName = "wildcam";

    public static void AddJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JobsTable>();
        builder.Services.AddKeyedSingleton(HostingSlice.Direct, (services, key) =>
            new JobsTable(services.GetRequiredKeyedService<NpgsqlDataSource>(key)));
        builder.Services.AddSingleton<JobsOverview>();
        builder.Services.AddSingleton<RecurringTable>();
        builder.Services.AddSingleton<UpkeepTable>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<JobMetrics>();
        builder.Services.AddSingleton<IRecurringWork, MakePartitions>();
        builder.Services.AddSingleton<IRecurringWork, CleanUp>();
        builder.Services.AddSingleton<IRecurringWork, ReconcileStages>();
        builder.Services.AddHostedService<RecurringWatch>();
        builder.Services.AddOptions<JobsOptions>().BindConfiguration(JobsOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        var jobs = builder.Configuration.GetSection(JobsOptions.Section).Get<JobsOptions>() ?? new JobsOptions();
        if (jobs.Work)
        {
            builder.Services.AddHostedService<JobLoop>();
        }

        var hub = builder.Configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new HubOptions();
        AddSchedule(builder.Services, hub.Direct());
    }

    internal static void AddSchedule(IServiceCollection services, string connectionString)
    {
        services.AddQuartz(SchedulerName, quartz => quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(NpgsqlFactory.Instance, connectionString);
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = TimeSpan.FromSeconds(10);
                cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(20);
            });
        }));
        services.AddHostedService<RecurringSchedule>();
    }
}
