using WildCam.Hub.Hosting;
using WildCam.Storage.Live;

namespace WildCam.Hub.Live;

/// <summary>Live previews of cameras, to aim them by.</summary>
static class LiveSlice
{
    public static void AddLive(this WebApplicationBuilder builder) => builder.Services
        .AddSingleton<WatchesTable>()
        .AddSingleton<LiveMetrics>()
        .AddSingleton<AskedCameras>()
        .AddSingleton<Previews>()
        .AddHostedService(services => services.GetRequiredService<Previews>())
        .AddSingleton<ICameraOutbox, PreviewOutbox>()
        .AddSingleton<ICameraWord, PreviewWord>();
}
