using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>What is looked for in the audit, as it stands in the address.</summary>
public sealed record AuditQuestion(string Text, string Camera, DateOnly From, DateOnly Until, long? Before)
{
    const int DaysDefault = 90;
    const int TextCharsMax = 100;

    public static AuditQuestion Read(IQueryCollection query, DateOnly today)
    {
        var text = query["text"].ToString().Trim();
        var until = Day(query["until"]) ?? today;
        return new AuditQuestion(
            (text.Length > TextCharsMax ? text[..TextCharsMax] : text).Replace("\0", "", StringComparison.Ordinal),
            query["camera"].ToString().Trim().ToLowerInvariant(),
            Day(query["from"]) ?? until.AddDays(-DaysDefault),
            until,
            long.TryParse(query["before"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);
    }

    /// <summary>The address of this question; of its next page where an entry is named.</summary>
    public string Address(string path, long? before = null)
    {
        var address = new StringBuilder(path);
        address.Append(CultureInfo.InvariantCulture, $"?from={From:yyyy-MM-dd}&until={Until:yyyy-MM-dd}");
        if (Text.Length > 0)
        {
            address.Append("&text=").Append(Uri.EscapeDataString(Text));
        }

        if (Camera.Length > 0)
        {
            address.Append("&camera=").Append(Uri.EscapeDataString(Camera));
        }

        return before is null
            ? address.ToString()
            : address.Append(CultureInfo.InvariantCulture, $"&before={before}").ToString();
    }

    // The years that a date may have keep the day after it in the calendar, too.
    static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= 1970 and < 9999
            ? day
            : null;
}

/// <summary>Routes of the audit: of the whole server for its admins, of a project for its managers.</summary>
static class AuditRoutes
{
    const int PageRows = 100;

    /// <summary>Most rows of one CSV file; the next one goes on from its last date.</summary>
    const int FileRowsMax = 100_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/server/audit", ServerAsync);
        routes.MapGet("/server/audit.csv", ServerFileAsync);
        routes.MapGet("/p/{project}/history", ProjectAsync);
        routes.MapGet("/p/{project}/history.csv", ProjectFileAsync);
    }

    static async Task<IResult> ServerAsync(
        HttpContext context, Frames frames, AuditTable audit, CamerasTable cameras, TimeProvider time)
    {
        var frame = await frames.OpenAsync(context);
        return frame.Visitor?.IsAdmin == true
            ? await PageAsync(
                context, frame with { Project = frame.Visitor.Projects is [var first, ..] ? first : null },
                isServer: true, audit, cameras, time)
            : await LookRoutes.NothingAsync(context, frames);
    }

    static async Task<IResult> ServerFileAsync(
        HttpContext context, Frames frames, AuditTable audit, CamerasTable cameras, TimeProvider time)
    {
        var frame = await frames.OpenAsync(context);
        return frame.Visitor?.IsAdmin == true
            ? await FileAsync(context, frame, isServer: true, audit, cameras, time)
            : await LookRoutes.NothingAsync(context, frames);
    }

    static async Task<IResult> ProjectAsync(
        string project, HttpContext context, Frames frames, AuditTable audit, CamerasTable cameras,
        TimeProvider time) =>
        await frames.OpenAsync(context, project) is { CanManage: true } frame
            ? await PageAsync(context, frame, isServer: false, audit, cameras, time)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> ProjectFileAsync(
        string project, HttpContext context, Frames frames, AuditTable audit, CamerasTable cameras,
        TimeProvider time) =>
        await frames.OpenAsync(context, project) is { CanManage: true } frame
            ? await FileAsync(context, frame, isServer: false, audit, cameras, time)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> PageAsync(
        HttpContext context, Frame frame, bool isServer, AuditTable audit, CamerasTable cameras, TimeProvider time)
    {
        var zone = isServer ? TimeZoneInfo.Utc : frame.Zone;
        var question = AuditQuestion.Read(context.Request.Query, SiteTime.DateOf(time.GetUtcNow(), zone));
        var filter = await FilterAsync(question, frame, isServer, zone, cameras, context.RequestAborted);
        var rows = filter is null
            ? []
            : await audit.ListForPagesAsync(filter, PageRows + 1, context.RequestAborted);
        return new RazorComponentResult<AuditPage>(new Dictionary<string, object?>
        {
            [nameof(AuditPage.Frame)] = frame,
            [nameof(AuditPage.IsServer)] = isServer,
            [nameof(AuditPage.Question)] = question,
            [nameof(AuditPage.Zone)] = zone,
            [nameof(AuditPage.Rows)] = rows.Take(PageRows).ToList(),
            [nameof(AuditPage.HasMore)] = rows.Count > PageRows,
        });
    }

    static async Task<IResult> FileAsync(
        HttpContext context, Frame frame, bool isServer, AuditTable audit, CamerasTable cameras, TimeProvider time)
    {
        var zone = isServer ? TimeZoneInfo.Utc : frame.Zone;
        var question = AuditQuestion.Read(context.Request.Query, SiteTime.DateOf(time.GetUtcNow(), zone))
            with { Before = null };
        var filter = await FilterAsync(question, frame, isServer, zone, cameras, context.RequestAborted);
        return TypedResults.Stream(
            target => WriteAsync(target, filter, audit, context.RequestAborted), "text/csv; charset=utf-8",
            $"{(isServer ? "audit" : frame.Project!.Slug + "-history")}-{question.Until:yyyy-MM-dd}.csv");
    }

    static async Task WriteAsync(
        Stream target, AuditFilter? filter, AuditTable audit, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        await writer.WriteAsync(Csv.Line(
            "id", "at", "who", "from", "action", "subject", "project", "camera", "before", "after"));
        for (var left = FileRowsMax; filter is not null && left > 0;)
        {
            var rows = await audit.ListForPagesAsync(filter, Math.Min(left, AuditTable.PageMax), cancellationToken);
            foreach (var row in rows)
            {
                await writer.WriteAsync(Csv.Line(
                    row.Id.ToString(CultureInfo.InvariantCulture), SiteTime.Utc(row.At), row.Who, row.From, row.Action,
                    row.Subject, row.Project, row.Camera, row.Before, row.After));
            }

            left -= rows.Count;
            filter = rows.Count == 0 ? null : filter with { BeforeId = rows[^1].Id };
        }
    }

    /// <summary>Null where the camera that is asked for is not here: nothing is found then.</summary>
    static async Task<AuditFilter?> FilterAsync(
        AuditQuestion question, Frame frame, bool isServer, TimeZoneInfo zone, CamerasTable cameras,
        CancellationToken cancellationToken)
    {
        var camera = question.Camera.Length is 0 or > 32 || question.Camera.Contains('\0', StringComparison.Ordinal)
            ? null
            : await cameras.FindByCodeAsync(question.Camera, cancellationToken);
        if (question.Camera.Length > 0 && (camera is null || (!isServer && camera.ProjectId != frame.Project!.Id)))
        {
            return null;
        }

        return new AuditFilter(Start(question.From, zone), Start(question.Until.AddDays(1), zone))
        {
            ProjectId = isServer ? null : frame.Project!.Id,
            CameraId = camera?.Id,
            Text = question.Text,
            BeforeId = question.Before,
        };
    }

    static DateTimeOffset Start(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }
}
