using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Imaging;
using WildCam.Storage.Blobs;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>A visit as the phone sends it; the key is its own name for it, the photo base64 of a JPEG.</summary>
public sealed record VisitBody(
    Guid Key, DateTimeOffset At, bool Battery = false, bool Card = false, string Note = "", double? Latitude = null,
    double? Longitude = null, double? Accuracy = null, string? Photo = null);

/// <summary>What the field page shows of a camera, in words.</summary>
public sealed record FieldFacts(
    string Code, string Name, string? Site, string Word, string Tone, string Icon, string Sentence, string? Battery,
    string? Waiting, FieldPicture? Picture, string Root, bool CanManage, bool CanLog, IReadOnlyList<FieldVisit> Visits);

/// <summary>The newest picture; the address is of a blurred one for those who see no people.</summary>
public sealed record FieldPicture(string? Url, string Page, string At);

/// <summary>A visit, in words.</summary>
public sealed record FieldVisit(string At, string Who, string What, string Note, string? Place, string? Photo);

/// <summary>
/// The field page behind a label's QR symbol. The page is the same for every camera, so that a phone that kept it opens
/// it without a network; what it shows of a camera comes apart from it.
/// </summary>
static class FieldRoutes
{
    /// <summary>Largest photo, in bytes; the page makes them far smaller.</summary>
    public const int PhotoBytesMax = 1024 * 1024;

