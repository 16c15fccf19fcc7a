using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Jobs;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the server's own pages.</summary>
static class ServerRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", StartAsync);
        routes.MapGet("/server/jobs", JobsAsync);
        routes.MapPost("/server/jobs/retry", RetryAsync).DisableAntiforgery();
    }

    /// <summary>To the visitor's project; to the sign-in without a visitor.</summary>
    static async Task<IResult> StartAsync(HttpContext context, Frames frames)
    {
        var frame = await frames.OpenAsync(context);
        return frame.Visitor is null ? TypedResults.LocalRedirect("/sign-in")
            : frame.Visitor.Projects is [var first, ..] ? TypedResults.LocalRedirect($"/p/{first.Slug}/")
            : DeskGuard.Message(
                frame, StatusCodes.Status200OK, "No project yet", "Ask a manager to let you into a project.", null);
    }

    static async Task<IResult> JobsAsync(
        HttpContext context, Frames frames, JobsOverview jobs, RecurringTable recurring, AbandonedUploadsTable uploads,
        TimeProvider time)
    {
        var frame = await frames.OpenAsync(context);
        if (frame.Visitor?.IsAdmin != true)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var now = time.GetUtcNow();
        return new RazorComponentResult<JobsPage>(new Dictionary<string, object?>
        {
            [nameof(JobsPage.Frame)] =
                frame with { Project = frame.Visitor.Projects is [var first, ..] ? first : null },
            [nameof(JobsPage.Lag)] = await jobs.ReadLagAsync(now, context.RequestAborted),
            [nameof(JobsPage.Kinds)] = await jobs.CountByKindAsync(context.RequestAborted),
            [nameof(JobsPage.Failures)] = await jobs.GroupDeadAsync(context.RequestAborted),
            [nameof(JobsPage.Recurring)] = await recurring.ReadAsync(context.RequestAborted),
            [nameof(JobsPage.GivenUp)] = await uploads.CountForJobsPageAsync(now.AddDays(-1), context.RequestAborted),
            [nameof(JobsPage.Retried)] =
                int.TryParse(context.Request.Query["retried"], out var retried) ? retried : null,
            [nameof(JobsPage.Now)] = now,
        });
    }

    static async Task<IResult> RetryAsync(HttpContext context, Frames frames, JobsOverview jobs, JobSignal signal)
    {
        if ((await frames.OpenAsync(context)).Visitor?.IsAdmin != true)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var kind = form["kind"].ToString();
        var count = await jobs.RetryDeadAsync(kind, form["reason"].ToString(), null, context.RequestAborted);
        if (count > 0)
        {
            signal.Ready(kind);
        }

        return TypedResults.LocalRedirect($"/server/jobs?retried={count}");
    }
}
