using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>The web pages.</summary>
static class DeskSlice
{
    public static void AddDesk(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRazorComponents();
        // Names of people and species come in many scripts; escaping them all doubles a page.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddResponseCompression(options =>
        {
            // No page holds a secret beside what a visitor typed, so compressing over TLS gives nothing away.
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Optimal);
        services.AddSingleton<DeskAssets>();
        services.AddSingleton<DeskProjectsTable>();
        services.AddSingleton<DirectoryTable>();
        services.AddSingleton<GalleryTable>();
        services.AddSingleton<GalleryPicturesTable>();
        services.AddSingleton<PicturePageTable>();
        services.AddSingleton<SpeciesPagesTable>();
        services.AddSingleton<CameraPagesTable>();
        services.AddSingleton<ProjectSpeciesTable>();
        services.AddSingleton<PrivacyTable>();
        services.TryAddSingleton<CameraRegistration>();
        services.TryAddSingleton<SitesTable>();
        services.AddSingleton<Frames>();
        services.AddSingleton<GalleryPages>();
        services.AddSingleton<PicturePages>();
        services.AddSingleton<LiveStreams>();
        services.AddHostedService(s => s.GetRequiredService<LiveStreams>());
    }

    /// <summary>Before the routes: compression, headers, errors as pages.</summary>
    public static void UseDesk(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseMiddleware<DeskGuard>();
    }

    public static void MapDesk(this WebApplication app)
    {
        foreach (var name in app.Services.GetRequiredService<DeskAssets>().Names)
        {
            app.MapGet("/" + name, (DeskAssets assets, HttpContext context) => assets.SendAsync(name, context))
                .AllowAnonymous().ExcludeFromDescription();
        }

        var pages = app.MapGroup("").ExcludeFromDescription();
        LookRoutes.Map(pages);
        CameraRoutes.Map(pages);
        ImportRoutes.Map(pages);
        ExportRoutes.Map(pages);
        PrivacyRoutes.Map(pages);
        ServerRoutes.Map(pages);
        AccountRoutes.Map(pages);
    }
}
