using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;
using WildCam.Storage.Remarks;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>One kind of thing of a decision, as a page sends it; the box is x, y, width and height in 0-1.</summary>
public sealed record FindingPart(
    string Category, int Taxon = 0, int Count = 1, string? Sex = null, string? LifeStage = null,
    string? Behavior = null, float[]? Box = null);

/// <summary>
/// A decision, or the undo of one. The key is the page's own name for it, so that it can be sent again; seen and
/// captures are the event's version and number of pictures that the person decided on.
/// </summary>
public sealed record DecisionBody(
    Guid Key, Guid? Event = null, Guid? Capture = null, int? Seen = null, int? Captures = null,
    FindingPart[]? Findings = null, int Model = 0, Guid? Undoes = null);

/// <summary>A decision that is filed.</summary>
public sealed record DecisionAnswer(long Id, Guid? Event, int? Version);

/// <summary>
/// Why a decision could not be filed: somebody else's stands (who, when, what), or the event has other pictures now.
/// </summary>
public sealed record DecisionConflict(
    int Version, string Text, string? By, string? At, string? Said, IReadOnlyList<FindingPart>? Findings);

/// <summary>A question, or the key of one that is taken back.</summary>
public sealed record QuestionBody(Guid Key, Guid? Event = null, string Text = "", Guid? Undoes = null);

/// <summary>A comment on an event, or on one of its pictures.</summary>
public sealed record CommentBody(Guid Key, Guid Event, string Text, Guid? Capture = null);

/// <summary>Whether an event is a favourite of who sends it.</summary>
public sealed record FavouriteBody(Guid Key, Guid Event, bool On);

