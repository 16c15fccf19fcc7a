using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>A file of a card as its sender sees it: its name below the folder, and its EXIF time.</summary>
public sealed record CardFile(string Name, int Bytes, string? Taken);

public sealed record CardPreviewBody(IReadOnlyList<CardFile> Files);

/// <summary>What would become of a file.</summary>
/// <param name="IsThere">A picture of this name and size is here already.</param>
/// <param name="Clock">fine, missing, absurd, future, or elsewhere: the camera stood nowhere then.</param>
public sealed record CardFileAnswer(string Name, bool IsThere, string Clock, DateTimeOffset? TakenAt, string? Site);

/// <summary>What became of a file: stored, duplicate, conflict or refused, with the reason.</summary>
public sealed record CardFileResult(string Name, string Result, string? Reason);

/// <summary>SD cards through the API: a preview of what they hold, then file by file. Again is harmless.</summary>
static class CardsApi
{
    /// <summary>Files that are taken in at once; each is whole in memory.</summary>
    const int AtOnceMax = 8;

    /// <summary>Longest name of a file below its folder.</summary>
    const int NameCharsMax = 1000;

    /// <summary>More than a picture may have, so that one that is too large is refused with a reason.</summary>
    const int BodyBytesMax = 64 << 20;

    static readonly SemaphoreSlim AtOnce = new(AtOnceMax);

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapPost("/cameras/{code}/card/preview", PreviewAsync).RequireRole(Role.Researcher)
            .RequireScope(TokenScopes.Import);
        project.MapPost("/cameras/{code}/card", TakeAsync).RequireRole(Role.Researcher)
            .RequireScope(TokenScopes.Import).WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
    }

    static async Task<Results<Ok<IReadOnlyList<CardFileAnswer>>, ProblemHttpResult>> PreviewAsync(
        string code, CardPreviewBody body, HttpContext context, CamerasTable cameras, SdCardImport import,
        CardFilesTable files, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await FindAsync(code, context, cameras, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (body.Files.Count > CardFilesTable.NamesMax)
        {
            return Problems.Invalid(
                "files", $"{body.Files.Count} files at once are over NamesMax ({CardFilesTable.NamesMax}).");
        }

        if (body.Files.Any(f => !IsName(f.Name)))
        {
            return Problems.Invalid("files", $"A name has 1 to {NameCharsMax} characters and no NUL.");
        }

        var zone = await import.FindZoneAsync(camera.Id, cancellationToken);
        var places = await files.ListPlacesForPreviewAsync(camera.Id, cancellationToken);
        var known = await files.FindKnownForPreviewAsync(
            camera.ProjectId, camera.Id, [.. body.Files.Select(f => SdCardImport.Kept(f.Name))], cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok<IReadOnlyList<CardFileAnswer>>([.. body.Files.Select(f =>
        {
            var (clock, at) = CheckClock(f.Taken, zone, now);
            var place = at is { } taken
                ? places.FirstOrDefault(p => p.From <= taken && (p.Until is null || taken < p.Until))
                : null;
            return new CardFileAnswer(
                f.Name, known.Contains((SdCardImport.Kept(f.Name), f.Bytes)),
                clock == "fine" && place is null ? "elsewhere" : clock, at, place?.SiteName);
        })]);
    }

    static async Task<Results<Ok<CardFileResult>, ProblemHttpResult>> TakeAsync(
        string code, [FromQuery] string? name, HttpContext context, CamerasTable cameras, SdCardImport import,
        IOptions<IngestOptions> options, IngestHealth health, CancellationToken cancellationToken)
    {
        if (await FindAsync(code, context, cameras, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (name is null || !IsName(name))
        {
            return Problems.Invalid("name", $"A name has 1 to {NameCharsMax} characters and no NUL.");
        }

        if (health.Problems is [var problem, ..])
        {
            return Problems.TryLater("storage-away", problem, context);
        }

        var bound = options.Value.CaptureBytesMax;
        if (context.Request.ContentLength is not { } length || length > bound + SpooledFile.TailBytes(bound))
        {
            return TypedResults.Ok(new CardFileResult(
                name, "refused",
                context.Request.ContentLength is { } told
                    ? $"{told} bytes, over CaptureBytesMax ({bound} bytes)"
                    : "its length was not told"));
        }

        await AtOnce.WaitAsync(cancellationToken);
        try
        {
            var bytes = new byte[length];
            await context.Request.Body.ReadExactlyAsync(bytes, cancellationToken);
            var zone = await import.FindZoneAsync(camera.Id, cancellationToken);
            var (filing, reason) = await import.ImportSentAsync(camera, zone, name, bytes, cancellationToken);
            return TypedResults.Ok(filing switch
            {
                Filing.Stored => new CardFileResult(name, "stored", null),
                Filing.Duplicate => new CardFileResult(name, "duplicate", null),
                Filing.Conflict => new CardFileResult(name, "conflict", "another picture has its id"),
                _ => new CardFileResult(name, "refused", reason),
            });
        }
        catch (EndOfStreamException)
        {
            return Problems.Invalid("body", "The file ended before its length. Send it again.");
        }
        finally
        {
            AtOnce.Release();
        }
    }

    /// <summary>What an import would make of a file's own time.</summary>
    static (string Clock, DateTimeOffset? At) CheckClock(string? taken, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (!DateTime.TryParseExact(
            taken, "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return (taken is null ? "missing" : "absurd", null);
        }

        var at = new DateTimeOffset(local, zone.GetUtcOffset(local));
        return at > now + CaptureTime.AheadMax ? ("future", at)
            : at < CaptureTime.ImportTimeMin ? ("absurd", at)
            : ("fine", at);
    }

    static bool IsName(string name) =>
        name.Length is > 0 and <= NameCharsMax && !name.Contains('\0', StringComparison.Ordinal);

    /// <summary>A camera of the project; another project's is none.</summary>
    static async Task<Camera?> FindAsync(
        string code, HttpContext context, CamerasTable cameras, CancellationToken cancellationToken) =>
        code.Length <= 32 && !code.Contains('\0', StringComparison.Ordinal)
        && await cameras.FindByCodeAsync(code.ToLowerInvariant(), cancellationToken) is { } camera
        && camera.ProjectId == context.Project().Id
            ? camera
            : null;
}
