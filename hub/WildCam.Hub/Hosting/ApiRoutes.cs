using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using WildCam.Hub.Accounts;
using WildCam.Hub.Cameras;
using WildCam.Hub.Captures;
using WildCam.Hub.Events;
using WildCam.Hub.Exports;
using WildCam.Hub.Fleet;
using WildCam.Hub.Imports;
using WildCam.Hub.Ingest;
using WildCam.Hub.Jobs;
using WildCam.Hub.Live;
using WildCam.Hub.Orders;
using WildCam.Hub.Watch;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Hosting;

/// <summary>All addresses for programs.</summary>
static class ApiRoutes
{
    /// <summary>Largest body of a request to the API.</summary>
    public const int BodyBytesMax = 1 << 20;

    public static void AddApi(this IServiceCollection services)
    {
        services.TryAddSingleton<CamerasTable>();
        services.TryAddSingleton<CameraRegistration>();
        services.TryAddSingleton<SitesTable>();
        services.TryAddSingleton<DeploymentsTable>();
        services.TryAddSingleton<CapturesTable>();
        services.TryAddSingleton(s => new CaptureSearch(Lists(s)));
        services.TryAddSingleton(s => new EventSearch(Lists(s)));
        services.TryAddSingleton<TaxaTable>();
        services.TryAddSingleton<IdentificationsTable>();
        services.TryAddSingleton<QuarantineTable>();
        services.AddSingleton<Cursors>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        services.AddOpenApi("v1", openApi =>
        {
            OpenApiExamples.Add(openApi);
            openApi.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "WildCam";
                document.Info.Version = "1";
                document.Servers?.Clear();
                return Task.CompletedTask;
            });
        });
    }

    static NpgsqlDataSource Lists(IServiceProvider services) =>
        services.GetRequiredKeyedService<NpgsqlDataSource>(HostingSlice.Lists);

    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1").RequireAuthorization(Policies.SignedIn).RequireRateLimiting(RateLimits.Api)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(BodyBytesMax));
        AccountsApi.Map(api);
        IdentificationsApi.Map(api);

        var project = api.MapGroup("/projects/{project}");
        CamerasApi.Map(project);
        TagsApi.Map(project);
        CommandsApi.Map(project);
        SettingsApi.Map(project);
        CapturesApi.Map(project);
        EventsApi.Map(project);
        RolloutsApi.Map(project);
        WatchApi.Map(project);
        ExportsApi.Map(project);
        CardsApi.Map(project);
        PredictionsApi.Map(project);
        PackagesApi.Map(project);

        var admin = api.MapGroup("").RequireAuthorization(Policies.Admin);
        JobsApi.Map(admin);
        QuarantineApi.Map(admin);
        FirmwareApi.Map(project, admin);

        // Short addresses, as load tests and monitors call them.
        var brief = app.MapGroup("/api").RequireAuthorization(Policies.SignedIn).RequireRateLimiting(RateLimits.Api);
        brief.MapGet("/cameras", CamerasApi.ListAllAsync);
        brief.MapGet("/detections", ListDetectionsAsync);
        StreamRoutes.Map(app);
        HealthRoutes.Map(app, api);

        app.MapOpenApi("/api/{documentName}/openapi.json").AllowAnonymous();
        app.Map("/api/{**rest}", () => Problems.NoSuch("address")).ExcludeFromDescription().AllowAnonymous();
    }

    /// <summary>The newest detections of all projects of the visitor.</summary>
    static async Task<Results<Ok<IReadOnlyList<DetectionAnswer>>, ProblemHttpResult>> ListDetectionsAsync(
        int? limit, HttpContext context, ProjectsTable projects, CaptureSearch search,
        CancellationToken cancellationToken)
    {
        const int projectsMax = 20;
        var most = limit ?? 10;
        if (most is < 1 or > CaptureSearch.PageMax)
        {
            return Problems.Invalid("limit", $"A limit is between 1 and {CaptureSearch.PageMax} (PageMax).");
        }

        var newest = new List<DetectionFacts>();
        foreach (var project in (await projects.ListForAsync(context.User.AccountId()!.Value, cancellationToken))
            .Take(projectsMax))
        {
            newest.AddRange(await search.ListDetectionsAsync(
                new CaptureFilter(project.Id), null, most, cancellationToken));
        }

        return TypedResults.Ok<IReadOnlyList<DetectionAnswer>>(
            [.. newest.OrderByDescending(d => d.CapturedAt).Take(most).Select(CapturesApi.ToAnswer)]);
    }
}
