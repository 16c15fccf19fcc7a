using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using WildCam.Hub.Hosting;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>
/// Pictures as the pages show them. An address holds capture, version and width, and what it gives never changes; the
/// crop follows what the picture is found to show, so it is looked at again after a day.
/// </summary>
static class ThumbnailsApi
{
    const string Jpeg = "image/jpeg";
    const string Immutable = "private, max-age=31536000, immutable";
    const string Day = "private, max-age=86400";

    /// <summary>What is blurred follows what is found, so a browser asks again soon.</summary>
    const string Minute = "private, max-age=60";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var media = routes.MapGroup("/media/{captureId:guid}").RequireAuthorization(Policies.SignedIn)
            .ExcludeFromDescription();
        string[] readOnly = [HttpMethods.Get, HttpMethods.Head];
        media.MapMethods("/original", readOnly, OriginalAsync);
        media.MapMethods("/{version:int}/{width:int}.jpg", readOnly, ThumbnailAsync);
        media.MapMethods("/{version:int}/crop.jpg", readOnly, CropAsync);
        media.MapMethods("/veiled/{width:int}.jpg", readOnly, VeiledAsync);
        media.MapMethods("/veiled/crop.jpg", readOnly, VeiledCropAsync);
    }

    static async Task<Results<FileStreamHttpResult, NotFound>> OriginalAsync(
        Guid captureId, ClaimsPrincipal user, MediaFiles files, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (await files.FindAsync(user, captureId, cancellationToken) is not { IsHidden: false } media)
        {
            return TypedResults.NotFound();
        }

        var name = media.FileName ?? $"{captureId}.jpg";
        if (media.HidesPlace)
        {
            var bare = await files.OpenStrippedAsync(media, cancellationToken);
            return Send(context, bare, $"{captureId:N}-bare", Day, name);
        }

        var stream = await files.OpenAsync(media.BlobPath, cancellationToken);
        return Send(context, stream, $"{captureId:N}", Immutable, name);
    }

    // Any width may be asked for: the nearest larger one that was made answers, or else the largest.
    static async Task<Results<FileStreamHttpResult, NotFound>> ThumbnailAsync(
        Guid captureId, int version, int width, ClaimsPrincipal user, MediaFiles files,
        HttpContext context, CancellationToken cancellationToken)
    {
        var found = await files.FindAsync(user, captureId, cancellationToken);
        if (found is not { Widths.Count: > 0, IsHidden: false } media)
        {
            return TypedResults.NotFound();
        }

        var made = media.Widths.Where(w => w >= width).DefaultIfEmpty(media.Widths.Max()).Min();
        var path = DerivedPaths.Thumbnail(media.BlobPath, media.ThumbnailVersion, made);
        var stream = await files.OpenAsync(path, cancellationToken);
        // Asked for by another version than the one there is, the answer may change.
        return Send(
            context, stream, Tag(captureId, media.ThumbnailVersion, made),
            version == media.ThumbnailVersion ? Immutable : Day);
    }

    static async Task<Results<FileStreamHttpResult, NotFound>> CropAsync(
        Guid captureId, int version, ClaimsPrincipal user, MediaFiles files, HttpContext context,
        CancellationToken cancellationToken)
    {
        var found = await files.FindAsync(user, captureId, cancellationToken);
        if (found is not { Widths.Count: > 0, IsHidden: false } media)
        {
            return TypedResults.NotFound();
        }

        var (stream, name) = await files.OpenCropAsync(media, null, cancellationToken);
        return Send(context, stream, string.Create(CultureInfo.InvariantCulture, $"{captureId:N}-{name}"), Day);
    }

    /// <summary>As everyone of the project may see it: with people blurred where there may be any.</summary>
    static async Task<Results<FileStreamHttpResult, NotFound>> VeiledAsync(
        Guid captureId, int width, ClaimsPrincipal user, MediaFiles files, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (await files.FindAsync(user, captureId, cancellationToken) is not { Widths.Count: > 0 } media)
        {
            return TypedResults.NotFound();
        }

        var made = media.Widths.Where(w => w >= width).DefaultIfEmpty(media.Widths.Max()).Min();
        if (await files.FindVeilAsync(captureId, cancellationToken) is not { } veil)
        {
            var path = DerivedPaths.Thumbnail(media.BlobPath, media.ThumbnailVersion, made);
            return Send(
                context, await files.OpenAsync(path, cancellationToken), Tag(captureId, media.ThumbnailVersion, made),
                Minute);
        }

        return Send(
            context, await files.OpenVeiledAsync(media, made, veil, cancellationToken),
            string.Create(CultureInfo.InvariantCulture, $"{captureId:N}-{made}-{PictureVeil.HashOf(veil)}"), Minute);
    }

    static async Task<Results<FileStreamHttpResult, NotFound>> VeiledCropAsync(
        Guid captureId, ClaimsPrincipal user, MediaFiles files, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (await files.FindAsync(user, captureId, cancellationToken) is not { Widths.Count: > 0 } media)
        {
            return TypedResults.NotFound();
        }

        var veil = await files.FindVeilAsync(captureId, cancellationToken);
        var (stream, name) = await files.OpenCropAsync(media, veil, cancellationToken);
        return Send(context, stream, $"{captureId:N}-{name}", Minute);
    }

    static Results<FileStreamHttpResult, NotFound> Send(
        HttpContext context, Stream? stream, string tag, string caching, string? downloadName = null)
    {
        if (stream is null)
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = caching;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(
            stream, Jpeg, downloadName, entityTag: new EntityTagHeaderValue($"\"{tag}\""),
            enableRangeProcessing: downloadName is not null);
    }

    static string Tag(Guid captureId, int version, int width) =>
        string.Create(CultureInfo.InvariantCulture, $"{captureId:N}-{version}-{width}");
}
