using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the page that takes data out.</summary>
static class ExportRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p/{project}/exports", ShowAsync);
        routes.MapPost("/p/{project}/exports", AddAsync).DisableAntiforgery();
        routes.MapPost("/p/{project}/exports/{id:guid}/delete", DeleteAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, ExportsTable exports) =>
        await frames.OpenAsync(context, project) is { Project.Role: >= Role.Researcher } frame
            ? await PageAsync(frame, new ExportWish(ExportFormat.All[0].Name) { MinConfidence = 0.7 }, null, exports,
                context.RequestAborted)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> AddAsync(
        string project, HttpContext context, Frames frames, ExportsTable exports, JobSignal signal, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not
            { Project: { Role: >= Role.Researcher } open, Visitor: { } visitor } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var wish = ReadWish(await DeskGuard.ReadFormAsync(context));
        if (wish.Problem(open.Role, open.SeesPeople) is var (_, reason))
        {
            return await PageAsync(frame, wish, reason, exports, context.RequestAborted);
        }

        var export = NewExport.Of(open.Id, open.Slug, visitor.AccountId, wish, time.GetUtcNow());
        if (!await exports.AddAsync(export, context.RequestAborted))
        {
            return await PageAsync(frame, wish, ExportWords.TooMany, exports, context.RequestAborted);
        }

        signal.Ready(JobKinds.Export);
        return TypedResults.LocalRedirect($"{frame.Root}/exports#made");
    }

    static async Task<IResult> DeleteAsync(
        string project, Guid id, HttpContext context, Frames frames, ExportsTable exports)
    {
        if (await frames.OpenAsync(context, project) is not
                { Project: { Role: >= Role.Researcher } open, Visitor: { } visitor } frame
            || await exports.FindAsync(open.Id, id, context.RequestAborted) is not { } export
            || !export.MayBeFetchedBy(visitor.AccountId, open.Role))
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        await exports.ExpireAsync(open.Id, id, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/exports#made");
    }

    /// <summary>What was chosen in the form; a field that cannot be read counts as left alone.</summary>
    static ExportWish ReadWish(IFormCollection form)
    {
        var invariant = CultureInfo.InvariantCulture;
        return new ExportWish(form["format"].ToString())
        {
            From = DateOnly.TryParseExact(form["from"], "yyyy-MM-dd", out var from) ? from : null,
            To = DateOnly.TryParseExact(form["to"], "yyyy-MM-dd", out var to) ? to : null,
            OnlyDecided = form["decided"] == "1",
            MinConfidence = double.TryParse(form["conf"], invariant, out var percent) ? percent / 100 : null,
            People = Enum.TryParse<PeopleChoice>(form["people"], out var people) ? people : PeopleChoice.LeaveOut,
            CoordinateDecimals = int.TryParse(form["decimals"], invariant, out var decimals)
                ? decimals
                : ExportWish.DecimalsMax,
            ExactSensitive = form["exact"] == "1",
        };
    }

    static async Task<RazorComponentResult<ExportsPage>> PageAsync(
        Frame frame, ExportWish wish, string? problem, ExportsTable exports, CancellationToken cancellationToken) =>
        new(new Dictionary<string, object?>
        {
            [nameof(ExportsPage.Frame)] = frame,
            [nameof(ExportsPage.Wish)] = wish,
            [nameof(ExportsPage.Problem)] = problem,
            [nameof(ExportsPage.Exports)] = await exports.ListAsync(frame.Project!.Id, cancellationToken),
        });
}
