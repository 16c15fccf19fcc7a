using WildCam.Hub.Jobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>Pictures in the sizes that pages show.</summary>
static class ThumbnailsSlice
{
    public static void AddThumbnails(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ThumbnailsTable>();
        builder.Services.AddSingleton<MediaFiles>();
        builder.Services.AddSingleton<IJobHandler, ThumbnailJob>();
    }

    public static void MapThumbnails(this WebApplication app) => ThumbnailsApi.Map(app);
}
