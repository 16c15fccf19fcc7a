using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Hub.Desk.Charts;
using WildCam.Hub.Desk.Reports;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Charts;
using WildCam.Storage.Clocks;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;
using WildCam.Storage.Identifications;
using WildCam.Storage.Imports;
using WildCam.Storage.Ingest;
using WildCam.Storage.Remarks;
using WildCam.Storage.Reports;
using WildCam.Storage.Review;
using WildCam.Storage.Watch;

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
        services.AddSingleton<PictureFileTable>();
        services.AddSingleton<SavedViewsTable>();
        services.AddSingleton<SearchTable>();
        services.AddSingleton<DaysTable>();
        services.AddSingleton<GeneraTable>();
        services.AddSingleton<DeploymentChoicesTable>();
        services.AddSingleton<DayPages>();
        services.AddSingleton<SearchPages>();
        services.AddSingleton<SightingsTable>();
        services.AddSingleton<EffortTable>();
        services.AddSingleton<ChartReader>();
        services.AddSingleton<ReportsTable>();
        services.AddSingleton<ReportNumbersTable>();
        services.AddSingleton<ReportReader>();
        services.AddSingleton<IJobHandler, ReportJob>();
        services.AddSingleton<CameraPagesTable>();
        services.AddSingleton<CameraPages>();
        services.AddSingleton<ManagePages>();
        services.AddSingleton<CameraPlotsTable>();
        services.TryAddSingleton<FleetListTable>();
        services.TryAddSingleton<AlertRulesTable>();
        services.TryAddSingleton<AlertsTable>();
        services.TryAddSingleton<AlertMessagesTable>();
        services.TryAddSingleton<ChannelSeal>();
        services.AddSingleton<AlertChannelsTable>();
        services.AddSingleton<AlertPages>();
        services.AddSingleton<SpeciesAlertRulesTable>();
        services.AddSingleton<SpeciesAlertsTable>();
        services.AddSingleton<OwnChannelsTable>();
        services.TryAddSingleton<PushKeysTable>();
        services.TryAddSingleton<PushKeys>();
        services.AddSingleton<SpeciesAlertPages>();
        services.AddSingleton<MapGroundsTable>();
        services.TryAddSingleton<OperationalGapsTable>();
        services.AddOptions<MapOptions>().BindConfiguration(MapOptions.Section)
            .Validate(
                o => o.TileUrl.Length == 0 || o.TileOrigin is not null,
                "WildCam:Map:TileUrl is no address of tiles, such as https://tiles.example.org/{z}/{x}/{y}.png.")
            .ValidateOnStart();
        services.AddSingleton<ProjectSpeciesTable>();
        services.AddSingleton<AbandonedUploadsTable>();
        services.AddSingleton<PackageContentsTable>();
        services.AddSingleton<PrivacyTable>();
        services.TryAddSingleton<CameraRegistration>();
        services.TryAddSingleton<SitesTable>();
        services.AddSingleton<CameraEnrolment>();
        services.AddSingleton<EnrolmentsTable>();
        services.AddSingleton<EnrolmentPages>();
        services.AddSingleton<VisitsTable>();
        services.AddSingleton<ReviewQueuesTable>();
        services.AddSingleton<ReviewTasksTable>();
        services.AddSingleton<QuestionsTable>();
        services.AddSingleton<SpeciesListTable>();
        services.AddSingleton<RemarksTable>();
        services.AddSingleton<HistoryTable>();
        services.AddSingleton<LabelsTable>();
        services.AddSingleton<BulkTable>();
        services.AddSingleton<VerificationTable>();
        services.AddSingleton<SuppressionsTable>();
        services.AddSingleton<ClockCorrectionsTable>();
        services.AddSingleton<ClockMovesTable>();
        services.AddSingleton<SpeciesMergesTable>();
        services.AddSingleton<IJobHandler, MergeSpeciesJob>();
        services.AddSingleton<IJobHandler, CorrectClockJob>();
        services.AddSingleton<IJobHandler, SettleSuppressionJob>();
        services.AddSingleton<IJobHandler, BulkJob>();
        services.AddSingleton<Frames>();
        services.AddSingleton<ReviewTasks>();
        services.AddSingleton<GalleryPages>();
        services.AddSingleton<PartRenderer>();
        services.AddSingleton<PicturePages>();
        services.AddSingleton<OrderPages>();
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

        var pages = app.MapGroup("").ExcludeFromDescription()
            .AddEndpointFilter(DeskGuard.OnlyFromHereAsync);
        LookRoutes.Map(pages);
        FindRoutes.Map(pages);
        ChartRoutes.Map(pages);
        ReportRoutes.Map(pages);
        ReviewRoutes.Map(pages);
        CameraRoutes.Map(pages);
        RegisterRoutes.Map(pages);
        ManageRoutes.Map(pages);
        SiteRoutes.Map(pages);
        EnrolmentRoutes.Map(pages);
        FieldRoutes.Map(pages);
        UpdateRoutes.Map(pages);
        OrderRoutes.Map(pages);
        WallRoutes.Map(pages);
        MeasurementRoutes.Map(pages);
        AlertRoutes.Map(pages);
        SpeciesAlertRoutes.Map(pages);
        GapRoutes.Map(pages);
        MapRoutes.Map(pages);
        ImportRoutes.Map(pages);
        ExportRoutes.Map(pages);
        PrivacyRoutes.Map(pages);
        ServerRoutes.Map(pages);
        AuditRoutes.Map(pages);
        AccountRoutes.Map(pages);
    }
}
