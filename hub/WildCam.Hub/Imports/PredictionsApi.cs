using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>What is wrong with an entry of a file.</summary>
public sealed record ImportProblem(int Entry, string File, string Reason);

/// <summary>What a file of predictions holds, and what became of it.</summary>
/// <param name="Filed">Pictures of which the model now speaks for the first time; 0 in a preview.</param>
/// <param name="UnknownNames">Species that this hub has no taxon for: their boxes count as animals.</param>
public sealed record PredictionsAnswer(
    string Format, string Model, int Pictures, int Matched, int Things, int Filed, int Wrong,
    IReadOnlyList<ImportProblem> Problems, IReadOnlyList<string> UnknownNames, bool IsCommitted);

/// <summary>Predictions that were made elsewhere: first looked at, then taken in as a model's.</summary>
static class PredictionsApi
{
    /// <summary>Largest file.</summary>
    public const int FileBytesMax = 256 << 20;

    /// <summary>Problems that are listed; all are counted.</summary>
    const int ProblemsMax = 200;

    const int NameCharsMax = 60;

    /// <summary>Files that are read at once: each is whole in memory.</summary>
    static readonly SemaphoreSlim AtOnce = new(1);

    public static void Map(IEndpointRouteBuilder project) => project.MapPost("/predictions", TakeAsync)
        .RequireRole(Role.Researcher).RequireScope(TokenScopes.Import)
        .WithMetadata(new RequestSizeLimitAttribute(FileBytesMax));

    static async Task<Results<Ok<PredictionsAnswer>, ProblemHttpResult>> TakeAsync(
        [FromQuery] string? model, [FromQuery] string? version, [FromQuery] string? camera, [FromQuery] bool? commit,
        HttpContext context, PredictionsTable table, CancellationToken cancellationToken)
    {
        if (model is { Length: 0 or > NameCharsMax } || version is { Length: 0 or > NameCharsMax }
            || (model + version + camera).Contains('\0', StringComparison.Ordinal))
        {
            return Problems.Invalid("model", $"A model and its version have 1 to {NameCharsMax} characters.");
        }

        await AtOnce.WaitAsync(cancellationToken);
        try
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body, default, cancellationToken);
            var file = PredictionReading.Read(json.RootElement);
            var run = new PredictionRun(
                table, context.Project().Id, camera?.ToLowerInvariant(), Short(model ?? file.Model ?? "imported"),
                version ?? "1");
            return await run.RunAsync(file, commit == true, ProblemsMax, cancellationToken) is { } answer
                ? TypedResults.Ok(answer)
                : Problems.Of(StatusCodes.Status409Conflict, "model-taken",
                    "A model of this name and version runs here. Give the file's model another name or version.");
        }
        catch (JsonException fault)
        {
            return Problems.Invalid("body", $"It is no JSON: {fault.Message}");
        }
        catch (FormatException fault)
        {
            return Problems.Invalid("body", fault.Message);
        }
        finally
        {
            AtOnce.Release();
        }
    }

    static string Short(string name) =>
        name.Replace("\0", "", StringComparison.Ordinal) is var clean && clean.Length > NameCharsMax
            ? clean[..NameCharsMax]
            : clean;
}
