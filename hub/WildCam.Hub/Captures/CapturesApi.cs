using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Identifications;

namespace WildCam.Hub.Captures;

/// <summary>A box on the picture as shown, each in 0-1 from the top left.</summary>
public sealed record BoxAnswer(float X, float Y, float Width, float Height);

/// <summary>One thing on a picture, as one source sees it. Confidence is a model's; what people say has none.</summary>
public sealed record DetectionAnswer(
    Guid CaptureId, DateTimeOffset CapturedAt, string Camera, Guid? EventId, string Source, string Category,
    string? Species, string? ScientificName, float? Confidence, BoxAnswer? Box, int Count, bool IsCurrent,
    string? Model, long? IdentificationId, string? Author, DateTimeOffset At);

/// <summary>One picture and its facts.</summary>
public sealed record CaptureAnswer(
    Guid Id, string DeviceCaptureId, DateTimeOffset CapturedAt, DateTimeOffset ReceivedAt, string ClockQuality,
    DateTimeOffset? DeviceTime, string Camera, string? Site, Guid? EventId, string Source, string? FileName,
    int BurstIndex, int BurstCount, bool IsInfrared, int? BatteryMillivolts, double? TemperatureCelsius,
    int SizeBytes, string Sha256, int? Width, int? Height, bool IsLowResolution, IReadOnlyList<string> StagesMissing);

/// <summary>A picture with everything that was ever said of it.</summary>
public sealed record CaptureDetail(CaptureAnswer Capture, IReadOnlyList<DetectionAnswer> Detections);

/// <summary>A species of a project; the count is of the daily sums, and so "about".</summary>
public sealed record SpeciesAnswer(
    string Slug, string ScientificName, string? CommonName, long AboutDetections, DateOnly? LastDate);

