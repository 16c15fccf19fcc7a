using Microsoft.AspNetCore.Http.HttpResults;

namespace WildCam.Hub.Hosting;

/// <summary>Addresses at which load balancers, monitors and people ask how the hub is.</summary>
static class HealthRoutes
{
    public static void Map(WebApplication app, IEndpointRouteBuilder api)
    {
        app.MapGet("/health/live", () => TypedResults.Text("live")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health/ready", BrieflyAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health", BrieflyAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/api/health", BrieflyAsync).AllowAnonymous();
        api.MapGet("/system/health", InFullAsync).RequireAuthorization(Policies.Admin);
    }

    /// <summary>What is out of order by name; why may tell of the machine, and only an admin reads it.</summary>
    static async Task<JsonHttpResult<HealthAnswer>> BrieflyAsync(HubHealth health)
    {
        var found = await health.LookAsync();
        var brief = found with
        {
            Parts = [.. found.Parts.Select(p =>
                p with { Problem = p.Problem is null ? null : $"{p.Name} is not ready" })],
        };
        return TypedResults.Json(brief, statusCode: Status(found));
    }

    static async Task<JsonHttpResult<HealthAnswer>> InFullAsync(HubHealth health)
    {
        var found = await health.LookAsync();
        return TypedResults.Json(found, statusCode: Status(found));
    }

    static int Status(HealthAnswer answer) =>
        answer.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
