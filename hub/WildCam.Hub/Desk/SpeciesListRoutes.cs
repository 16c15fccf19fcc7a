using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Desk;

/// <summary>
/// The project's list of species: codes, synonyms, mergers. Everybody of the project reads, managers write.
/// </summary>
static class SpeciesListRoutes
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/settings/species", ShowAsync);
        project.MapPost("/settings/species", ChangeAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, SpeciesListTable species, SpeciesMergesTable merges)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return await PageAsync(frame, open, null, species, merges, context.RequestAborted);
    }

    static async Task<IResult> ChangeAsync(
        string project, HttpContext context, Frames frames, SpeciesListTable species, SpeciesMergesTable merges,
        ProjectSpeciesTable list, JobsTable jobs, JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return TypedResults.Text(ReviewWords.ForManagers, statusCode: StatusCodes.Status403Forbidden);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var problem = await CarryOutAsync(
            form, open, frame.Visitor!.AccountId, species, merges, list, jobs, signal, context.RequestAborted);
        return problem is null
            ? TypedResults.LocalRedirect($"{frame.Root}/settings/species")
            : await PageAsync(frame, open, problem, species, merges, context.RequestAborted);
    }

    /// <summary>Carries out what the form's "do" names; what is wrong, or null.</summary>
    static async Task<string?> CarryOutAsync(
        IFormCollection form, DeskProject project, int accountId, SpeciesListTable species, SpeciesMergesTable merges,
        ProjectSpeciesTable list, JobsTable jobs, JobSignal signal, CancellationToken cancellationToken)
    {
        int Number(string field) => int.TryParse(form[field], CultureInfo.InvariantCulture, out var n) ? n : 0;
        var taxon = Number("taxon");
        var text = ReviewRoutes.Plain(form["text"]);
        switch (form["do"].ToString())
        {
            case "add":
                var lines = SpeciesLines.Read(text);
                await list.AddAsync(project.Slug, project.Language, lines, cancellationToken);
                return lines.Count == 0 ? "Write one species a line: Vulpes vulpes, Red fox." : null;
            case "remove":
                await species.RemoveAsync(project.Id, taxon, cancellationToken);
                return null;
            case "code":
                return await species.SetCodeAsync(project.Id, taxon, text, cancellationToken)
                    ? null
                    : $"A code has 1 to {SpeciesListTable.CodeCharsMax} letters and digits, and one species.";
            case "synonym":
                return await species.AddSynonymAsync(project.Id, taxon, text, cancellationToken)
                    ? null
                    : $"{text} leads to another species already, or is no name.";
            case "no-synonym":
                await species.RemoveSynonymAsync(project.Id, text, cancellationToken);
                return null;
            case "merge":
                return await StartAsync(
                    await merges.BeginAsync(project.Id, taxon, Number("into"), accountId, cancellationToken), jobs,
                    signal, cancellationToken)
                    ? null
                    : "Choose two different species of the list.";
            case "unmerge":
                var id = Number("merge");
                return await StartAsync(
                    await merges.UndoAsync(project.Id, id, cancellationToken) ? id : null, jobs, signal,
                    cancellationToken)
                    ? null
                    : "That merger was taken back already.";
            default:
                return "The form asks for nothing that is known.";
        }
    }

    static async Task<bool> StartAsync(
        int? merge, JobsTable jobs, JobSignal signal, CancellationToken cancellationToken)
    {
        if (merge is not { } id)
        {
            return false;
        }

        await jobs.EnqueueAsync(
            [new NewJob(JobKinds.Merge, $"{id}", null, JobPriorities.Fresh)], cancellationToken);
        signal.Ready(JobKinds.Merge);
        return true;
    }

    static async Task<IResult> PageAsync(
        Frame frame, DeskProject project, string? problem, SpeciesListTable species, SpeciesMergesTable merges,
        CancellationToken cancellationToken) =>
        new RazorComponentResult<SpeciesListPage>(new Dictionary<string, object?>
        {
            [nameof(SpeciesListPage.Frame)] = frame,
            [nameof(SpeciesListPage.Species)] =
                await species.ListAsync(project.Id, project.Language, cancellationToken),
            [nameof(SpeciesListPage.Merges)] = await merges.ListAsync(project.Id, cancellationToken),
            [nameof(SpeciesListPage.Problem)] = problem,
        });
}

/// <summary>After a merger, or its undo: the rows that count move to the right name.</summary>
sealed class MergeSpeciesJob(SpeciesMergesTable merges, JobsTable jobs) : SingleJobHandler
{
    public override string Kind => JobKinds.Merge;

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        if (int.TryParse(job.Subject, CultureInfo.InvariantCulture, out var id)
            && await merges.MoveNextAsync(id, cancellationToken) > 0)
        {
            await jobs.EnqueueAsync(
                [new NewJob(JobKinds.Merge, job.Subject, null, JobPriorities.Fresh)], cancellationToken);
        }

        return JobOutcome.Done;
    }
}