/// <summary>Where pages send decisions, questions, comments and favourites.</summary>
static class DecisionRoutes
{
    const int WordCharsMax = 50;

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapPost("/decisions", DecideAsync);
        project.MapPost("/questions", AskAsync);
        project.MapPost("/comments", CommentAsync);
        project.MapPost("/comments/{id:long}/delete", DeleteCommentAsync);
        project.MapPost("/favourites", FavourAsync);
    }

    static async Task<IResult> DecideAsync(
        string project, DecisionBody body, HttpContext context, Frames frames, GalleryPages galleries,
        IdentificationsTable identifications, ReviewTasksTable tasks, ReviewTasks review, QuestionsTable questions,
        SpeciesListTable species, NoticeSender notices)
    {
        if (await RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var (open, account) = (frame.Project!, frame.Visitor!.AccountId);
        var abort = context.RequestAborted;
        long? undoes = null;
        if (body.Undoes is { } undone)
        {
            undoes = await tasks.FindOwnDecisionAsync(account, undone, abort);
            if (undoes is null)
            {
                return TypedResults.Ok(new DecisionAnswer(0, body.Event, null)); // It never counted: nothing to undo.
            }
        }

        var (findings, problem) = Read(body.Findings ?? []);
        var taxa = findings.Where(f => f.TaxonId is not null).Select(f => f.TaxonId!.Value).Distinct().ToArray();
        problem ??= taxa.Length > 0 && !await species.AreListedAsync(open.Id, taxa, abort)
            ? ReviewWords.NotListed
            : null;
        if (problem is not null)
        {
            return TypedResults.UnprocessableEntity(problem);
        }

        var result = await identifications.FileAsync(
            new Decision(account, body.Capture is null ? body.Event : null, body.Capture, body.Seen, findings, undoes)
            {
                ProjectId = open.Id,
                ClientKey = body.Key,
                ModelId = body.Model > 0 ? body.Model : null,
                SeenCaptures = body.Captures,
            },
            abort);
        if (result is { Outcome: FileOutcome.Filed, EventId: { } filed })
        {
            notices.Send(Channels.Pages, $"{open.Id}");
            review.Recount(open.Id);
            if (undoes is null)
            {
                await questions.AnswerAsync(filed, abort);
            }
        }

        return result.Outcome switch
        {
            FileOutcome.Filed => TypedResults.Ok(
                new DecisionAnswer(result.IdentificationId, result.EventId, result.Version)),
            FileOutcome.Conflict => TypedResults.Conflict(await ConflictAsync(
                frame, result, body.Seen ?? 0, galleries, tasks, abort)),
            FileOutcome.NotFound => TypedResults.NotFound(ReviewWords.Gone),
            _ => TypedResults.UnprocessableEntity(undoes is null ? result.Reason : ReviewWords.Repeated),
        };
    }

    static async Task<IResult> AskAsync(
        string project, QuestionBody body, HttpContext context, Frames frames, QuestionsTable questions)
    {
        if (await RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var account = frame.Visitor!.AccountId;
        if (body.Undoes is { } undone)
        {
            await questions.WithdrawAsync(account, undone, context.RequestAborted);
            return TypedResults.Ok();
        }

        var text = ReviewRoutes.Plain(body.Text);
        if (text.Length > QuestionsTable.TextCharsMax)
        {
            return TypedResults.UnprocessableEntity(
                $"A question has {QuestionsTable.TextCharsMax} characters at most (TextCharsMax).");
        }

        return body.Event is { } id
            && await questions.AskAsync(frame.Project!.Id, id, account, body.Key, text, context.RequestAborted)
                ? TypedResults.Ok()
                : TypedResults.NotFound(ReviewWords.Gone);
    }

    static async Task<IResult> CommentAsync(
        string project, CommentBody body, HttpContext context, Frames frames, RemarksTable remarks)
    {
        if (await RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var text = ReviewRoutes.Plain(body.Text);
        if (text.Length is 0 or > RemarksTable.TextCharsMax)
        {
            return TypedResults.UnprocessableEntity(
                $"A comment has 1 to {RemarksTable.TextCharsMax} characters (TextCharsMax).");
        }

        return await remarks.CommentAsync(
            frame.Project!.Id, body.Event, body.Capture, frame.Visitor!.AccountId, body.Key, text,
            context.RequestAborted)
                ? TypedResults.Ok()
                : TypedResults.NotFound(ReviewWords.Gone);
    }

    /// <summary>By the form on the picture's page; back to it.</summary>
    static async Task<IResult> DeleteCommentAsync(
        string project, long id, HttpContext context, Frames frames, RemarksTable remarks)
    {
        if (await RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        if (!await remarks.DeleteCommentAsync(
            frame.Project!.Id, id, frame.Visitor!.AccountId, frame.CanManage, context.RequestAborted))
        {
            return TypedResults.NotFound(Texts.NotFound);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        return Guid.TryParse(form["picture"], out var picture)
            ? TypedResults.LocalRedirect($"{frame.Root}/pictures/{picture}")
            : TypedResults.LocalRedirect(frame.Root + "/pictures");
    }

    static async Task<IResult> FavourAsync(
        string project, FavouriteBody body, HttpContext context, Frames frames, RemarksTable remarks)
    {
        if (await RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        return await remarks.SetFavouriteAsync(
            frame.Project!.Id, body.Event, frame.Visitor!.AccountId, body.On, context.RequestAborted)
                ? TypedResults.Ok()
                : TypedResults.NotFound(ReviewWords.Gone);
    }

    /// <summary>
    /// Why a page may not write here, or null. Signed out is another thing than closed: what the page keeps is sent
    /// again after the sign-in.
    /// </summary>
    internal static async Task<IResult?> RefuseAsync(string project, HttpContext context, Frames frames)
    {
        if (await frames.OpenAsync(context, project) is { } frame)
        {
            return frame.CanDecide
                ? null
                : TypedResults.Text(ReviewWords.NotForYou, statusCode: StatusCodes.Status403Forbidden);
        }

        return (await frames.OpenAsync(context)).Visitor is null
            ? TypedResults.StatusCode(StatusCodes.Status401Unauthorized)
            : TypedResults.NotFound(Texts.NotFound);
    }

    static async Task<DecisionConflict> ConflictAsync(
        Frame frame, FileResult result, int seen, GalleryPages galleries, ReviewTasksTable tasks,
        CancellationToken cancellationToken)
    {
        var newer = result.EventId is { } id
            ? await tasks.FindNewerDecisionAsync(id, seen, frame.Visitor!.AccountId, cancellationToken)
            : null;
        if (newer is null)
        {
            return new DecisionConflict(
                result.Version ?? 0, "The event has other pictures than those that you saw.", null, null, null, null);
        }

        var names = await galleries.NamesAsync(frame.Project!, cancellationToken);
        var at = SiteTime.Clock(newer.At, frame.Zone);
        return new DecisionConflict(
            result.Version ?? 0, $"{newer.Account} changed it at {at}.", newer.Account, at,
            string.Join(", ", newer.Findings.Select(f =>
                (f.Count > 1 ? $"{f.Count} \u00d7 " : "") + Shown.NameOf(f.TaxonId, f.Category, names))),
            [.. newer.Findings.Select(f => new FindingPart(Texts.Icon(f.Category), f.TaxonId, f.Count))]);
    }

    internal static (List<Finding> Findings, string? Problem) Read(FindingPart[] parts)
    {
        var findings = new List<Finding>();
        foreach (var part in parts.Take(IdentificationsTable.FindingsMax + 1))
        {
            if (!Enum.TryParse<Category>(part.Category, ignoreCase: true, out var category)
                || part.Count is < 1 or > 10_000 || part.Box is { Length: not 4 }
                || IsLong(part.Sex) || IsLong(part.LifeStage) || IsLong(part.Behavior))
            {
                return (findings, "A finding is an animal, person, vehicle or blank, its count from 1 to 10,000, "
                    + $"its words {WordCharsMax} characters at most, a box four numbers.");
            }

            findings.Add(new Finding(
                category, part.Taxon > 0 ? part.Taxon : null, (short)part.Count, Word(part.Sex), Word(part.LifeStage),
                Word(part.Behavior),
                part.Box is [var x, var y, var width, var height] ? new Box(x, y, width, height) : null));
        }

        return (findings, null);
    }

    static bool IsLong(string? word) => word is { Length: > WordCharsMax };

    static string? Word(string? word) => ReviewRoutes.Plain(word) is { Length: > 0 } plain ? plain : null;
}
