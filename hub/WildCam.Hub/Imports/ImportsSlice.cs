using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>What others found out and wrote down, brought in: predictions and packages.</summary>
static class ImportsSlice
{
    public static void AddImports(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PredictionsTable>();
        builder.Services.TryAddSingleton<PackagesTable>();
    }
}
