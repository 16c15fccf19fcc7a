using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>Pictures in: assembly, check, blob, group commit, receipt; quarantine and import.</summary>
static class IngestSlice
{
    public static void AddIngest(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        var ingest = builder.Configuration.GetSection(IngestOptions.Section).Get<IngestOptions>() ?? new();
        LetWritersBlock(ingest.StoreWorkers);
        builder.Services
            .AddSingleton<IngestHealth>()
            .AddSingleton<IngestMetrics>()
            .AddSingleton(services => IngestTables.Of(services.GetRequiredService<NpgsqlDataSource>()))
            .AddSingleton<GroupCommit>()
            .AddSingleton<CaptureDoor>()
            .AddSingleton<Quarantine>()
            .AddSingleton<SdCardImport>()
            .AddSingleton<CardFilesTable>()
            .AddSingleton<OrphanSweep>()
            .AddSingleton<IRecurringWork, AdoptOrphans>()
            .AddSingleton<Deliveries>()
            .AddSingleton<ICameraWord, BeginWord>()
            .AddSingleton<ICameraWord, ChunkWord>()
            .AddSingleton<ICameraWord, EndWord>()
            .AddSingleton(services => new HealthSource("ingest", () =>
                services.GetRequiredService<IngestHealth>().Problems is [var first, ..] ? first : null))
            .AddHostedService<DeliveryDesk>();
    }

    // A writer waits for the disk on a thread of the pool. Beyond its least number the pool takes half a second to add
    // a thread, during which nobody would read from the cameras.
    static void LetWritersBlock(int writers)
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + writers), ports);
    }
}
