using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;

namespace WildCam.Hub.Ingest;

/// <summary>Pictures in: assembly, check, blob, group commit, receipt; quarantine and import.</summary>
static class IngestSlice
{
    public static void AddIngest(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services
            .AddSingleton<IngestHealth>()
            .AddSingleton<IngestMetrics>()
            .AddSingleton<GroupCommit>()
            .AddSingleton<CaptureDoor>()
            .AddSingleton<Quarantine>()
            .AddSingleton<SdCardImport>()
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
}
