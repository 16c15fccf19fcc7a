using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Cameras;

/// <summary>A camera: where it stands and what was heard of it last.</summary>
public sealed record CameraAnswer(
    string Code, string Name, string Project, string? Site, string? SiteName, DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt, bool IsOffline, DateTimeOffset? LastSeenAt, DateTimeOffset? LastCaptureAt,
    DateTimeOffset? NextContactAt, string? Firmware, int? BatteryMillivolts, int? BatteryPercent,
    double? TemperatureCelsius, int? SignalDbm, long? SpoolCount, long? SpoolBytes);

/// <summary>
/// A camera to be added; since when it stands at the site is now where left out. The policy is a preset of settings.
/// </summary>
public sealed record CameraBody(
    string Code, string? Name = null, string? Site = null, DateTimeOffset? From = null, string? Board = null,
    IReadOnlyList<string>? Tags = null, string? Policy = null, string? Notes = null);

/// <summary>A camera's credential: shown this once.</summary>
public sealed record CredentialAnswer(string Code, string Credential);

public sealed record SiteAnswer(string Slug, string Name, double? Latitude, double? Longitude, string TimeZone);

/// <summary>A site to be added; the time zone is IANA and the project's where left out.</summary>
public sealed record SiteBody(
    string Slug, string Name, double? Latitude = null, double? Longitude = null, string? TimeZone = null);

public sealed record DeploymentAnswer(int Id, string Camera, string Site, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>Cameras, sites and deployments of a project, for programs.</summary>
static class CamerasApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/cameras", ListAsync).RequireRole(Role.Viewer);
        project.MapGet("/cameras/{code}", ShowAsync).RequireRole(Role.Viewer);
        project.MapPost("/cameras", AddAsync).RequireRole(Role.Manager);
        project.MapGet("/sites", ListSitesAsync).RequireRole(Role.Viewer);
        project.MapPost("/sites", AddSiteAsync).RequireRole(Role.Manager);
        project.MapGet("/deployments", ListDeploymentsAsync).RequireRole(Role.Viewer);
        RegisterApi.Map(project);
    }

    internal static async Task<Ok<IReadOnlyList<CameraAnswer>>> ListAsync(
        HttpContext context, CamerasTable cameras, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await cameras.ListAsync(context.Project().Id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<CameraAnswer>>([.. found.Select(c => ToAnswer(c, time))]);
    }

    /// <summary>Cameras of all projects of the visitor: the short address that load tests call.</summary>
    internal static async Task<Ok<IReadOnlyList<CameraAnswer>>> ListAllAsync(
        HttpContext context, CamerasTable cameras, ProjectsTable projects, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var open = await projects.ListForAsync(context.User.AccountId()!.Value, cancellationToken);
        var slugs = open.Select(p => p.Id).ToHashSet();
        var found = await cameras.ListAsync(open is [var only] ? only.Id : null, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<CameraAnswer>>(
            [.. found.Where(c => slugs.Contains(c.ProjectId)).Select(c => ToAnswer(c, time))]);
    }

    static async Task<Results<Ok<CameraAnswer>, ProblemHttpResult>> ShowAsync(
        string code, HttpContext context, CamerasTable cameras, TimeProvider time,
        CancellationToken cancellationToken) =>
        await FindAsync(code, context, cameras, cancellationToken) is { } camera
            ? TypedResults.Ok(ToAnswer(camera, time))
            : Problems.NoSuch("camera");

    static async Task<Results<Created<CredentialAnswer>, ProblemHttpResult>> AddAsync(
        CameraBody body, HttpContext context, CameraRegistration registration, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var project = context.Project();
        var code = body.Code.Trim().ToLowerInvariant();
        if (!RegisterApi.TryBoard(body.Board, out var board, out var problem)
            || !RegisterApi.TryPolicy(body.Policy, out problem))
        {
            return problem!;
        }

        var added = await registration.AddAsync(new NewCamera(project.Slug, code, body.Name ?? code)
        {
            SiteSlug = body.Site,
            DeployedFrom = body.From,
            Board = board ?? 0,
            Tags = body.Tags ?? [],
            Notes = body.Notes ?? "",
            Wanted = CameraInput.Policy(body.Policy, time.GetUtcNow()),
            Actor = context.Actor(),
        }, cancellationToken);
        return added.Refusal == CameraRefusal.None
            ? TypedResults.Created(
                $"/api/v1/projects/{project.Slug}/cameras/{code}", new CredentialAnswer(code, added.Credential!))
            : RegisterApi.Refused(added.Refusal, code);
    }

    static async Task<Ok<IReadOnlyList<SiteAnswer>>> ListSitesAsync(
        HttpContext context, SitesTable sites, CancellationToken cancellationToken)
    {
        var found = await sites.ListForAsync(context.Project().Id, context.Project().Role, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<SiteAnswer>>(
            [.. found.Select(s => new SiteAnswer(s.Slug, s.Name, s.Latitude, s.Longitude, s.TimeZone))]);
    }

    static async Task<Results<Created<SiteAnswer>, ProblemHttpResult>> AddSiteAsync(
        SiteBody body, HttpContext context, SiteRegistration sites, CancellationToken cancellationToken)
    {
        var project = context.Project();
        var site = new NewSite(
            body.Slug, body.Name, body.Latitude, body.Longitude, body.TimeZone ?? project.TimeZone);
        if (RegisterApi.Wrong(site) is { } wrong)
        {
            return wrong;
        }

        var id = await sites.AddAsync(project.Id, site, context.Actor(), cancellationToken);
        return id is null
            ? Problems.Of(StatusCodes.Status409Conflict, "slug-taken", "The project has a site of this slug.")
            : TypedResults.Created($"/api/v1/projects/{project.Slug}/sites",
                new SiteAnswer(site.Slug, site.Name, site.Latitude, site.Longitude, site.TimeZone));
    }

    static async Task<Ok<IReadOnlyList<DeploymentAnswer>>> ListDeploymentsAsync(
        HttpContext context, DeploymentsTable deployments, CancellationToken cancellationToken)
    {
        var found = await deployments.ListAsync(context.Project().Id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<DeploymentAnswer>>(
            [.. found.Select(d => new DeploymentAnswer(d.Id, d.Camera, d.Site, d.FromAt, d.UntilAt))]);
    }

    static async Task<CameraOverview?> FindAsync(
        string code, HttpContext context, CamerasTable cameras, CancellationToken cancellationToken) =>
        code.Length <= 32 && !code.Contains('\0', StringComparison.Ordinal)
        && await cameras.ShowAsync(code.ToLowerInvariant(), cancellationToken) is { } camera
        && camera.ProjectId == context.Project().Id
            ? camera
            : null;

    static CameraAnswer ToAnswer(CameraOverview c, TimeProvider time) => new(
        c.Code, c.Name, c.ProjectSlug, c.SiteSlug, c.SiteName, c.CreatedAt, c.RevokedAt,
        c.IsOffline(time.GetUtcNow()), c.LastSeenAt, c.LastCaptureAt, c.NextContactAt, c.Firmware,
        c.BatteryMillivolts, c.BatteryPercent, c.TemperatureTenths / 10.0, c.SignalDbm, c.SpoolCount, c.SpoolBytes);
}
