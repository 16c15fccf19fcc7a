using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Hub.Hosting.Register;
using WildCam.Hub.Jobs;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Cameras;

/// <summary>Cameras and sites: what is known of them, who looks after them, where they stand.</summary>
static class CamerasSlice
{
    public static void AddCameras(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton<RegisterTable>();
        services.TryAddSingleton<CameraEdits>();
        services.TryAddSingleton<SiteRegistration>();
        services.TryAddSingleton<CameraSheets>();
        services.AddSingleton<RefileTable>();
        services.AddSingleton<IJobHandler, RefileJob>();
    }
}
