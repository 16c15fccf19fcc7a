using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Clocks;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Jobs;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>A correction that somebody looks at before it is made.</summary>
public sealed record ClockPreview(
    CameraEntry Camera, DateTimeOffset From, DateTimeOffset Until, TimeSpan Offset, int Count, string? Problem,
    IReadOnlyList<ClockSample> Samples);

/// <summary>The pages of wrong clocks and of false positives that repeat.</summary>
static class CorrectionRoutes
{
    /// <summary>Furthest that a clock is moved.</summary>
    static readonly TimeSpan OffsetMax = TimeSpan.FromDays(20_000);

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/review/clocks", ClocksAsync);
        project.MapPost("/review/clocks", CorrectAsync).DisableAntiforgery();
        project.MapPost("/review/clocks/{id:guid}/undo", UndoAsync).DisableAntiforgery();
        project.MapGet("/review/repeats", RepeatsAsync);
        project.MapPost("/review/repeats", SuppressAsync).DisableAntiforgery();
        project.MapPost("/review/repeats/{id:guid}/lift", LiftAsync).DisableAntiforgery();
    }

    static async Task<IResult> ClocksAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, ClockCorrectionsTable corrections,
        TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var names = await galleries.NamesAsync(open, abort);
        var query = context.Request.Query;
        var preview = await PreviewAsync(
            names, name => query[name].ToString(), corrections, time.GetUtcNow(), abort);
        return new RazorComponentResult<ClocksPage>(new Dictionary<string, object?>
        {
            [nameof(ClocksPage.Frame)] = frame,
            [nameof(ClocksPage.Names)] = names,
            [nameof(ClocksPage.Preview)] = preview,
            [nameof(ClocksPage.Proposals)] = await corrections.ProposeAsync(open.Id, abort),
            [nameof(ClocksPage.Corrections)] = await corrections.ListAsync(open.Id, abort),
        });
    }

    static async Task<IResult> CorrectAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, ClockCorrectionsTable corrections,
        JobsTable jobs, JobSignal signal, TimeProvider time)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var open = frame.Project!;
        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        var names = await galleries.NamesAsync(open, abort);
        var preview = await PreviewAsync(names, name => form[name].ToString(), corrections, time.GetUtcNow(), abort);
        if (preview is not { Problem: null, Count: > 0 } || !Guid.TryParse(form["key"], out var key))
        {
            return DeskGuard.Message(
                frame, StatusCodes.Status422UnprocessableEntity, "This clock could not be corrected",
                preview?.Problem ?? ClockWords.Nothing, null);
        }

        var correction = new ClockCorrection(
            key, open.Id, preview.Camera.Id, frame.Visitor!.AccountId, preview.From, preview.Until, preview.Offset,
            ClockState.Doing, preview.Count, 0, "", DateTimeOffset.MinValue);
        if (await corrections.BeginAsync(correction, preview.Count, abort))
        {
            await EnqueueAsync(JobKinds.Clock, key, jobs, signal, abort);
        }

        return TypedResults.LocalRedirect($"{frame.Root}/review/clocks");
    }

    static async Task<IResult> UndoAsync(
        string project, Guid id, HttpContext context, Frames frames, ClockCorrectionsTable corrections, JobsTable jobs,
        JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        if (!await corrections.UndoAsync(frame.Project!.Id, id, context.RequestAborted))
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        await EnqueueAsync(JobKinds.Clock, id, jobs, signal, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/review/clocks");
    }

    static async Task<IResult> RepeatsAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, SuppressionsTable suppressions,
        TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanDecide: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return new RazorComponentResult<RepeatsPage>(new Dictionary<string, object?>
        {
            [nameof(RepeatsPage.Frame)] = frame,
            [nameof(RepeatsPage.Names)] = await galleries.NamesAsync(open, context.RequestAborted),
            [nameof(RepeatsPage.Repeats)] =
                await suppressions.FindRepeatsAsync(open.Id, time.GetUtcNow(), context.RequestAborted),
            [nameof(RepeatsPage.Suppressions)] = await suppressions.ListAsync(open.Id, context.RequestAborted),
        });
    }

    static async Task<IResult> SuppressAsync(
        string project, HttpContext context, Frames frames, SuppressionsTable suppressions, JobsTable jobs,
        JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var form = await DeskGuard.ReadFormAsync(context);
        var box = form["box"].ToString().Split(' ')
            .Select(n => float.TryParse(n, CultureInfo.InvariantCulture, out var at) ? at : float.NaN).ToArray();
        if (!Guid.TryParse(form["key"], out var key) || box.Length != 4 || !box.All(n => n is >= 0 and <= 1)
            || !int.TryParse(form["camera"], CultureInfo.InvariantCulture, out var camera)
            || !Enum.TryParse<Category>(form["category"], ignoreCase: true, out var category)
            || Time(form["from"].ToString()) is not { } from)
        {
            return TypedResults.BadRequest();
        }

        var added = await suppressions.AddAsync(
            new Suppression(
                key, frame.Project!.Id, camera, category, new Box(box[0], box[1], box[2], box[3]), from, "",
                DateTimeOffset.MinValue, null, false),
            frame.Visitor!.AccountId, context.RequestAborted);
        if (!added)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        await EnqueueAsync(JobKinds.Suppression, key, jobs, signal, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/review/repeats");
    }

    static async Task<IResult> LiftAsync(
        string project, Guid id, HttpContext context, Frames frames, SuppressionsTable suppressions, JobsTable jobs,
        JobSignal signal)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        if (!await suppressions.LiftAsync(frame.Project!.Id, id, context.RequestAborted))
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        await EnqueueAsync(JobKinds.Suppression, id, jobs, signal, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/review/repeats");
    }

    /// <summary>What the fields ask for; null: they ask for nothing, or for no camera of the project.</summary>
    static async Task<ClockPreview?> PreviewAsync(
        ProjectDirectory names, Func<string, string> field, ClockCorrectionsTable corrections, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var camera = names.Cameras.Values.FirstOrDefault(c => c.Code == field("camera"));
        if (camera is null || Time(field("from")) is not { } from || Time(field("until")) is not { } until)
        {
            return null;
        }

        if (ClockWords.ParseOffset(field("offset")) is not { } offset || offset.Duration() > OffsetMax)
        {
            return new ClockPreview(camera, from, until, TimeSpan.Zero, 0, ClockWords.BadOffset, []);
        }

        var (count, latest, samples) = await corrections.PreviewAsync(
            camera.Id, from, until, offset, cancellationToken);
        var problem = count == 0 ? ClockWords.Nothing
            : count > ClockCorrectionsTable.CapturesMax
                ? $"Over {Texts.Number(ClockCorrectionsTable.CapturesMax)} pictures (CapturesMax). Narrow the span."
            : latest > now.AddDays(1) ? ClockWords.Future
            : null;
        return new ClockPreview(camera, from, until, offset, count, problem, samples);
    }

    static async Task EnqueueAsync(
        string kind, Guid subject, JobsTable jobs, JobSignal signal, CancellationToken cancellationToken)
    {
        await jobs.EnqueueAsync([new NewJob(kind, subject.ToString(), null, JobPriorities.Fresh)], cancellationToken);
        signal.Ready(kind);
    }

    static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(
            text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : null;
}