/// <summary>Captures, detections and species of a project, for programs.</summary>
static class CapturesApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/captures", ListAsync).RequireRole(Role.Viewer).ShareAnswers();
        project.MapGet("/captures/{id}", ShowAsync).RequireRole(Role.Viewer).ShareAnswers();
        project.MapGet("/captures/{id}/picture", ReadPictureAsync).RequireRole(Role.Viewer);
        project.MapGet("/detections", ListDetectionsAsync).RequireRole(Role.Viewer).ShareAnswers();
        project.MapGet("/species", ListSpeciesAsync).RequireRole(Role.Viewer).ShareAnswers();
    }

    internal static async Task<Results<Ok<Page<CaptureAnswer>>, ProblemHttpResult>> ListAsync(
        [AsParameters] CaptureQuery query, HttpContext context, CaptureSearch search, Cursors cursors,
        CancellationToken cancellationToken)
    {
        var (filter, problem) = query.Resolve(context.Project().Id);
        if (filter is null)
        {
            return problem!;
        }

        var list = query.ListName("captures", filter.ProjectId);
        CaptureKey? after = null;
        if (query.Cursor is { } cursor)
        {
            if (cursors.Read(list, cursor, parts: 2) is not [var at, var id])
            {
                return NotACursor();
            }

            after = new CaptureKey(Cursors.Time(at), Guid.Parse(id));
        }

        var found = await search.ListAsync(filter, after, query.Most + 1, cancellationToken);
        var items = found.Take(query.Most).ToList();
        return TypedResults.Ok(new Page<CaptureAnswer>(
            items.ConvertAll(ToAnswer),
            found.Count > query.Most ? cursors.Write(list, items[^1].CapturedAt, items[^1].Id) : null));
    }

    internal static async Task<Results<Ok<CaptureDetail>, ProblemHttpResult>> ShowAsync(
        string id, HttpContext context, CapturesTable captures, CaptureSearch search,
        CancellationToken cancellationToken)
    {
        var known = await FindKnownAsync(captures, id, cancellationToken);
        return known is not null
            && await search.FindAsync(context.Project().Id, known, cancellationToken) is var (capture, findings)
            ? TypedResults.Ok(new CaptureDetail(ToAnswer(capture), [.. findings.Select(ToAnswer)]))
            : Problems.NoSuch("capture");
    }

    internal static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ReadPictureAsync(
        string id, HttpContext context, CapturesTable captures, CaptureSearch search, IBlobStore blobs,
        CancellationToken cancellationToken)
    {
        var project = context.Project();
        var known = await FindKnownAsync(captures, id, cancellationToken);
        var blob = known is null ? null : await search.FindBlobAsync(project.Id, known, cancellationToken);
        if (blob is { IsHidden: true } && !project.SeesPeople)
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "picture-hidden",
                $"Somebody may be on it. /media/{known!.Id}/veiled/1600.jpg shows it with people blurred.");
        }

        if (blob is null || await OpenAsync(blob, project.Role, blobs, cancellationToken) is not { } picture)
        {
            return Problems.NoSuch("capture");
        }

        context.Response.Headers.CacheControl = blob.IsAtSensitiveSite || blob.IsHidden
            ? "private, no-cache"
            : "private, max-age=31536000, immutable";
        return TypedResults.Stream(picture, "image/jpeg", enableRangeProcessing: true);
    }

    /// <summary>The picture; from a sensitive species' place without what its camera wrote beside it.</summary>
    static async Task<Stream?> OpenAsync(
        CaptureBlob blob, Role role, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (!blob.IsAtSensitiveSite || role >= Role.Manager)
        {
            return await blobs.OpenReadAsync(blob.Path, cancellationToken);
        }

        using var bytes = await BlobBytes.TryReadAsync(blobs, blob.Path, cancellationToken);
        return bytes is not null && JpegPrivacy.Strip(bytes.Span) is { } stripped
            ? new MemoryStream(stripped, writable: false)
            : null;
    }

    internal static async Task<Results<Ok<Page<DetectionAnswer>>, ProblemHttpResult>> ListDetectionsAsync(
        [AsParameters] CaptureQuery query, HttpContext context, CaptureSearch search, Cursors cursors,
        CancellationToken cancellationToken)
    {
        var (filter, problem) = query.Resolve(context.Project().Id);
        if (filter is null)
        {
            return problem!;
        }

        var list = query.ListName("detections", filter.ProjectId);
        DetectionKey? after = null;
        if (query.Cursor is { } cursor)
        {
            if (cursors.Read(list, cursor, parts: 5) is not [var at, var id, var model, var said, var ordinal])
            {
                return NotACursor();
            }

            after = new DetectionKey(
                Cursors.Time(at), Guid.Parse(id), int.Parse(model), long.Parse(said), short.Parse(ordinal));
        }

        var found = await search.ListDetectionsAsync(filter, after, query.Most + 1, cancellationToken);
        var items = found.Take(query.Most).ToList();
        return TypedResults.Ok(new Page<DetectionAnswer>(
            items.ConvertAll(ToAnswer), found.Count > query.Most ? Write(items[^1].Key) : null));

        string Write(DetectionKey key) =>
            cursors.Write(list, key.CapturedAt, key.CaptureId, key.ModelId, key.IdentificationId, key.Ordinal);
    }

    internal static async Task<Ok<IReadOnlyList<SpeciesAnswer>>> ListSpeciesAsync(
        HttpContext context, TaxaTable taxa, CancellationToken cancellationToken)
    {
        var project = context.Project();
        var species = await taxa.CountAsync(project.Id, project.Language, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<SpeciesAnswer>>([.. species.Select(s =>
            new SpeciesAnswer(s.Slug, s.ScientificName, s.Name, s.DetectionCount, s.LastDate))]);
    }

    /// <summary>A capture by its public id, or by the 32 hexadecimal digits that its device gave it.</summary>
    internal static async Task<KnownCapture?> FindKnownAsync(
        CapturesTable captures, string id, CancellationToken cancellationToken)
    {
        if (id.Length == 36 && Guid.TryParse(id, out var publicId))
        {
            return await captures.FindAsync(publicId, cancellationToken);
        }

        return id.Length == 32 && id.All(char.IsAsciiHexDigit)
            && await captures.FindByDeviceIdAsync([Convert.FromHexString(id)], cancellationToken) is [var known, ..]
            ? known
            : null;
    }

    internal static DetectionAnswer ToAnswer(DetectionFacts d) => new(
        d.CaptureId, d.CapturedAt, d.Camera, d.EventId, CaptureQuery.Word(d.Source), CaptureQuery.Word(d.Category),
        d.Species, d.ScientificName, d.Confidence,
        d is { BoxX: { } x, BoxY: { } y, BoxWidth: { } width, BoxHeight: { } height }
            ? new BoxAnswer(x, y, width, height)
            : null,
        d.Count, d.IsCurrent, d.Model, d.IdentificationId == 0 ? null : d.IdentificationId, d.Author, d.At);

    static CaptureAnswer ToAnswer(CaptureFacts c) => new(
        c.Id, Convert.ToHexStringLower(c.DeviceCaptureId), c.CapturedAt, c.ReceivedAt,
        CaptureQuery.Word(c.ClockQuality), c.DeviceTime, c.Camera, c.Site, c.EventId, CaptureQuery.Word(c.Source),
        c.FileName, c.BurstIndex, c.BurstCount, c.IsInfrared, c.BatteryMillivolts, c.TemperatureTenths / 10.0,
        c.SizeBytes, Convert.ToHexStringLower(c.Sha256), c.Width, c.Height, c.IsLowResolution,
        [.. Enum.GetValues<CaptureStages>()
            .Where(s => s is not (CaptureStages.None or CaptureStages.All) && c.StagesMissing.HasFlag(s))
            .Select(CaptureQuery.Word)]);

    static ProblemHttpResult NotACursor() =>
        Problems.Invalid("cursor", "That is no cursor of this list and filter. Begin without one.");
}
