using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>A camera's measurements as columns of numbers, as uPlot takes them; times are in Unix seconds.</summary>
public sealed record PlotColumns(
    string Zone, IReadOnlyList<long> At, IReadOnlyList<double?> BatteryPercent, IReadOnlyList<double?> Volts,
    IReadOnlyList<double?> Celsius, IReadOnlyList<double?> SignalDbm, IReadOnlyList<double?> Waiting,
    IReadOnlyList<double?> FreeKilobytes, IReadOnlyList<double?> ClockSeconds)
{
    public static PlotColumns Of(IReadOnlyList<PlotPoint> points, TimeZoneInfo zone)
    {
        return new(
            zone.Id, [.. points.Select(p => p.At.ToUnixTimeSeconds())], Column(p => p.BatteryPercent),
            Column(p => p.Volts), Column(p => p.Celsius), Column(p => p.SignalDbm), Column(p => p.SpoolCount),
            Column(p => p.FreeKilobytes), Column(p => p.ClockSeconds));

        IReadOnlyList<double?> Column(Func<PlotPoint, double?> value) =>
            [.. points.Select(p => value(p) is { } v ? Math.Round(v, 3) : (double?)null)];
    }
}

/// <summary>Routes of a camera's measurements: the page with its tables, and the numbers of its plots.</summary>
static class MeasurementRoutes
{
    /// <summary>How many days may be asked for.</summary>
    public static IReadOnlyList<int> Days { get; } = [1, 7, 30, 90];

    const int DaysDefault = 7;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p/{project}/cameras/{code}/measurements", ShowAsync);
        routes.MapGet("/p/{project}/cameras/{code}/measurements.json", PlotAsync);
    }

    static async Task<IResult> ShowAsync(
        string project, string code, HttpContext context, Frames frames, CameraPages pages, CameraPlotsTable plots)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        if (await pages.FindAsync(open, code, abort) is not { } view)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        var days = DaysOf(context);
        return new RazorComponentResult<MeasurementsPage>(new Dictionary<string, object?>
        {
            [nameof(MeasurementsPage.Frame)] = frame,
            [nameof(MeasurementsPage.View)] = view,
            [nameof(MeasurementsPage.Days)] = days,
            [nameof(MeasurementsPage.Points)] = await plots.ReadAsync(view.Camera.Id, view.Now, days, abort),
            [nameof(MeasurementsPage.Resets)] =
                await plots.ListResetsAsync(view.Camera.Id, view.Now.AddDays(-days), abort),
        });
    }

    static async Task<IResult> PlotAsync(
        string project, string code, HttpContext context, Frames frames, CameraPages pages, CameraPlotsTable plots)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame
            || await pages.FindAsync(open, code, context.RequestAborted) is not { } view)
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = "no-cache";
        var points = await plots.ReadAsync(view.Camera.Id, view.Now, DaysOf(context), context.RequestAborted);
        return TypedResults.Ok(PlotColumns.Of(points, view.Zone(frame)));
    }

    static int DaysOf(HttpContext context) =>
        int.TryParse(context.Request.Query["days"], out var days) && Days.Contains(days) ? days : DaysDefault;
}
