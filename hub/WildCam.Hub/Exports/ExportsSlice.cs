using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Hub.Jobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>Data taken out, as files in the formats of the field.</summary>
static class ExportsSlice
{
    public static void AddExports(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExportsTable>();
        builder.Services.AddSingleton<ExportRowsTable>();
        builder.Services.TryAddSingleton<PackagesTable>();
        builder.Services.AddSingleton<IJobHandler, ExportJob>();
        builder.Services.AddSingleton<IRecurringWork, ExpireExports>();
    }
}
