using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Charts;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Blobs;
using WildCam.Storage.Reports;

namespace WildCam.Hub.Desk.Reports;

/// <summary>Routes of reports: researchers ask for them, everyone of the project reads them.</summary>
static class ReportRoutes
{
    // A page that stands alone carries its style inside, and nothing in it runs or comes from elsewhere.
    const string ReportPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/p/{project}/reports");
        reports.MapGet("", ListAsync);
        reports.MapPost("", AddAsync).DisableAntiforgery();
        reports.MapGet("/{id:guid}", ShowAsync);
        reports.MapPost("/{id:guid}/delete", DeleteAsync).DisableAntiforgery();
    }

    static async Task<IResult> ListAsync(
        string project, HttpContext context, Frames frames, ReportsTable reports, TimeProvider time) =>
        await frames.OpenAsync(context, project) is { Project: not null } frame
            ? await PageAsync(frame, context, reports, time, null)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> AddAsync(
        string project, HttpContext context, Frames frames, ReportsTable reports, AuditTable audit, JobSignal signal,
        TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not
            { Project: { Role: >= Role.Researcher } open, Visitor: { } visitor } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var (wish, problem) = Read(await DeskGuard.ReadFormAsync(context));
        if (wish is null)
        {
            return await PageAsync(frame, context, reports, time, problem);
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        if (!await reports.AddAsync(id, open.Id, visitor.AccountId, wish, context.RequestAborted))
        {
            return await PageAsync(frame, context, reports, time, ReportWords.TooMany);
        }

        await audit.AddAsync(
            new AuditEntry(context.Actor(), "report.ask", ReportWords.Span(wish)) { ProjectId = open.Id, After = wish },
            context.RequestAborted);
        signal.Ready(JobKinds.Report);
        return TypedResults.LocalRedirect($"{frame.Root}/reports#made");
    }

    static async Task<IResult> ShowAsync(
        string project, Guid id, HttpContext context, Frames frames, ReportsTable reports, IBlobStore blobs)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open }
            || await reports.FindAsync(open.Id, id, context.RequestAborted) is not
                { State: ReportState.Ready } report
            || await blobs.OpenReadAsync(report.BlobPath, context.RequestAborted) is not { } page)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        context.Response.Headers.ContentSecurityPolicy = ReportPolicy;
        context.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Stream(page, "text/html; charset=utf-8");
    }

    static async Task<IResult> DeleteAsync(
        string project, Guid id, HttpContext context, Frames frames, ReportsTable reports, IBlobStore blobs,
        AuditTable audit)
    {
        var abort = context.RequestAborted;
        if (await frames.OpenAsync(context, project) is not
                { Project: { Role: >= Role.Researcher } open, Visitor: { } visitor } frame
            || await reports.FindAsync(open.Id, id, abort) is not { } report
            || !(frame.CanManage || report.AccountId == visitor.AccountId))
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        await blobs.DeleteAsync(report.BlobPath, abort);
        await reports.DeleteAsync(open.Id, id, abort);
        await audit.AddAsync(
            new AuditEntry(context.Actor(), "report.delete", ReportWords.Span(report.Wish)) { ProjectId = open.Id },
            abort);
        return TypedResults.LocalRedirect($"{frame.Root}/reports#made");
    }

    internal static (ReportWish? Wish, string? Problem) Read(IFormCollection form)
    {
        const int minutesMax = 24 * 60;
        var invariant = CultureInfo.InvariantCulture;
        if (!DateOnly.TryParseExact(form["from"], "yyyy-MM-dd", invariant, DateTimeStyles.None, out var from)
            || !DateOnly.TryParseExact(form["to"], "yyyy-MM-dd", invariant, DateTimeStyles.None, out var to)
            || from > to || to.DayNumber - from.DayNumber >= ChartQuestion.DaysMax || from.Year < 1971
            || to.Year > 2199)
        {
            return (null, ReportWords.BadSpan);
        }

        return int.TryParse(form["interval"], NumberStyles.None, invariant, out var minutes)
            && minutes is >= 1 and <= minutesMax
                ? (new ReportWish(from, to, minutes, form["unconfirmed"] == "1"), null)
                : (null, ReportWords.BadInterval);
    }

    static async Task<RazorComponentResult<ReportsPage>> PageAsync(
        Frame frame, HttpContext context, ReportsTable reports, TimeProvider time, string? problem)
    {
        var today = SiteTime.DateOf(time.GetUtcNow(), frame.Zone);
        return new RazorComponentResult<ReportsPage>(new Dictionary<string, object?>
        {
            [nameof(ReportsPage.Frame)] = frame,
            [nameof(ReportsPage.Reports)] = await reports.ListAsync(frame.Project!.Id, context.RequestAborted),
            [nameof(ReportsPage.From)] = new DateOnly(today.Year, 1, 1),
            [nameof(ReportsPage.To)] = today,
            [nameof(ReportsPage.Problem)] = problem,
        });
    }
}
