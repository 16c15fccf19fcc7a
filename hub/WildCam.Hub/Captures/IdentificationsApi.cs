using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Identifications;

namespace WildCam.Hub.Captures;

/// <summary>
/// One kind of thing on a picture. A species is named by its slug, or by its scientific name, which adds it where it is
/// new; a box is x, y, width and height in 0-1 from the top left.
/// </summary>
public sealed record FindingBody(
    string Category, string? Species = null, string? ScientificName = null, string? CommonName = null,
    int? Count = null, float[]? Box = null, string? Sex = null, string? LifeStage = null, string? Behavior = null);

/// <summary>What someone sees on one picture. The capture is named by its public id or by its device's.</summary>
public sealed record IdentificationBody(
    IReadOnlyList<FindingBody> Findings, string? CaptureId = null, string? DeviceCaptureId = null,
    int? SeenVersion = null);

/// <summary>A filed identification; the version is the event's after it.</summary>
public sealed record IdentificationAnswer(long Id, Guid CaptureId, Guid? EventId, int? EventVersion);

/// <summary>Identifications, for programs.</summary>
static class IdentificationsApi
{
    const int WordCharsMax = 50;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/identifications", FileAsync).RequireScope(TokenScopes.Decide);

    internal static async Task<Results<Created<IdentificationAnswer>, ProblemHttpResult>> FileAsync(
        IdentificationBody body, HttpContext context, CapturesTable captures, CamerasTable cameras,
        ProjectsTable projects, IdentificationsTable identifications, TaxaTable taxa,
        CancellationToken cancellationToken)
    {
        var account = context.User.AccountId()!.Value;
        if ((body.CaptureId ?? body.DeviceCaptureId) is not { } id)
        {
            return Problems.Invalid("captureId", "Name the capture by captureId or deviceCaptureId.");
        }

        // Of another project, erased, or not here yet: all the same to who asks, who may try again later.
        var known = await CapturesApi.FindKnownAsync(captures, id, cancellationToken);
        var camera = known is { State: CaptureState.Stored }
            ? await cameras.FindByIdAsync(known.CameraId, cancellationToken)
            : null;
        var project = camera is null
            ? null
            : await projects.FindForAsync(account, camera.ProjectId, cancellationToken);
        if (known is null || project is null)
        {
            return Problems.NoSuch("capture");
        }

        if (project.Role < Role.Researcher)
        {
            return Problems.RoleTooLow(Role.Researcher);
        }

        var (findings, problem) = await ReadFindingsAsync(body.Findings, taxa, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var result = await identifications.FileAsync(
            new Decision(account, null, known.Id, body.SeenVersion, findings, null), cancellationToken);
        return result.Outcome switch
        {
            FileOutcome.Filed => TypedResults.Created(
                $"/api/v1/projects/{project.Slug}/captures/{known.Id}",
                new IdentificationAnswer(result.IdentificationId, known.Id, result.EventId, result.Version)),
            FileOutcome.Conflict => Problems.Of(
                StatusCodes.Status409Conflict, "event-changed", result.Reason ?? "The event changed since."),
            FileOutcome.NotFound => Problems.NoSuch("capture"),
            _ => Problems.Invalid("findings", result.Reason ?? "The findings contradict themselves."),
        };
    }

    static async Task<(List<Finding> Findings, ProblemHttpResult? Problem)> ReadFindingsAsync(
        IReadOnlyList<FindingBody>? bodies, TaxaTable taxa, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (bodies is null || bodies.Count is 0 or > IdentificationsTable.FindingsMax)
        {
            return (findings, Problems.Invalid(
                "findings", $"Send 1 to {IdentificationsTable.FindingsMax} findings; an empty picture is 'blank'."));
        }

        foreach (var body in bodies)
        {
            if (CaptureQuery.ParseCategory(body.Category) is not { } category)
            {
                return (findings, Problems.Invalid("category", "A category is animal, person, vehicle or blank."));
            }

            if (body.Count is < 1 or > short.MaxValue || body.Box is { Length: not 4 }
                || IsLong(body.Sex) || IsLong(body.LifeStage) || IsLong(body.Behavior))
            {
                return (findings, Problems.Invalid(
                    "findings",
                    $"A count is 1 or more, a box four numbers, a word {WordCharsMax} characters at most."));
            }

            int? taxon = null;
            if (body.Species is not null || body.ScientificName is not null)
            {
                taxon = body.Species is { } slug
                    ? await taxa.FindBySlugAsync(slug.Replace("\0", "", StringComparison.Ordinal), cancellationToken)
                    : null;
                if (taxon is null && body.ScientificName is { } name)
                {
                    taxon = await taxa.EnsureAsync(name, body.CommonName, cancellationToken);
                }

                if (taxon is null)
                {
                    return (findings, Problems.Invalid("species", "There is no species of that slug or name."));
                }
            }

            findings.Add(new Finding(
                category, taxon, (short)(body.Count ?? 1), body.Sex, body.LifeStage, body.Behavior,
                body.Box is [var x, var y, var width, var height] ? new Box(x, y, width, height) : null));
        }

        return (findings, null);
    }

    // PostgreSQL's text holds no NUL.
    static bool IsLong(string? word) =>
        word is not null && (word.Length > WordCharsMax || word.Contains('\0', StringComparison.Ordinal));
}
