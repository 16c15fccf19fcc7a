using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the page on which a camera is looked after: words, places, passwords, its end.</summary>
static class ManageRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var camera = routes.MapGroup("/p/{project}/cameras/{code}");
        camera.MapGet("/manage", ShowAsync);
        camera.MapPost("/manage", EditAsync).DisableAntiforgery();
        camera.MapPost("/move", MoveAsync).DisableAntiforgery();
        camera.MapPost("/credential", CredentialAsync).DisableAntiforgery();
        camera.MapPost("/end", EndAsync).DisableAntiforgery();
        camera.MapPost("/reinstate", ReinstateAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras, ManagePages pages)
    {
        var query = context.Request.Query;
        return await OpenAsync(project, code, context, frames, cameras) is { } open
            && await pages.ShowAsync(
                context, open.Frame, open.Camera.Code, note: RegisterPageWords.Done(query["done"], query["pictures"]))
                is { } page
            ? page
            : await LookRoutes.NothingAsync(context, frames);
    }

    static async Task<IResult> EditAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras, CameraEdits edits,
        CameraTagsTable tags, ManagePages pages)
    {
        if (await OpenAsync(project, code, context, frames, cameras) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        var wanted = form.ContainsKey("tags") ? CameraInput.Tags(form["tags"].ToString()) : null;
        var refusal = wanted is not null && !CameraTagsTable.AreTags(wanted)
            ? CameraRefusal.BadTags
            : await edits.EditAsync(
                open.Camera,
                new CameraEdit(
                    form["name"].ToString().Trim(),
                    BoardNames.TryParse(form["board"].ToString(), out var board) ? board : null,
                    form.ContainsKey("notes") ? form["notes"].ToString().ReplaceLineEndings("\n").Trim() : null),
                context.Actor(), abort);
        if (refusal is not CameraRefusal.None)
        {
            return await ProblemAsync(context, open, pages, frames, RegisterWords.Refused(refusal, open.Camera.Code));
        }

        if (wanted is not null)
        {
            await tags.SetAsync(open.Camera, wanted, context.Actor(), abort);
        }

        return Done(open, "saved");
    }

    static async Task<IResult> MoveAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras, CameraEdits edits,
        GalleryPages galleries, ManagePages pages, TimeProvider time)
    {
        if (await OpenAsync(project, code, context, frames, cameras) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        var slug = form["site"].ToString() is { Length: > 0 } site ? site : null;
        var names = await galleries.NamesAsync(open.Frame.Project!, abort);
        // By the clock of the site that it comes to; one that goes into the box, by the project's.
        var zone = SiteTime.Zone(
            names.Sites.Values.FirstOrDefault(s => s.Slug == slug)?.ZoneName ?? open.Frame.Project!.ZoneName);
        var at = time.GetUtcNow();
        if (form["from"].ToString() is { Length: > 0 } from && !CameraInput.TryTime(from, zone, out at))
        {
            return await ProblemAsync(context, open, pages, frames, RegisterPageWords.NoTime);
        }

        var move = await edits.MoveAsync(open.Camera, slug, at, context.Actor(), abort);
        return move.Refusal is CameraRefusal.None
            ? Done(open, $"moved&pictures={move.Misfiled.ToString(CultureInfo.InvariantCulture)}")
            : await ProblemAsync(
                context, open, pages, frames,
                RegisterWords.Refused(move, open.Camera.Code, t => SiteTime.Full(t, zone)),
                move.Refusal is CameraRefusal.NoSuchSite or CameraRefusal.BadTime
                    ? StatusCodes.Status400BadRequest
                    : StatusCodes.Status409Conflict);
    }

    static async Task<IResult> CredentialAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras,
        CameraRegistration registration, ManagePages pages)
    {
        if (await OpenAsync(project, code, context, frames, cameras) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        if (form["do"].ToString() == "end-old")
        {
            await registration.EndPreviousAsync(open.Camera.Code, context.Actor(), abort);
            return Done(open, "old-ended");
        }

        var hours = int.TryParse(form["overlap"], NumberStyles.None, CultureInfo.InvariantCulture, out var typed)
            ? Math.Min(typed, (int)CameraRegistration.OverlapMax.TotalHours)
            : 0;
        var rotated = await registration.RotateAsync(
            open.Camera.Code, context.Actor(), abort, TimeSpan.FromHours(hours));
        return rotated.Refusal is CameraRefusal.None
            ? await pages.ShowAsync(context, open.Frame, open.Camera.Code, secret: rotated.Credential)
                ?? await LookRoutes.NothingAsync(context, frames)
            : await ProblemAsync(
                context, open, pages, frames, RegisterWords.Refused(rotated.Refusal, open.Camera.Code),
                StatusCodes.Status409Conflict);
    }

    static async Task<IResult> EndAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras,
        CameraRegistration registration, RegisterTable register, ManagePages pages)
    {
        if (await OpenAsync(project, code, context, frames, cameras) is not { } open
            || await register.FindAsync(open.Camera.ProjectId, open.Camera.Code, context.RequestAborted)
                is not { } camera)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        CameraEnd? why = form["why"].ToString() switch
        {
            "revoked" => CameraEnd.Revoked,
            "stolen" => CameraEnd.Stolen,
            "retired" => CameraEnd.Retired,
            _ => null,
        };
        var isSure = string.Equals(
            form["confirm"].ToString().Trim(), open.Camera.Code, StringComparison.OrdinalIgnoreCase);
        if (why is not { } end || !isSure)
        {
            return await ProblemAsync(context, open, pages, frames, RegisterPageWords.Confirm(open.Camera.Code));
        }

        DateTimeOffset? until = null;
        if (form["until"].ToString() is { Length: > 0 } text)
        {
            if (!CameraInput.TryTime(text, SiteTime.Zone(camera.ZoneName), out var at))
            {
                return await ProblemAsync(context, open, pages, frames, RegisterPageWords.NoTime);
            }

            until = at;
        }

        var refusal = await registration.EndAsync(
            open.Camera.Code, end, until, context.Actor(), context.RequestAborted);
        return refusal is CameraRefusal.None
            ? Done(open, form["why"].ToString())
            : await ProblemAsync(
                context, open, pages, frames, RegisterWords.Refused(refusal, open.Camera.Code),
                refusal is CameraRefusal.BadTime ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict);
    }

    static async Task<IResult> ReinstateAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras,
        CameraRegistration registration, ManagePages pages)
    {
        if (await OpenAsync(project, code, context, frames, cameras) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var back = await registration.ReinstateAsync(open.Camera.Code, context.Actor(), context.RequestAborted);
        return back.Refusal is CameraRefusal.None
            ? await pages.ShowAsync(context, open.Frame, open.Camera.Code, secret: back.Credential)
                ?? await LookRoutes.NothingAsync(context, frames)
            : await ProblemAsync(
                context, open, pages, frames, RegisterWords.Refused(back.Refusal, open.Camera.Code),
                StatusCodes.Status409Conflict);
    }

    sealed record OpenToManage(Frame Frame, Camera Camera);

    /// <summary>The camera, where it is of a project that the visitor manages.</summary>
    static async Task<OpenToManage?> OpenAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras)
    {
        if (code.Length > 32 || code.Contains('\0', StringComparison.Ordinal)
            || await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return null;
        }

        var camera = await cameras.FindByCodeAsync(code.ToLowerInvariant(), context.RequestAborted);
        return camera?.ProjectId == open.Id ? new OpenToManage(frame, camera) : null;
    }

    static RedirectHttpResult Done(OpenToManage open, string what) =>
        TypedResults.LocalRedirect($"{open.Frame.Root}/cameras/{open.Camera.Code}/manage?done={what}");

    static async Task<IResult> ProblemAsync(
        HttpContext context, OpenToManage open, ManagePages pages, Frames frames, string problem,
        int status = StatusCodes.Status400BadRequest) =>
        await pages.ShowAsync(context, open.Frame, open.Camera.Code, problem: problem, status: status)
        ?? await LookRoutes.NothingAsync(context, frames);
}
