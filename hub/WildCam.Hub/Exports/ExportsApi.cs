using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>An export. Its file can be fetched at <c>file</c> once its state is ready, in pieces if need be.</summary>
public sealed record ExportAnswer(
    Guid Id, string Format, string State, string AskedBy, string FileName, long RowsDone, long RowsAbout, long LeftOut,
    long SizeBytes, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, ExportWish Wish);

/// <summary>Exports of a project, for programs; pages fetch files here too.</summary>
static class ExportsApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        var exports = project.MapGroup("").RequireRole(Role.Researcher).RequireScope(TokenScopes.Export);
        exports.MapGet("/exports", ListAsync);
        exports.MapPost("/exports", AddAsync);
        exports.MapGet("/exports/{id:guid}", ShowAsync);
        exports.MapDelete("/exports/{id:guid}", DeleteAsync);
        exports.MapGet("/exports/{id:guid}/file", FetchAsync);
    }

    static async Task<Ok<IReadOnlyList<ExportAnswer>>> ListAsync(
        HttpContext context, ExportsTable exports, CancellationToken cancellationToken)
    {
        var found = await exports.ListAsync(context.Project().Id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<ExportAnswer>>([.. found.Select(ToAnswer)]);
    }

    static async Task<Results<Accepted<ExportAnswer>, ProblemHttpResult>> AddAsync(
        ExportWish wish, HttpContext context, ExportsTable exports, JobSignal signal, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var project = context.Project();
        if (wish.Problem(project.Role, project.SeesPeople) is var (field, reason))
        {
            return Problems.Invalid(field, reason);
        }

        var export = NewExport.Of(
            project.Id, project.Slug, context.User.AccountId()!.Value, wish, time.GetUtcNow());
        if (!await exports.AddAsync(export, cancellationToken)
            || await exports.FindAsync(project.Id, export.Id, cancellationToken) is not { } added)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "too-many-exports",
                $"{ExportsTable.OpenMax} exports of this project are being made (OpenMax). Wait for one of them.");
        }

        signal.Ready(JobKinds.Export);
        return TypedResults.Accepted($"/api/v1/projects/{project.Slug}/exports/{export.Id}", ToAnswer(added));
    }

    static async Task<Results<Ok<ExportAnswer>, ProblemHttpResult>> ShowAsync(
        Guid id, HttpContext context, ExportsTable exports, CancellationToken cancellationToken) =>
        await exports.FindAsync(context.Project().Id, id, cancellationToken) is { } export
            ? TypedResults.Ok(ToAnswer(export))
            : Problems.NoSuch("export");

    static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, HttpContext context, ExportsTable exports, CancellationToken cancellationToken) =>
        await FindOwnAsync(id, context, exports, cancellationToken) is { } export
        && await exports.ExpireAsync(export.ProjectId, id, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NoSuch("export");

    static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> FetchAsync(
        Guid id, HttpContext context, ExportsTable exports, IBlobStore blobs, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await FindOwnAsync(id, context, exports, cancellationToken) is not { } export)
        {
            return Problems.NoSuch("export");
        }

        if (export.State is not ExportState.Ready || export.ExpiresAt <= time.GetUtcNow())
        {
            return export.State is ExportState.Waiting or ExportState.Running
                ? Problems.Of(StatusCodes.Status409Conflict, "export-not-ready", "The file is still being written.")
                : Problems.Of(StatusCodes.Status410Gone, "export-gone",
                    export.Problem ?? "The file is gone. Ask for the export again.");
        }

        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(
            new PartsStream(blobs, export.Id, export.SizeBytes, export.PartBytes),
            ExportFormat.Find(export.Format)?.ContentType, export.FileName,
            lastModified: export.EndedAt, entityTag: new EntityTagHeaderValue($"\"{export.Id:N}\""),
            enableRangeProcessing: true);
    }

    static async Task<Export?> FindOwnAsync(
        Guid id, HttpContext context, ExportsTable exports, CancellationToken cancellationToken)
    {
        var project = context.Project();
        var export = await exports.FindAsync(project.Id, id, cancellationToken);
        return export is not null && export.MayBeFetchedBy(context.User.AccountId()!.Value, project.Role)
            ? export
            : null;
    }

    static ExportAnswer ToAnswer(Export e) => new(
        e.Id, e.Format, CaptureQuery.Word(e.State), e.Account, e.FileName, e.RowsDone, e.RowsAbout, e.LeftOut,
        e.SizeBytes, e.Problem, e.CreatedAt, e.ExpiresAt, ExportWish.FromJson(e.Wish));
}