    const int BodyBytesMax = 1536 * 1024;
    const int CodeCharsMax = 32;
    const int VisitsShown = 5;
    const int PictureWidth = 800;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var field = routes.MapGroup("/c/{code}");
        field.MapGet("", ShowAsync);
        field.MapGet("/facts", FactsAsync);
        field.MapPost("/visits", LogAsync).WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
        field.MapGet("/visits/{id:long}/photo", PhotoAsync);
    }

    static async Task<IResult> ShowAsync(
        string code, HttpContext context, Frames frames, CamerasTable cameras, EnrolmentsTable enrolments)
    {
        if (code.StartsWith(Wire.Topics.EnrolmentPrefix, StringComparison.Ordinal))
        {
            return await FollowAsync(code, context, frames, enrolments);
        }

        return await FindAsync(code, context, frames, cameras) is ({ } frame, _)
            ? new RazorComponentResult<FieldPage>(new Dictionary<string, object?>
            {
                [nameof(FieldPage.Frame)] = frame,
            })
            : await LookRoutes.NothingAsync(context, frames);
    }

    /// <summary>A label from before its board was named: on to the camera that it became.</summary>
    static async Task<IResult> FollowAsync(
        string code, HttpContext context, Frames frames, EnrolmentsTable enrolments)
    {
        var fingerprint = code[Wire.Topics.EnrolmentPrefix.Length..];
        var enrolment = await enrolments.FindAsync(fingerprint, context.RequestAborted);
        var frame = await frames.OpenAsync(context);
        var project = enrolment is null
            ? null
            : frame.Visitor?.Projects.FirstOrDefault(p => p.Id == enrolment.ProjectId);
        return project is null ? await LookRoutes.NothingAsync(context, frames)
            : enrolment!.Camera is { } camera ? TypedResults.LocalRedirect($"/c/{camera}")
            : TypedResults.LocalRedirect($"/p/{project.Slug}/enrolments#{fingerprint}");
    }

    static async Task<IResult> FactsAsync(
        string code, HttpContext context, Frames frames, CamerasTable cameras, CameraPages pages, VisitsTable visits)
    {
        if (await FindAsync(code, context, frames, cameras) is not ({ Project: { } project } frame, _)
            || await pages.FindAsync(project, code, context.RequestAborted) is not { } view)
        {
            return Nothing(context);
        }

        var (camera, zone) = (view.Camera, view.Zone(frame));
        var listed = await visits.ListAsync(camera.Id, VisitsShown, context.RequestAborted);
        var site = camera.SiteId is { } id ? view.Names.Sites.GetValueOrDefault(id)?.Name : null;
        return TypedResults.Ok(new FieldFacts(
            Texts.CameraCode(camera.Code), camera.Name, site, view.State.Word, view.State.Tone, view.State.Icon,
            view.State.Sentence,
            camera.BatteryPercent is { } percent
                ? string.Create(
                    CultureInfo.InvariantCulture, $"{percent}\u00a0%, {camera.BatteryMillivolts / 1000.0:0.0}\u00a0V")
                : null,
            camera.SpoolCount is { } spool ? Texts.Pictures((int)spool) : null,
            camera.LastPicture is not { } picture ? null : new FieldPicture(
                picture is { Version: > 0, Widths.Count: > 0 }
                    ? Shown.Thumbnail(picture, Shown.WidthFor(picture, PictureWidth), frame)
                    : null,
                $"{frame.Root}/pictures/{picture.CaptureId}", SiteTime.Full(camera.LastCapturedAt!.Value, zone)),
            frame.Root, frame.CanManage, frame.CanDecide,
            [.. listed.Select(v => new FieldVisit(
                SiteTime.Full(v.At, zone), v.Who, FieldWords.What(v), v.Note, FieldWords.Place(v),
                v.HasPhoto && frame.SeesPeople ? $"/c/{camera.Code}/visits/{v.Id}/photo" : null))]));
    }

    static async Task<IResult> LogAsync(
        string code, VisitBody body, HttpContext context, Frames frames, CamerasTable cameras, VisitsTable visits,
        IBlobStore blobs, TimeProvider time)
    {
        if (await FindAsync(code, context, frames, cameras) is not ({ } frame, { } camera))
        {
            return Nothing(context);
        }

        if (!frame.CanDecide)
        {
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        }

        var (photo, problem) = ReadPhoto(body.Photo);
        problem ??= Problem(body, time.GetUtcNow());
        if (problem is not null)
        {
            return TypedResults.BadRequest(problem);
        }

        var abort = context.RequestAborted;
        var path = photo is null ? null : $"visits/{camera.Code}/{body.Key:N}.jpg";
        if (path is not null)
        {
            // First the bytes, then the row that names them; sent again, the same bytes take the same place.
            await blobs.PutAsync(path, new ReadOnlySequence<byte>(photo!), abort);
        }

        await visits.AddAsync(
            camera, frame.Visitor!.AccountId,
            new NewVisit(
                body.Key, body.At, body.Battery, body.Card, body.Note.Trim(), body.Latitude, body.Longitude,
                body.Accuracy, path),
            context.Actor(), abort);
        return TypedResults.Ok(new { saved = true });
    }

    static async Task<IResult> PhotoAsync(
        string code, long id, HttpContext context, Frames frames, CamerasTable cameras, VisitsTable visits,
        IBlobStore blobs)
    {
        // Whoever hangs a camera may be on it.
        if (await FindAsync(code, context, frames, cameras) is not ({ SeesPeople: true }, { } camera)
            || await visits.FindPhotoAsync(camera.Id, id, context.RequestAborted) is not { } path
            || await blobs.OpenReadAsync(path, context.RequestAborted) is not { } photo)
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = "private, max-age=86400";
        return TypedResults.Stream(photo, "image/jpeg");
    }

    /// <summary>The camera of this code, with the frame of its project; null where that is not open to them.</summary>
    static async Task<(Frame Frame, Camera Camera)?> FindAsync(
        string code, HttpContext context, Frames frames, CamerasTable cameras)
    {
        if (code.Length > CodeCharsMax || code.Contains('\0', StringComparison.Ordinal)
            || context.User.AccountId() is null
            || await cameras.FindByCodeAsync(code.ToLowerInvariant(), context.RequestAborted) is not { } camera
            || await frames.OpenAsync(context, camera.ProjectSlug) is not { Project: not null } frame)
        {
            return null;
        }

        return (frame, camera);
    }

    // A session that ended is told apart from a camera that is not theirs: the page then keeps what it has to send.
    static IResult Nothing(HttpContext context) => context.User.AccountId() is null
        ? TypedResults.StatusCode(StatusCodes.Status401Unauthorized)
        : TypedResults.NotFound();

    static string? Problem(VisitBody body, DateTimeOffset now) => body switch
    {
        _ when body.Key == Guid.Empty => "The visit has no key.",
        _ when body.Note.Length > VisitsTable.NoteCharsMax || body.Note.Contains('\0', StringComparison.Ordinal) =>
            $"A note has at most {VisitsTable.NoteCharsMax} characters.",
        _ when body.Latitude is null != body.Longitude is null => "A place has a latitude and a longitude.",
        _ when body.Latitude is not (null or (>= -90 and <= 90))
            || body.Longitude is not (null or (>= -180 and <= 180)) || body.Accuracy is < 0 => "No such place.",
        _ when VisitsTable.IsAhead(body.At, now) => "The phone's clock is ahead; the visit was not logged.",
        _ => null,
    };

    static (byte[]? Photo, string? Problem) ReadPhoto(string? base64)
    {
        if (base64 is null)
        {
            return (null, null);
        }

        var bytes = new byte[PhotoBytesMax];
        if (!Convert.TryFromBase64String(base64, bytes, out var written))
        {
            return (null, $"The photo is no base64, or over {PhotoBytesMax / 1024} KB.");
        }

        // Without what the phone writes into it, its own place among that.
        var photo = JpegPrivacy.Strip(bytes.AsSpan(0, written));
        return photo is not null && JpegCodec.TryReadHeader(photo, out _, out _)
            ? (photo, null)
            : (null, "The photo is no JPEG that can be read.");
    }
}
