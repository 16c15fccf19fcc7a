using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the gaps page: researchers decide whether a silent camera did not work.</summary>
static class GapRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p/{project}/gaps", ShowAsync);
        routes.MapPost("/p/{project}/gaps", DecideAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, OperationalGapsTable gaps, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { Role: >= Role.Researcher } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        return new RazorComponentResult<GapsPage>(new Dictionary<string, object?>
        {
            [nameof(GapsPage.Frame)] = frame,
            [nameof(GapsPage.Proposed)] = await gaps.ListAsync(open.Id, GapState.Proposed, abort),
            [nameof(GapsPage.Accepted)] = await gaps.ListAsync(open.Id, GapState.Accepted, abort),
            [nameof(GapsPage.Rejected)] = await gaps.ListAsync(open.Id, GapState.Rejected, abort),
            [nameof(GapsPage.Done)] =
                int.TryParse(context.Request.Query["done"], CultureInfo.InvariantCulture, out var done) ? done : null,
            [nameof(GapsPage.Now)] = time.GetUtcNow(),
        });
    }

    static async Task<IResult> DecideAsync(
        string project, HttpContext context, Frames frames, OperationalGapsTable gaps, AuditTable audit,
        TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { Role: >= Role.Researcher } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var ids = form["gap"].Select(g => long.TryParse(g, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Take(OperationalGapsTable.ListMax).ToList();
        if (!Enum.TryParse<GapState>(form["decision"], out var state) || !Enum.IsDefined(state))
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        var account = frame.Visitor!.AccountId;
        var count = await gaps.DecideAsync(open.Id, ids, state, account, time.GetUtcNow(), context.RequestAborted);
        if (count > 0)
        {
            await audit.AddAsync(
                new AuditEntry(context.Actor(), "gaps." + state.ToString().ToLowerInvariant(), open.Slug)
                {
                    ProjectId = open.Id,
                    After = new { gaps = ids },
                },
                context.RequestAborted);
        }

        return TypedResults.LocalRedirect($"{frame.Root}/gaps?done={count}");
    }
}
