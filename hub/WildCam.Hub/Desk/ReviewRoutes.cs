using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>Events that a page has on screen or ready.</summary>
public sealed record HoldBody(Guid[] Events);

/// <summary>Routes of review: the page, the next events of a queue, reservations, the species picker.</summary>
static class ReviewRoutes
{
    /// <summary>Largest body of what review sends.</summary>
    public const int BodyBytesMax = 256 * 1024;

    /// <summary>Most events that a request may name to leave out.</summary>
    public const int WithoutMax = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var review = routes.MapGroup("/p/{project}").WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
        review.MapGet("/review", ShowAsync);
        review.MapPost("/review/next", NextAsync);
        review.MapGet("/review/tasks/{id:guid}", TaskAsync);
        review.MapPost("/review/hold", HoldAsync);
        review.MapGet("/picker", PickerAsync);
        review.MapGet("/picker/others", OthersAsync);
        review.MapPost("/picker/add", AddAsync);
        DecisionRoutes.Map(review);
        BulkRoutes.Map(review);
        LabelRoutes.Map(review);
        VerificationRoutes.Map(review);
        CorrectionRoutes.Map(review);
        SpeciesListRoutes.Map(review);
    }

    /// <summary>Without a queue: which there are. With one: its first event, the rest is the module's.</summary>
    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, ReviewTasks tasks)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        var counts = await tasks.CountAsync(open.Id, context.RequestAborted);
        var (queue, site) = Read(context, names);
        var next = queue is { } chosen
            ? await tasks.NextAsync(frame, names, chosen, site, null, [], context.RequestAborted)
            : null;
        return new RazorComponentResult<ReviewPage>(new Dictionary<string, object?>
        {
            [nameof(ReviewPage.Frame)] = frame,
            [nameof(ReviewPage.Names)] = names,
            [nameof(ReviewPage.Counts)] = counts,
            [nameof(ReviewPage.Queue)] = queue,
            [nameof(ReviewPage.Site)] = site,
            [nameof(ReviewPage.Next)] = next,
        });
    }

    /// <summary>More events after a place; the caller names those that it has or has decided.</summary>
    static async Task<IResult> NextAsync(
        string project, HoldBody held, HttpContext context, Frames frames, GalleryPages galleries, ReviewTasks tasks)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return TypedResults.NotFound();
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        var (queue, site) = Read(context, names);
        var after = GalleryAddress.Parse([new("older", context.Request.Query["after"].ToString())]).Older;
        return queue is { } chosen && held.Events.Length <= WithoutMax
            ? TypedResults.Ok(await tasks.NextAsync(
                frame, names, chosen, site, after, held.Events, context.RequestAborted))
            : TypedResults.BadRequest();
    }

    static async Task<IResult> TaskAsync(
        string project, Guid id, HttpContext context, Frames frames, GalleryPages galleries, ReviewTasks tasks)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return TypedResults.NotFound();
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        return await tasks.ReadAsync(frame, names, id, context.RequestAborted) is { } task
            ? TypedResults.Ok(task)
            : TypedResults.NotFound();
    }

    static async Task<IResult> HoldAsync(
        string project, HoldBody held, HttpContext context, Frames frames, ReviewQueuesTable queues)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return TypedResults.NotFound();
        }

        await queues.HoldAsync(
            open.Id, frame.Visitor!.AccountId, [.. held.Events.Take(ReviewQueuesTable.HeldMax)],
            context.RequestAborted);
        return TypedResults.NoContent();
    }

    static async Task<IResult> PickerAsync(
        string project, HttpContext context, Frames frames, SpeciesListTable species)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true })
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Ok(await species.ListAsync(open.Id, open.Language, context.RequestAborted));
    }

    static async Task<IResult> OthersAsync(
        string project, string? q, HttpContext context, Frames frames, SpeciesListTable species)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true })
        {
            return TypedResults.NotFound();
        }

        var text = Plain(q);
        return text.Length is < 2 or > TaxaTable.NameCharsMax
            ? TypedResults.Ok(Array.Empty<ListedSpecies>())
            : TypedResults.Ok(await species.SearchOthersAsync(open.Id, open.Language, text, context.RequestAborted));
    }

    /// <summary>Puts a scientific name on the project's list.</summary>
    static async Task<IResult> AddAsync(
        string project, AddSpeciesBody body, HttpContext context, Frames frames, TaxaTable taxa,
        SpeciesListTable species)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true })
        {
            return TypedResults.NotFound();
        }

        if (await taxa.EnsureAsync(Plain(body.ScientificName), null, context.RequestAborted) is not { } id)
        {
            return TypedResults.UnprocessableEntity("Write the scientific name, as in Vulpes vulpes.");
        }

        await species.AddAsync(open.Id, id, context.RequestAborted);
        var listed = await species.ListAsync(open.Id, open.Language, context.RequestAborted);
        return TypedResults.Ok(listed.FirstOrDefault(s => s.Id == id));
    }

    static (ReviewQueue? Queue, SiteEntry? Site) Read(HttpContext context, ProjectDirectory names)
    {
        var site = context.Request.Query["site"].ToString();
        return (ReviewWords.Parse(context.Request.Query["queue"].ToString()),
            names.Sites.Values.FirstOrDefault(s => s.Slug == site));
    }

    // PostgreSQL's text holds no NUL.
    internal static string Plain(string? text) => (text ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
}

/// <summary>A species for the project's list.</summary>
public sealed record AddSpeciesBody(string ScientificName);
