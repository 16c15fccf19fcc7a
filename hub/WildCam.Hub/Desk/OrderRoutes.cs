using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the pages about what is wanted of cameras: settings, tags, commands.</summary>
static class OrderRoutes
{
    const int CommandsShown = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var camera = routes.MapGroup("/p/{project}/cameras/{code}");
        camera.MapGet("/settings", SettingsAsync);
        camera.MapPost("/settings", SaveAsync).DisableAntiforgery();
        camera.MapPost("/settings/withdraw", WithdrawSettingsAsync).DisableAntiforgery();
        camera.MapPost("/tags", TagAsync).DisableAntiforgery();
        camera.MapGet("/commands", CommandsAsync);
        camera.MapPost("/commands", AskAsync).DisableAntiforgery();
        camera.MapPost("/commands/{id:long}/withdraw", WithdrawAsync).DisableAntiforgery();
    }

    static async Task<IResult> SettingsAsync(
        string project, string code, HttpContext context, Frames frames, OrderPages pages)
    {
        if (await pages.OpenAsync(context, frames, project, code, toChange: false) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return await pages.SettingsAsync(open, Note(context.Request.Query["told"]), context.RequestAborted);
    }

    static async Task<IResult> SaveAsync(
        string project, string code, HttpContext context, Frames frames, OrderPages pages, SettingsEditor editor)
    {
        if (await pages.OpenAsync(context, frames, project, code, toChange: true) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = SettingsForm.Read(await DeskGuard.ReadFormAsync(context));
        var address = $"{open.Frame.Root}/cameras/{open.Camera.Code}/settings";
        if (form.Tag.Length > 0 && CameraTagsTable.IsTag(form.Tag))
        {
            var (cameras, wrong) = await editor.EditTaggedAsync(
                open.Frame.Project!.Id, form.Tag, form.Edit, context.Actor(), abort);
            return wrong.Count > 0
                ? await pages.SettingsAsync(open, null, abort, form, wrong)
                : TypedResults.LocalRedirect(
                    $"{address}?told={cameras.Count.ToString(CultureInfo.InvariantCulture)}");
        }

        var edited = await editor.EditAsync(open.Camera.Id, form.Edit, form.Seen, context.Actor(), abort);
        return edited switch
        {
            { Wrong.Count: > 0 } => await pages.SettingsAsync(open, null, abort, form, edited.Wrong),
            { Refusal: SettingsRefusal.Conflict } => await pages.SettingsAsync(
                open, null, abort, form, isConflict: true),
            { Refusal: SettingsRefusal.None } => TypedResults.LocalRedirect(address),
            _ => await pages.SettingsAsync(open, OrderWords.Refused(CommandRefusal.Revoked), abort),
        };
    }

    static async Task<IResult> WithdrawSettingsAsync(
        string project, string code, HttpContext context, Frames frames, OrderPages pages, SettingsEditor editor)
    {
        if (await pages.OpenAsync(context, frames, project, code, toChange: true) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        await editor.WithdrawAsync(open.Camera.Id, context.Actor(), context.RequestAborted);
        return TypedResults.LocalRedirect($"{open.Frame.Root}/cameras/{open.Camera.Code}/settings");
    }

    static async Task<IResult> TagAsync(
        string project, string code, HttpContext context, Frames frames, OrderPages pages, CamerasTable cameras,
        CameraTagsTable tags)
    {
        if (await pages.OpenAsync(context, frames, project, code, toChange: true) is not { } open
            || await cameras.FindByCodeAsync(open.Camera.Code, context.RequestAborted) is not { } camera)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var wanted = (await DeskGuard.ReadFormAsync(context))["tags"].ToString()
            .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(t => t.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Count > CameraTagsTable.TagsMax || !wanted.TrueForAll(CameraTagsTable.IsTag))
        {
            return await pages.SettingsAsync(
                open,
                $"The tags were not changed: up to {CameraTagsTable.TagsMax}, each of 1 to 32 letters, digits and "
                + "hyphens.",
                context.RequestAborted);
        }

        await tags.SetAsync(camera, wanted, context.Actor(), context.RequestAborted);
        return TypedResults.LocalRedirect($"{open.Frame.Root}/cameras/{open.Camera.Code}/settings");
    }

    static async Task<IResult> CommandsAsync(
        string project, string code, long? before, HttpContext context, Frames frames, OrderPages pages) =>
        await pages.OpenAsync(context, frames, project, code, toChange: false) is { } open
            ? await pages.CommandsAsync(open, before, CommandsShown, null, context.RequestAborted)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> AskAsync(
        string project, string code, HttpContext context, Frames frames, OrderPages pages, CommandsTable commands)
    {
        var form = await DeskGuard.ReadFormAsync(context);
        var facts = CommandCatalogue.Find(form["kind"].ToString());
        var isFrame = facts?.Word == CommandWords.FullFrame;
        if (facts is null
            || await pages.OpenAsync(context, frames, project, code, toChange: !isFrame) is not { } open
            || (isFrame && open.Frame.Project!.Role < Storage.Role.Researcher))
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        // The page's own number of the request: sent again by Back or a double click it is the same command.
        var wanted = new NewCommand(facts.Word, facts.Lasting)
        {
            RequestId = Guid.TryParse(form["request"], out var request) ? request : Guid.NewGuid(),
            CaptureId = isFrame && Guid.TryParse(form["capture"], out var capture) ? capture : null,
            Argument = facts.Word == CommandWords.Preview ? (uint)CommandCatalogue.PreviewSecondsDefault : 0,
        };
        var (refusal, _) = isFrame && wanted.CaptureId is null
            ? (CommandRefusal.NoStandIn, 0)
            : await commands.AskAsync(open.Camera.Id, wanted, context.Actor(), context.RequestAborted);
        return refusal != CommandRefusal.None
            ? await pages.CommandsAsync(
                open, null, CommandsShown, OrderWords.Refused(refusal), context.RequestAborted)
            : isFrame
                ? TypedResults.LocalRedirect($"{open.Frame.Root}/pictures/{wanted.CaptureId}")
                : TypedResults.LocalRedirect($"{open.Frame.Root}/cameras/{open.Camera.Code}/commands");
    }

    static async Task<IResult> WithdrawAsync(
        string project, string code, long id, HttpContext context, Frames frames, OrderPages pages,
        CommandsTable commands)
    {
        if (await pages.OpenAsync(context, frames, project, code, toChange: true) is not { } open)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var isWithdrawn = await commands.WithdrawAsync(
            open.Camera.Id, id, context.Actor(), context.RequestAborted);
        return isWithdrawn
            ? TypedResults.LocalRedirect($"{open.Frame.Root}/cameras/{open.Camera.Code}/commands")
            : await pages.CommandsAsync(
                open, null, CommandsShown, "It could not be withdrawn: the camera has it, or it has ended.",
                context.RequestAborted);
    }

    static string? Note(string? told) =>
        int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count == 1 ? "1 camera is told." : $"{count} cameras are told."
            : null;
}
