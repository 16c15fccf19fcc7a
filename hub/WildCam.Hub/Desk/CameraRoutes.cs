using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;
using WildCam.Storage.Ingest;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>What was typed into the form of a new camera.</summary>
public sealed record NewCameraForm(
    string Code, string Name, string Site, string SiteName, string Latitude, string Longitude, string Zone)
{
    public static NewCameraForm Read(IFormCollection form) => new(
        form["code"].ToString().Trim().ToLowerInvariant(), form["name"].ToString().Trim(), form["site"].ToString(),
        form["site-name"].ToString().Trim(), form["latitude"].ToString().Trim(), form["longitude"].ToString().Trim(),
        form["zone"].ToString().Trim());
}

/// <summary>Routes of the cameras' pages.</summary>
static class CameraRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/p/{project}/cameras");
        cameras.MapGet("", ListAsync);
        cameras.MapGet("/new", NewAsync);
        cameras.MapPost("/new", AddAsync).DisableAntiforgery();
        cameras.MapGet("/{code}", (string project, string code, HttpContext context, Frames frames,
            CameraPages cameras, AbandonedUploadsTable uploads) =>
            ShowAsync(project, code, null, context, frames, cameras, uploads));
    }

    static async Task<IResult> ListAsync(
        string project, HttpContext context, Frames frames, FleetListTable fleet, AlertRulesTable rules,
        OperationalGapsTable gaps, EnrolmentsTable enrolments, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var now = time.GetUtcNow();
        var address = FleetAddress.Parse(context.Request.Query);
        var limits = (await rules.ReadAsync(open.Id, context.RequestAborted)).Limits;
        var page = await fleet.ListAsync(
            address.Filter(open.Id), limits, now, FleetListTable.PageMax, context.RequestAborted);
        return new RazorComponentResult<CamerasPage>(new Dictionary<string, object?>
        {
            [nameof(CamerasPage.Frame)] = frame,
            [nameof(CamerasPage.Address)] = address,
            [nameof(CamerasPage.Page)] = page,
            [nameof(CamerasPage.Rows)] = page.Rows.Select(r => (r, StateOf(r, limits, now, frame))).ToList(),
            [nameof(CamerasPage.GapsToDecide)] =
                open.Role >= Role.Researcher ? await gaps.CountProposedAsync(open.Id, context.RequestAborted) : 0,
            [nameof(CamerasPage.BoardsWaiting)] =
                frame.CanManage ? await enrolments.CountWaitingAsync(open.Id, context.RequestAborted) : 0,
            [nameof(CamerasPage.Now)] = now,
        });
    }

    internal static CameraState StateOf(FleetRow camera, WatchLimits limits, DateTimeOffset now, Frame frame) =>
        CameraState.Of(
            camera.Facts, limits, now, camera.ZoneName is null ? frame.Zone : SiteTime.Zone(camera.ZoneName));

    static async Task<IResult> ShowAsync(
        string project, string code, string? secret, HttpContext context, Frames frames, CameraPages pages,
        AbandonedUploadsTable uploads)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        if (await pages.FindAsync(open, code, abort) is not { } view)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        return new RazorComponentResult<CameraPage>(new Dictionary<string, object?>
        {
            [nameof(CameraPage.Frame)] = frame,
            [nameof(CameraPage.Camera)] = view.Camera,
            [nameof(CameraPage.Condition)] = view.State,
            [nameof(CameraPage.Names)] = view.Names,
            [nameof(CameraPage.Deployments)] =
                await pages.ListDeploymentsAsync(view.Camera.Id, open.Role, abort),
            [nameof(CameraPage.Effort)] = await pages.ReadEffortAsync(open, view, abort),
            [nameof(CameraPage.GivenUp)] =
                frame.CanManage ? await uploads.ListForCameraPageAsync(view.Camera.Id, abort) : [],
            [nameof(CameraPage.Secret)] = secret,
            [nameof(CameraPage.Now)] = view.Now,
        });
    }

    static async Task<IResult> NewAsync(string project, HttpContext context, Frames frames, GalleryPages galleries)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        return FormPage(frame, names, new NewCameraForm("", "", "", "", "", "", open.ZoneName), null);
    }

    static async Task<IResult> AddAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, CameraPages pages,
        CameraRegistration registration, SitesTable sites, AbandonedUploadsTable uploads, TimeProvider time)
    {
        if (!DeskGuard.IsFromHere(context.Request))
        {
            return TypedResults.Text(Texts.OtherSite, statusCode: StatusCodes.Status403Forbidden);
        }

        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = NewCameraForm.Read(await DeskGuard.ReadFormAsync(context));
        var names = await galleries.NamesAsync(open, abort);
        var (siteSlug, problem) = await SiteAsync(open, form, names, sites, abort);
        if (problem is not null)
        {
            return FormPage(frame, names, form, problem);
        }

        var added = await registration.AddAsync(
            new NewCamera(open.Slug, form.Code, form.Name)
            {
                SiteSlug = siteSlug,
                DeployedFrom = time.GetUtcNow(),
                Actor = context.Actor(),
            },
            abort);
        context.Response.Headers.CacheControl = "no-store"; // The answer holds the secret.
        return added.Refusal is CameraRefusal.None
            ? await ShowAsync(project, form.Code, added.Credential, context, frames, pages, uploads)
            : FormPage(frame, names, form, Texts.CameraRefused(added.Refusal, form.Code));
    }

    /// <summary>The site that the form names, made if it is new; none is allowed too.</summary>
    static async Task<(string? Slug, string? Problem)> SiteAsync(
        DeskProject project, NewCameraForm form, ProjectDirectory names, SitesTable sites,
        CancellationToken cancellationToken)
    {
        if (form.SiteName.Length == 0)
        {
            return (form.Site.Length == 0 ? null : form.Site, null);
        }

        var slug = Slug(form.SiteName);
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        double? latitude = double.TryParse(form.Latitude, invariant, out var lat) ? lat : null;
        double? longitude = double.TryParse(form.Longitude, invariant, out var lon) ? lon : null;
        var zone = form.Zone.Length == 0 ? project.ZoneName : form.Zone;
        var problem = slug.Length == 0 ? "The site's name needs a letter or a digit."
            : !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
                ? $"The time zone {zone} is not known. Write it as in America/Denver."
            : form.Latitude.Length > 0 && latitude is not (>= -90 and <= 90)
                ? "The latitude is a number from -90 to 90, such as 45.12340."
            : form.Longitude.Length > 0 && longitude is not (>= -180 and <= 180)
                ? "The longitude is a number from -180 to 180, such as -120.56780."
            : names.Sites.Values.Any(s => s.Slug == slug) ? $"There is a site {form.SiteName} already. Choose it above."
            : null;
        if (problem is not null)
        {
            return (null, problem);
        }

        await sites.InsertAsync(project.Id, slug, form.SiteName, latitude, longitude, zone, cancellationToken);
        return (slug, null);
    }

    static RazorComponentResult<NewCameraPage> FormPage(
        Frame frame, ProjectDirectory names, NewCameraForm form, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(NewCameraPage.Frame)] = frame,
            [nameof(NewCameraPage.Names)] = names,
            [nameof(NewCameraPage.Form)] = form,
            [nameof(NewCameraPage.Problem)] = problem,
        });

    internal static string Slug(string name)
    {
        const int slugCharsMax = 48;
        // Normalising throws at what is no character, such as U+FFFE; halves of a pair come as U+FFFD.
        var known = name.EnumerateRunes()
            .Where(r => Rune.GetUnicodeCategory(r) is not UnicodeCategory.OtherNotAssigned);
        var chars = string.Concat(known).Normalize(NormalizationForm.FormD).ToLowerInvariant()
            .Where(c => char.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        var slug = string.Join('-', string.Concat(chars).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return slug.Length <= slugCharsMax ? slug : slug[..slugCharsMax].TrimEnd('-');
    }
}
