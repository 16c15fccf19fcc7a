using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the pages that add cameras: one by a form, many by a sheet.</summary>
static class RegisterRoutes
{
    /// <summary>A form with a sheet in it; each of its bytes may be written as three.</summary>
    const int SheetBodyBytesMax = 4 * CameraSheet.CharsMax;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/p/{project}/cameras");
        cameras.MapGet("/new", NewAsync);
        cameras.MapPost("/new", AddAsync).DisableAntiforgery();
        cameras.MapGet("/many", ManyAsync);
        cameras.MapGet("/many/example.csv", ExampleAsync);
        cameras.MapPost("/many", PreviewAsync).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(SheetBodyBytesMax));
        cameras.MapPost("/many/add", AddManyAsync).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(SheetBodyBytesMax));
    }

    static async Task<IResult> NewAsync(string project, HttpContext context, Frames frames, GalleryPages galleries)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        return FormPage(frame, names, NewCameraForm.Empty(open.ZoneName), null);
    }

    static async Task<IResult> AddAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, ManagePages manage,
        CameraRegistration registration, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = NewCameraForm.Read(await DeskGuard.ReadFormAsync(context));
        var names = await galleries.NamesAsync(open, abort);
        var (camera, problem) = form.ToCamera(open, names, context.Actor(), time.GetUtcNow());
        if (camera is null)
        {
            return FormPage(frame, names, form, problem);
        }

        var added = await registration.AddAsync(camera, abort);
        if (added.Refusal is not CameraRefusal.None)
        {
            return FormPage(frame, names, form, RegisterWords.Refused(added.Refusal, form.Code));
        }

        return await manage.ShowAsync(context, frame, form.Code, secret: added.Credential, isNew: true)
            ?? await LookRoutes.NothingAsync(context, frames);
    }

    static async Task<IResult> ManyAsync(string project, HttpContext context, Frames frames) =>
        await frames.OpenAsync(context, project) is { CanManage: true } frame
            ? Many(frame, "", null, [])
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> ExampleAsync(string project, HttpContext context, Frames frames) =>
        await frames.OpenAsync(context, project) is { CanManage: true }
            ? TypedResults.File(Encoding.UTF8.GetBytes(CameraSheet.Example), "text/csv", "cameras.csv")
            : TypedResults.NotFound();

    static async Task<IResult> PreviewAsync(
        string project, HttpContext context, Frames frames, CameraSheets sheets)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var text = await ReadSheetAsync(form, context.RequestAborted);
        var sheet = await sheets.ReadAsync(Of(open), text, context.Actor(), context.RequestAborted);
        return Many(frame, text, sheet, []);
    }

    static async Task<IResult> AddManyAsync(
        string project, HttpContext context, Frames frames, CameraSheets sheets)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var text = (await DeskGuard.ReadFormAsync(context))["csv"].ToString();
        var sheet = await sheets.ReadAsync(Of(open), text, context.Actor(), context.RequestAborted);
        if (!sheet.IsGood)
        {
            return Many(frame, text, sheet, [], StatusCodes.Status400BadRequest);
        }

        var (added, fault) = await sheets.AddAsync(sheet, context.RequestAborted);
        if (fault is not null)
        {
            return Many(
                frame, text, sheet with { FileFaults = [fault] }, [], StatusCodes.Status409Conflict);
        }

        context.Response.Headers.CacheControl = "no-store"; // The answer holds the secrets.
        return Many(frame, "", null, added);
    }

    /// <summary>The text of the file, else of the box.</summary>
    static async Task<string> ReadSheetAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        if (form.Files.GetFile("file") is not { Length: > 0 } file)
        {
            return form["csv"].ToString();
        }

        // One character more than may be is enough to see that there are too many.
        using var reader = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        var buffer = new char[CameraSheet.CharsMax + 1];
        var read = await reader.ReadBlockAsync(buffer, cancellationToken);
        return new string(buffer, 0, read);
    }

    static SheetProject Of(DeskProject project) => new(project.Id, project.Slug, project.ZoneName);

    static RazorComponentResult<ManyCamerasPage> Many(
        Frame frame, string text, CameraSheet? sheet, IReadOnlyList<CameraAdded> added,
        int status = StatusCodes.Status200OK) =>
        new(new Dictionary<string, object?>
        {
            [nameof(ManyCamerasPage.Frame)] = frame,
            [nameof(ManyCamerasPage.Text)] = text,
            [nameof(ManyCamerasPage.Sheet)] = sheet,
            [nameof(ManyCamerasPage.Added)] = added,
        })
        { StatusCode = status };

    static RazorComponentResult<NewCameraPage> FormPage(
        Frame frame, ProjectDirectory names, NewCameraForm form, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(NewCameraPage.Frame)] = frame,
            [nameof(NewCameraPage.Names)] = names,
            [nameof(NewCameraPage.Form)] = form,
            [nameof(NewCameraPage.Problem)] = problem,
        });
}
