using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Fleet;

/// <summary>Firmware of the catalogue, which all projects share.</summary>
public sealed record FirmwareAnswer(
    int Id, string Board, string Version, string OldestLoader, string Publisher, bool IsTrusted, int SizeBytes,
    string Sha256, string Notes, DateTimeOffset AddedAt);

/// <summary>Somebody whose firmware this server takes.</summary>
public sealed record PublisherAnswer(
    int Id, string Name, string PublicKey, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>A publisher to be trusted, by its public key in PEM.</summary>
public sealed record PublisherBody(string Name, string PublicKey);

/// <summary>The catalogue and its publishers, for programs.</summary>
static class FirmwareApi
{
    /// <summary>Body of an upload: a bundle, its notes, and what a form adds.</summary>
    const int UploadBytesMax = 2 << 20;

    public static void Map(IEndpointRouteBuilder project, IEndpointRouteBuilder admin)
    {
        project.MapGet("/firmware", ListAsync).RequireRole(Role.Manager);
        project.MapPost("/firmware", AddAsync).RequireRole(Role.Manager).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(UploadBytesMax));
        admin.MapGet("/publishers", ListPublishersAsync);
        admin.MapPost("/publishers", TrustAsync);
        admin.MapPost("/publishers/{id:int}/revoke", DistrustAsync);
    }

    static async Task<Ok<IReadOnlyList<FirmwareAnswer>>> ListAsync(
        FirmwareTable firmware, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<FirmwareAnswer>>(
            [.. (await firmware.ListAsync(cancellationToken)).Select(ToAnswer)]);

    /// <summary>
    /// Adds a signed bundle: a form (multipart/form-data) with "file", "notes", and "older" where an older version than
    /// the catalogue has is meant. Read by hand, so that who may not do it is told that before what the form lacks.
    /// </summary>
    static async Task<Results<Created<FirmwareAnswer>, Ok<FirmwareAnswer>, ProblemHttpResult>> AddAsync(
        HttpContext context, FirmwareCatalogue catalogue, CancellationToken cancellationToken)
    {
        var form = await ReadFormAsync(context.Request, cancellationToken);
        if (form?.Files.GetFile("file") is not { } file)
        {
            return Problems.Invalid("file", "Send a form (multipart/form-data) with the bundle as 'file'.");
        }

        if (file.Length > FirmwareCatalogue.BundleBytesMax)
        {
            return Problems.Invalid(
                "file",
                $"It has {file.Length} bytes, over BundleBytesMax of any board ({FirmwareCatalogue.BundleBytesMax}).");
        }

        var bundle = new byte[file.Length];
        await using (var stream = file.OpenReadStream())
        {
            await stream.ReadExactlyAsync(bundle, cancellationToken);
        }

        var added = await catalogue.AddAsync(
            bundle, form["notes"].ToString(), form["older"] == "true", context.Actor(), cancellationToken);
        return added.Firmware is not { } there ? Problems.Invalid("file", added.Problem!)
            : added.WasThere ? TypedResults.Ok(ToAnswer(there))
            : TypedResults.Created($"/api/v1/projects/{context.Project().Slug}/firmware", ToAnswer(there));
    }

    static async Task<IFormCollection?> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(cancellationToken) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    static async Task<Ok<IReadOnlyList<PublisherAnswer>>> ListPublishersAsync(
        PublishersTable publishers, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<PublisherAnswer>>(
            [.. (await publishers.ListAsync(cancellationToken)).Select(p => new PublisherAnswer(
                p.Id, p.Name, Convert.ToBase64String(p.PublicKey), p.CreatedAt, p.RevokedAt))]);

    static async Task<Results<NoContent, ProblemHttpResult>> TrustAsync(
        PublisherBody body, HttpContext context, FirmwareCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.TrustAsync(body.Name, body.PublicKey, context.Actor(), cancellationToken) is { } problem
            ? Problems.Invalid("publicKey", problem)
            : TypedResults.NoContent();

    static async Task<Results<NoContent, ProblemHttpResult>> DistrustAsync(
        int id, HttpContext context, FirmwareCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.DistrustAsync(id, context.Actor(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NoSuch("publisher");

    static FirmwareAnswer ToAnswer(Firmware f) => new(
        f.Id, BoardNames.Of((byte)f.Board), f.Version.ToString(), f.Loader.ToString(), f.Publisher, f.IsTrusted,
        f.SizeBytes, Convert.ToHexStringLower(f.Sha256), f.Notes, f.AddedAt);
}
