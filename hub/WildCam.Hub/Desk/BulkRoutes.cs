using System.Text.Json;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Jobs;
using WildCam.Storage.Remarks;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>
/// One step over many events: those named, or all that a gallery's address chooses. It decides, tags or favours.
/// </summary>
public sealed record BulkBody(
    Guid Key, Guid[]? Events = null, string? Filter = null, FindingPart[]? Findings = null, string? Tag = null,
    bool Favourite = false);

/// <summary>How far a step is, in words too.</summary>
public sealed record BulkAnswer(Guid Id, string Text, string State, int Total, int Done, int Skipped);

/// <summary>One of the events that a filter chooses.</summary>
public sealed record BulkSample(string? Picture, string Text);

/// <summary>What a filter chooses: how many, exactly, and the first of them.</summary>
public sealed record BulkPreview(int Count, string? Problem, IReadOnlyList<BulkSample> Samples);

/// <summary>Decisions, tags and favourites for many events at once.</summary>
static class BulkRoutes
{
    /// <summary>Events that a preview shows.</summary>
    public const int SamplesMax = 12;

    /// <summary>Most events that are named one by one; more go by their filter.</summary>
    public const int NamedMax = 600;

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapPost("/bulk", BeginAsync);
        project.MapGet("/bulk/preview", PreviewAsync);
        project.MapGet("/bulk/{id:guid}", ShowAsync);
        project.MapPost("/bulk/{id:guid}/undo", UndoAsync);
    }

    static async Task<IResult> BeginAsync(
        string project, BulkBody body, HttpContext context, Frames frames, GalleryPages galleries, BulkTable steps,
        LabelsTable labels, SpeciesListTable species, JobsTable jobs, JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var (open, account) = (frame.Project!, frame.Visitor!.AccountId);
        var abort = context.RequestAborted;
        var names = await galleries.NamesAsync(open, abort);
        var (what, kind, text, problem) = await ReadAsync(body, open, names, labels, species, abort);
        var address = GalleryAddress.Parse(body.Filter ?? "").WithoutPlace() with { VisitorId = account };
        var (filter, missing) = address.Resolve(open.Id, open.ZoneName, names);
        problem ??= body.Filter is not null && missing is not null ? $"This project has no such {missing}."
            : body.Filter is null && body.Events is not { Length: > 0 and <= NamedMax }
                ? $"Choose 1 to {NamedMax} events (NamedMax), or all that match."
            : null;
        if (problem is not null)
        {
            return TypedResults.UnprocessableEntity(problem);
        }

        var step = await steps.BeginAsync(
            new BulkStep(
                body.Key, open.Id, account, kind, JsonSerializer.Serialize(what, JsonSerializerOptions.Web), text,
                BulkState.Doing, 0, 0, 0, DateTimeOffset.MinValue),
            body.Filter is null ? null : filter, body.Events ?? [], abort);
        if (step is null)
        {
            return TypedResults.UnprocessableEntity(
                $"A step has 1 to {Texts.Number(BulkTable.EventsMax)} events (EventsMax). Narrow the filter.");
        }

        await EnqueueAsync(step.Id, jobs, signal, abort);
        return TypedResults.Ok(ToAnswer(step));
    }

    static async Task<IResult> PreviewAsync(
        string project, string? filter, HttpContext context, Frames frames, GalleryPages galleries, BulkTable steps)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return TypedResults.NotFound();
        }

        var abort = context.RequestAborted;
        var names = await galleries.NamesAsync(open, abort);
        var address = GalleryAddress.Parse(filter ?? "").WithoutPlace() with
        {
            VisitorId = frame.Visitor!.AccountId,
            ByPicture = false,
        };
        var (chosen, missing) = address.Resolve(open.Id, open.ZoneName, names);
        if (chosen is null)
        {
            return TypedResults.Ok(new BulkPreview(0, $"This project has no such {missing}.", []));
        }

        var count = await steps.CountAsync(chosen, abort);
        var view = await galleries.ReadAsync(open, address, "", abort);
        return TypedResults.Ok(new BulkPreview(
            Math.Min(count, BulkTable.EventsMax),
            count > BulkTable.EventsMax
                ? $"More than {Texts.Number(BulkTable.EventsMax)} events match (EventsMax). Narrow the filter."
                : null,
            [.. view.Cells.Take(SamplesMax).Select(c => new BulkSample(
                c.Thumbnail is { Version: > 0, Widths.Count: > 0 } thumb
                    ? Shown.Thumbnail(thumb, Shown.WidthFor(thumb, 200), frame)
                    : null,
                Shown.FindingOf(c, names)))]));
    }

    static async Task<IResult> ShowAsync(
        string project, Guid id, HttpContext context, Frames frames, BulkTable steps)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true })
        {
            return TypedResults.NotFound();
        }

        return await steps.FindAsync(open.Id, id, context.RequestAborted) is { } step
            ? TypedResults.Ok(ToAnswer(step))
            : TypedResults.NotFound();
    }

    static async Task<IResult> UndoAsync(
        string project, Guid id, HttpContext context, Frames frames, BulkTable steps, JobsTable jobs, JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        if (!await steps.UndoAsync(frame.Project!.Id, id, frame.Visitor!.AccountId, context.RequestAborted))
        {
            return TypedResults.NotFound("There is no such step of yours.");
        }

        await EnqueueAsync(id, jobs, signal, context.RequestAborted);
        return TypedResults.Ok();
    }

    static async Task EnqueueAsync(Guid id, JobsTable jobs, JobSignal signal, CancellationToken cancellationToken)
    {
        await jobs.EnqueueAsync(
            [new NewJob(JobKinds.Bulk, id.ToString(), null, JobPriorities.Fresh)], cancellationToken);
        signal.Ready(JobKinds.Bulk);
    }

    static async Task<(BulkWhat What, BulkKind Kind, string Text, string? Problem)> ReadAsync(
        BulkBody body, DeskProject project, ProjectDirectory names, LabelsTable labels, SpeciesListTable species,
        CancellationToken cancellationToken)
    {
        if (body.Favourite)
        {
            return (new BulkWhat(), BulkKind.Favourite, "Favourite", null);
        }

        if (body.Tag is not null)
        {
            var tag = ReviewRoutes.Plain(body.Tag);
            var label = await labels.EnsureAsync(LabelKind.Tag, project.Id, tag, cancellationToken);
            return (new BulkWhat(Label: label ?? 0), BulkKind.Tag, $"Tag {tag}", label is null
                ? $"A tag has 1 to {LabelsTable.NameCharsMax} characters, a project {LabelsTable.ListMax} tags at most."
                : null);
        }

        var (findings, problem) = DecisionRoutes.Read(body.Findings ?? []);
        var taxa = findings.Where(f => f.TaxonId is not null).Select(f => f.TaxonId!.Value).ToArray();
        problem ??= findings.Count == 0 ? "Say what is on them."
            : taxa.Length > 0 && !await species.AreListedAsync(project.Id, taxa, cancellationToken)
                ? ReviewWords.NotListed
            : null;
        return (new BulkWhat(body.Findings), BulkKind.Decision, string.Join(", ", findings.Select(f =>
            Shown.NameOf(f.TaxonId ?? 0, f.Category, names))), problem);
    }

    static BulkAnswer ToAnswer(BulkStep step) => new(
        step.Id, ReviewWords.Step(step), step.State.ToString().ToLowerInvariant(), step.Total, step.Done, step.Skipped);
}
