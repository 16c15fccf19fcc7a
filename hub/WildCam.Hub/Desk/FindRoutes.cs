using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Desk.Parts;
using WildCam.Storage.Find;

namespace WildCam.Hub.Desk;

/// <summary>Finding: one box for everything, days to jump to, views by name, the place of a genus.</summary>
static class FindRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/p/{project}");
        project.MapGet("/search", SearchAsync);
        project.MapGet("/days", DaysAsync);
        project.MapGet("/views", ViewsAsync);
        project.MapPost("/views", SaveAsync).DisableAntiforgery();
        project.MapPost("/views/{id:int}/delete", DeleteAsync).DisableAntiforgery();
        project.MapPost("/species/place", PlaceAsync).DisableAntiforgery();
    }

    static async Task<IResult> SearchAsync(
        string project, string? q, HttpContext context, Frames frames, SearchPages search)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return new RazorComponentResult<SearchPage>(new Dictionary<string, object?>
        {
            [nameof(SearchPage.Frame)] = frame,
            [nameof(SearchPage.Results)] = await search.ReadAsync(
                open, frame.Visitor!.AccountId, q ?? "", context.RequestAborted),
        });
    }

    /// <summary>The bars alone for the gallery's script, else a page of them.</summary>
    static async Task<IResult> DaysAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, DayPages days)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var address = LookRoutes.Address(context).WithoutPlace();
        var names = await galleries.NamesAsync(open, context.RequestAborted);
        var view = await days.ReadAsync(open, address, names, context.RequestAborted);
        if (context.Request.Headers.Accept == "text/fragment")
        {
            context.Response.Headers.CacheControl = "no-cache";
            return new RazorComponentResult<DayBars>(new Dictionary<string, object?>
            {
                [nameof(DayBars.View)] = view,
                [nameof(DayBars.Path)] = frame.Root + "/pictures",
            });
        }

        return new RazorComponentResult<DaysPage>(new Dictionary<string, object?>
        {
            [nameof(DaysPage.Frame)] = frame,
            [nameof(DaysPage.View)] = view,
        });
    }

    static async Task<IResult> ViewsAsync(
        string project, HttpContext context, Frames frames, SavedViewsTable views) =>
        await frames.OpenAsync(context, project) is { Project: not null } frame
            ? await ViewsPageAsync(frame, null, views, context.RequestAborted)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> SaveAsync(string project, HttpContext context, Frames frames, SavedViewsTable views)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var name = ReviewRoutes.Plain(form["name"]);
        // Read and written again: what is kept is a filter of ours and nothing else.
        var query = GalleryAddress.Parse(form["query"].ToString()).WithoutPlace().Query;
        var isShared = frame.CanDecide && form["shared"] == "1";
        return await views.SaveAsync(
            open.Id, frame.Visitor!.AccountId, name, query, isShared, context.RequestAborted)
            ? TypedResults.LocalRedirect($"{frame.Root}/pictures{query}")
            : await ViewsPageAsync(frame, FindWords.NotSaved, views, context.RequestAborted);
    }

    static async Task<IResult> DeleteAsync(
        string project, int id, HttpContext context, Frames frames, SavedViewsTable views)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return await views.DeleteAsync(
            open.Id, id, frame.Visitor!.AccountId, frame.CanManage, context.RequestAborted)
            ? TypedResults.LocalRedirect($"{frame.Root}/views")
            : DeskGuard.NotFound(frame, Texts.NotFound);
    }

    static async Task<IResult> PlaceAsync(string project, HttpContext context, Frames frames, GeneraTable genera)
    {
        if (await frames.OpenAsync(context, project) is not { CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        return await genera.PlaceAsync(
            ReviewRoutes.Plain(form["genus"]), ReviewRoutes.Plain(form["family"]), ReviewRoutes.Plain(form["order"]),
            ReviewRoutes.Plain(form["class"]), context.RequestAborted)
            ? TypedResults.LocalRedirect($"{frame.Root}/species?by=tree")
            : DeskGuard.Message(
                frame, StatusCodes.Status422UnprocessableEntity, "This could not be placed", FindWords.NoPlace, null);
    }

    static async Task<IResult> ViewsPageAsync(
        Frame frame, string? problem, SavedViewsTable views, CancellationToken cancellationToken) =>
        new RazorComponentResult<ViewsPage>(new Dictionary<string, object?>
        {
            [nameof(ViewsPage.Frame)] = frame,
            [nameof(ViewsPage.Views)] =
                await views.ListAsync(frame.Project!.Id, frame.Visitor!.AccountId, cancellationToken),
            [nameof(ViewsPage.Problem)] = problem,
        });
}
