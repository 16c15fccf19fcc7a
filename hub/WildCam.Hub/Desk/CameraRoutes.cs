using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;
using WildCam.Storage.Ingest;
using WildCam.Storage.Orders;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the cameras' pages.</summary>
static class CameraRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/p/{project}/cameras");
        cameras.MapGet("", ListAsync);
        cameras.MapGet("/{code}", ShowAsync);
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
        string project, string code, HttpContext context, Frames frames, CameraPages pages,
        AbandonedUploadsTable uploads, SettingsTable settings, CameraTagsTable tags)
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
            [nameof(CameraPage.ChangesWaiting)] = await settings.FindAsync(view.Camera.Id, abort) is { } row
                ? SettingFields.Waiting(row).Count
                : 0,
            [nameof(CameraPage.Tags)] = await tags.ListAsync(view.Camera.Id, abort),
            [nameof(CameraPage.Now)] = view.Now,
        });
    }
}
