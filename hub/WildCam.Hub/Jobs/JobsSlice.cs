namespace WildCam.Hub.Jobs;

/// <summary>The queue's loop and what recurs.</summary>
static class JobsSlice
{
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JobsTable>();
        builder.Services.AddSingleton<JobsOverview>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<JobMetrics>();
        builder.Services.AddHostedService<JobLoop>();
    }
}
