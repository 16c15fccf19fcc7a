using WildCam.Hub.Jobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Identifications;

namespace WildCam.Hub.Captures;

/// <summary>What pictures say of themselves, and what people and programs say of them.</summary>
static class CapturesSlice
{
    public static void AddCaptures(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExifTable>();
        builder.Services.AddSingleton<IdentificationsTable>();
        builder.Services.AddSingleton<RetentionTable>();
        builder.Services.AddSingleton<IJobHandler, ReadExifJob>();
        builder.Services.AddSingleton<IRecurringWork, ExpireCaptures>();
    }
}
