using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;

namespace WildCam.Hub.Desk.Charts;

/// <summary>Routes of the charts: the list, one chart, its numbers and its picture.</summary>
static class ChartRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var charts = routes.MapGroup("/p/{project}/charts");
        charts.MapGet("", ListAsync);
        charts.MapGet("/{name:alpha}", ShowAsync);
        charts.MapGet("/{name:alpha}.csv", CsvAsync);
        charts.MapGet("/{name:alpha}.svg", PictureAsync);
    }

    static async Task<IResult> ListAsync(string project, HttpContext context, Frames frames) =>
        await frames.OpenAsync(context, project) is { Project: not null } frame
            ? new RazorComponentResult<ChartsPage>(new Dictionary<string, object?>
            {
                [nameof(ChartsPage.Frame)] = frame,
            })
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> ShowAsync(
        string project, string name, HttpContext context, Frames frames, ChartReader charts)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return ChartKind.Find(name) is { } kind
            ? new RazorComponentResult<ChartPage>(new Dictionary<string, object?>
            {
                [nameof(ChartPage.Frame)] = frame,
                [nameof(ChartPage.Kind)] = kind,
                [nameof(ChartPage.Answer)] =
                    await charts.ReadAsync(kind, Question(context), open, frame.Root, context.RequestAborted),
            })
            : DeskGuard.NotFound(frame, Texts.NotFound);
    }

    static async Task<IResult> CsvAsync(
        string project, string name, HttpContext context, Frames frames, ChartReader charts) =>
        await ReadAsync(project, name, context, frames, charts) is { } chart
            ? TypedResults.File(
                Encoding.UTF8.GetBytes(ChartCsv.Write(chart.Table)), "text/csv; charset=utf-8", $"{project}-{name}.csv")
            : TypedResults.NotFound();

    static async Task<IResult> PictureAsync(
        string project, string name, HttpContext context, Frames frames, ChartReader charts)
    {
        if (await ReadAsync(project, name, context, frames, charts) is not { Figure: { } figure } chart)
        {
            return TypedResults.NotFound();
        }

        // A picture of its own, with its colours inside; nothing in it runs.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Text(ChartDrawing.Document(figure, chart.Title), "image/svg+xml", Encoding.UTF8);
    }

    static async Task<ChartView?> ReadAsync(
        string project, string name, HttpContext context, Frames frames, ChartReader charts) =>
        await frames.OpenAsync(context, project) is { Project: { } open } frame && ChartKind.Find(name) is { } kind
            ? (await charts.ReadAsync(kind, Question(context), open, frame.Root, context.RequestAborted)).Chart
            : null;

    static ChartQuestion Question(HttpContext context) => ChartQuestion.Parse(
        context.Request.Query.SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v ?? ""))));
}
