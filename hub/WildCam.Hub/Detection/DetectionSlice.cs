using Microsoft.Extensions.Options;
using WildCam.Hub.Jobs;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>Looking for animals, people and vehicles.</summary>
static class DetectionSlice
{
    public static void AddDetection(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DetectionOptions>().BindConfiguration(DetectionOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(s => s.GetRequiredService<IOptions<DetectionOptions>>().Value);
        builder.Services.AddSingleton<ModelsTable>();
        builder.Services.AddSingleton<DetectionsTable>();
        builder.Services.AddSingleton<ModelCatalogue>();
        builder.Services.AddSingleton<ActiveDetector>();
        builder.Services.AddSingleton<IJobHandler, DetectionJob>();
        builder.Services.AddHostedService<ModelBackfill>();
    }
}
