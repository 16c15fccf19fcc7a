using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the sites' pages, and of the page that adds a project.</summary>
static class SiteRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var sites = routes.MapGroup("/p/{project}/sites");
        sites.MapGet("", ListAsync);
        sites.MapPost("", AddAsync).DisableAntiforgery();
        sites.MapGet("/{slug}", ShowAsync);
        sites.MapPost("/{slug}", CorrectAsync).DisableAntiforgery();
        routes.MapGet("/projects/new", NewProjectAsync);
        routes.MapPost("/projects/new", AddProjectAsync).DisableAntiforgery();
    }

    static async Task<IResult> ListAsync(string project, HttpContext context, Frames frames, SitesTable sites) =>
        await frames.OpenAsync(context, project) is { } frame
            ? await ListPageAsync(context, frame, sites, new PlaceForm("", "", "", frame.Project!.ZoneName), null)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> AddAsync(
        string project, HttpContext context, Frames frames, SitesTable sites, SiteRegistration registration)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = PlaceForm.Read(await DeskGuard.ReadFormAsync(context), "name");
        var (site, problem) = form.ToSite(open);
        if (site is not null
            && await registration.AddAsync(open.Id, site, context.Actor(), context.RequestAborted) is null)
        {
            problem = RegisterWords.Refused(CameraRefusal.SiteTaken, "");
        }

        return problem is null
            ? TypedResults.LocalRedirect($"{frame.Root}/sites?added={site!.Slug}")
            : await ListPageAsync(context, frame, sites, form, problem);
    }

    static async Task<IResult> ShowAsync(
        string project, string slug, HttpContext context, Frames frames, SitesTable sites) =>
        await OpenAsync(project, slug, context, frames, sites) is var (frame, site)
            ? SitePageOf(frame, site, new PlaceForm(site.Name, Typed(site.Latitude), Typed(site.Longitude), ""), null)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> CorrectAsync(
        string project, string slug, HttpContext context, Frames frames, SitesTable sites,
        SiteRegistration registration)
    {
        if (await OpenAsync(project, slug, context, frames, sites) is not var (frame, site))
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = PlaceForm.Read(await DeskGuard.ReadFormAsync(context), "name");
        var problem = CameraRegistration.IsName(form.Name)
            ? form.Degrees(out var latitude, out var longitude)
            : RegisterWords.Refused(CameraRefusal.BadName, "");
        if (problem is not null)
        {
            return SitePageOf(frame, site, form, problem);
        }

        _ = form.Degrees(out latitude, out longitude);
        await registration.CorrectAsync(
            site.ProjectId, site.Slug, form.Name, latitude, longitude, context.Actor(), context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/sites?saved={site.Slug}");
    }

    static async Task<IResult> NewProjectAsync(HttpContext context, Frames frames)
    {
        var frame = await frames.OpenAsync(context);
        return frame.Visitor?.IsAdmin == true
            ? ProjectPage(frame, "", "UTC", null)
            : await LookRoutes.NothingAsync(context, frames);
    }

    static async Task<IResult> AddProjectAsync(HttpContext context, Frames frames, ProjectsTable projects)
    {
        var frame = await frames.OpenAsync(context);
        if (frame.Visitor?.IsAdmin != true)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var (name, zone) = (form["name"].ToString().Trim(), form["zone"].ToString().Trim());
        var slug = CameraInput.Slug(name);
        if (slug.Length == 0 || !CameraRegistration.IsName(name) || !SiteRegistration.IsZone(zone))
        {
            return ProjectPage(frame, name, zone, Texts.Refused(SignedIn.No(AccountRefusal.BadProject)));
        }

        return await projects.AddAsync(slug, name, zone, "en", context.Actor(), context.RequestAborted) is null
            ? ProjectPage(
                frame, name, zone, $"There is a project with the address {slug} already. Choose another name.")
            : TypedResults.LocalRedirect($"/p/{slug}/");
    }

    static async Task<(Frame Frame, Site Site)?> OpenAsync(
        string project, string slug, HttpContext context, Frames frames, SitesTable sites) =>
        SiteRegistration.IsSlug(slug)
        && await frames.OpenAsync(context, project) is { Project: { } open, CanManage: true } frame
        && await sites.FindAsync(open.Id, slug, context.RequestAborted) is { } site
            ? (frame, site)
            : null;

    static async Task<IResult> ListPageAsync(
        HttpContext context, Frame frame, SitesTable sites, PlaceForm form, string? problem)
    {
        var (project, abort) = (frame.Project!, context.RequestAborted);
        return new RazorComponentResult<SitesPage>(new Dictionary<string, object?>
        {
            [nameof(SitesPage.Frame)] = frame,
            [nameof(SitesPage.Sites)] = await sites.ListForAsync(project.Id, project.Role, abort),
            [nameof(SitesPage.Cameras)] = await sites.ListCamerasAsync(project.Id, abort),
            [nameof(SitesPage.Form)] = form,
            [nameof(SitesPage.Problem)] = problem,
            [nameof(SitesPage.Note)] = context.Request.Query.ContainsKey("added") ? "Added."
                : context.Request.Query.ContainsKey("saved") ? "Saved."
                : null,
        })
        { StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    static RazorComponentResult<SitePage> SitePageOf(Frame frame, Site site, PlaceForm form, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(SitePage.Frame)] = frame,
            [nameof(SitePage.Site)] = site,
            [nameof(SitePage.Form)] = form,
            [nameof(SitePage.Problem)] = problem,
        })
        { StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };

    static RazorComponentResult<NewProjectPage> ProjectPage(Frame frame, string name, string zone, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(NewProjectPage.Frame)] = frame,
            [nameof(NewProjectPage.Name)] = name,
            [nameof(NewProjectPage.Zone)] = zone,
            [nameof(NewProjectPage.Problem)] = problem,
        })
        { StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };

    static string Typed(double? degrees) =>
        degrees?.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
