using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Hosting;

/// <summary>The least role that a route below {project} asks for.</summary>
public sealed record ProjectRole(Role Least);

/// <summary>
/// Opens the project that a route names, before anything of the request is read. A project that does not exist and one
/// that is closed to the visitor answer alike: 404.
/// </summary>
public sealed class ProjectAccess(RequestDelegate next, ProjectsTable projects, RecentReads reads)
{
    public const string RouteValue = "project";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ProjectRole>() is not { } asked)
        {
            await next(context);
            return;
        }

        var project = context.User.AccountId() is { } account
            && context.Request.RouteValues[RouteValue] is string named && named.Length <= 48
                ? await reads.ReadAsync(
                    (nameof(ProjectAccess), account, named), c => FindAsync(account, named, c), context.RequestAborted)
                : null;
        if (project is null)
        {
            await Problems.NoSuch("project").ExecuteAsync(context);
        }
        else if (project.Role < asked.Least)
        {
            await Problems.RoleTooLow(asked.Least).ExecuteAsync(context);
        }
        else
        {
            context.Features.Set(project);
            await next(context);
        }
    }

    async Task<Project?> FindAsync(int account, string named, CancellationToken cancellationToken) =>
        await projects.FindForAsync(account, named, cancellationToken)
        ?? (int.TryParse(named, out var id) ? await projects.FindForAsync(account, id, cancellationToken) : null);
}

/// <summary>How routes ask for a project, and handlers get it.</summary>
public static class ProjectRoutes
{
    public static TBuilder RequireRole<TBuilder>(this TBuilder route, Role least)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new ProjectRole(least));

    /// <summary>The project that the route opened.</summary>
    public static Project Project(this HttpContext context) =>
        context.Features.Get<Project>()
        ?? throw new InvalidOperationException($"{context.Request.Path} opens no project: RequireRole is missing.");
}
