using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>Bytes that are kept but are no capture, and why.</summary>
public sealed record QuarantineAnswer(
    Guid Id, int? CameraId, string? DeviceCaptureId, DateTimeOffset ReceivedAt, int Code, string Reason, int SizeBytes,
    string Sha256);

/// <summary>Whether bytes that do not match the camera's digest will do: a person looked at them.</summary>
public sealed record ReprocessBody(bool? AcceptDamaged = null);

public sealed record ReprocessAnswer(string Result);

/// <summary>Pictures held for a person, for admins' programs.</summary>
static class QuarantineApi
{
    public static void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("/quarantine", ListAsync);
        admin.MapPost("/quarantine/{id:guid}/reprocess", ReprocessAsync);
    }

    static async Task<Ok<IReadOnlyList<QuarantineAnswer>>> ListAsync(
        QuarantineTable quarantine, CancellationToken cancellationToken)
    {
        var open = await quarantine.ListOpenAsync(cancellationToken);
        return TypedResults.Ok<IReadOnlyList<QuarantineAnswer>>([.. open.Select(q => new QuarantineAnswer(
            q.Id, q.CameraId, q.DeviceCaptureId is { } device ? Convert.ToHexStringLower(device) : null, q.ReceivedAt,
            q.Code, q.Reason, q.SizeBytes, Convert.ToHexStringLower(q.Sha256)))]);
    }

    static async Task<Results<Ok<ReprocessAnswer>, ProblemHttpResult>> ReprocessAsync(
        Guid id, ReprocessBody body, Quarantine quarantine, CancellationToken cancellationToken)
    {
        var result = await quarantine.ReprocessAsync(id, body.AcceptDamaged ?? false, cancellationToken);
        return result switch
        {
            ReprocessResult.Stored or ReprocessResult.Duplicate => TypedResults.Ok(
                new ReprocessAnswer(CaptureQuery.Word(result))),
            ReprocessResult.NoSuchEntry => Problems.NoSuch("entry"),
            ReprocessResult.StillDamaged => Problems.Of(StatusCodes.Status409Conflict, "still-damaged",
                "The bytes do not match the camera's digest. Look at them, and send acceptDamaged if they will do."),
            ReprocessResult.Conflict => Problems.Of(StatusCodes.Status409Conflict, "other-picture",
                "The id belongs to another picture; the entry stays."),
            ReprocessResult.Incomplete => Problems.Of(StatusCodes.Status409Conflict, "incomplete",
                "The camera, its announcement or the bytes are gone; there is nothing to file."),
            _ => Problems.Of(StatusCodes.Status409Conflict, "refused",
                "The database will not have it; the hub's log says why. The entry stays."),
        };
    }
}
