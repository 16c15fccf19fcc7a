using System.Net;
using Microsoft.Extensions.Options;

namespace WildCam.Hub.Hosting.Metrics;

/// <summary>Who may read /metrics; section WildCam:Metrics.</summary>
public sealed class MetricsOptions
{
    public const string Section = "WildCam:Metrics";

    /// <summary>
    /// Whether everyone who reaches the address may read: for a scraper behind a network policy. Otherwise this
    /// machine, and admins with a token.
    /// </summary>
    public bool AllowAnyone { get; set; }
}

static class MetricsRoutes
{
    public static void AddMetricsExport(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section).ValidateOnStart();
        services.AddSingleton<PrometheusExport>();
        services.AddSingleton<WildlifeMetrics>();
        services.AddHostedService<CameraFigures>();
    }

    public static void MapMetrics(this WebApplication app)
    {
        // Made now: an exporter hears only what is counted after it began to listen.
        var export = app.Services.GetRequiredService<PrometheusExport>();
        app.MapGet("/metrics", (HttpContext context, IOptions<MetricsOptions> options) =>
            options.Value.AllowAnyone || context.User.IsAdmin()
            || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
                && !context.Request.Headers.ContainsKey("X-Forwarded-For")
                && !context.Request.Headers.ContainsKey("X-Original-For"))
                ? Results.Text(export.Write(), PrometheusExport.ContentType)
                : context.User.AccountId() is null ? Problems.NotSignedIn() : Problems.NotAllowed())
            .AllowAnonymous().ExcludeFromDescription();
    }
}
