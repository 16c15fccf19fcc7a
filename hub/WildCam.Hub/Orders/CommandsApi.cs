using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Orders;

/// <summary>
/// A command for one camera, or for all that have a tag. Kinds: capture-now, test-pattern, upload-backlog, identify,
/// preview (with seconds), drop-receipted, reboot, full-frame (with the captureId of a small stand-in). It is given up
/// after expiresInSeconds; asking again with the same requestId gives the same command.
/// </summary>
public sealed record CommandBody(
    string Kind, int? Seconds = null, Guid? CaptureId = null, int? ExpiresInSeconds = null, Guid? RequestId = null,
    string? Tag = null);

/// <summary>
/// A command and what became of it: queued, delivered, done, refused (with the camera's reason), expired or withdrawn.
/// </summary>
public sealed record CommandAnswer(
    long Id, string Camera, string Kind, int? Seconds, Guid? CaptureId, string State, string? Reason, string? AskedBy,
    DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, DateTimeOffset? DeliveredAt, DateTimeOffset? EndedAt);

/// <summary>The cameras that a command by tag was given to.</summary>
public sealed record TaggedCommandAnswer(string Tag, IReadOnlyList<string> Cameras);

/// <summary>Commands to cameras, for programs.</summary>
static class CommandsApi
{
    const string List = "commands";

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/cameras/{code}/commands", ListAsync).RequireRole(Role.Viewer);
        project.MapPost("/cameras/{code}/commands", AskAsync).RequireRole(Role.Researcher);
        project.MapPost("/cameras/{code}/commands/{id:long}/withdraw", WithdrawAsync).RequireRole(Role.Manager);
        project.MapPost("/commands", AskTaggedAsync).RequireRole(Role.Manager);
    }

    static async Task<Results<Ok<Page<CommandAnswer>>, ProblemHttpResult>> ListAsync(
        string code, string? cursor, int? limit, HttpContext context, CamerasTable cameras, CommandsTable commands,
        Cursors cursors, CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        var count = limit ?? CommandsTable.PageMax;
        if (count is < 1 or > CommandsTable.PageMax)
        {
            return Problems.Invalid("limit", $"A limit is between 1 and {CommandsTable.PageMax} (PageMax).");
        }

        var list = $"{List} {camera.Id}";
        var place = cursor is null ? null : cursors.Read(list, cursor, 1);
        if (cursor is not null && place is null)
        {
            return Problems.Invalid("cursor", "This is no cursor of this list.");
        }

        long? before = place is null ? null : long.Parse(place[0], CultureInfo.InvariantCulture);
        var rows = await commands.ListAsync(camera.Id, before, count, cancellationToken);
        return TypedResults.Ok(new Page<CommandAnswer>(
            [.. rows.Select(ToAnswer)], rows.Count < count ? null : cursors.Write(list, rows[^1].Id)));
    }

    static async Task<Results<Created<CommandAnswer>, ProblemHttpResult>> AskAsync(
        string code, CommandBody body, HttpContext context, CamerasTable cameras, CommandsTable commands,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (body.Kind != CommandWords.FullFrame && context.Project().Role < Role.Manager)
        {
            return Problems.RoleTooLow(Role.Manager);
        }

        var (wanted, problem) = Read(body);
        if (wanted is null)
        {
            return problem!;
        }

        var (refusal, id) = await commands.AskAsync(camera.Id, wanted, context.Actor(), cancellationToken);
        if (refusal != CommandRefusal.None)
        {
            return Refused(refusal);
        }

        var row = await commands.FindAsync(camera.Id, id, cancellationToken);
        return TypedResults.Created(
            $"/api/v1/projects/{context.Project().Slug}/cameras/{camera.Code}/commands", ToAnswer(row!));
    }

    static async Task<Results<Ok<TaggedCommandAnswer>, ProblemHttpResult>> AskTaggedAsync(
        CommandBody body, HttpContext context, CommandsTable commands, CancellationToken cancellationToken)
    {
        if (body.Tag is null || !CameraTagsTable.IsTag(body.Tag))
        {
            return Problems.Invalid("tag", "Name the cameras by a tag: 1 to 32 of a-z, 0-9 and -, not - first.");
        }

        if (body.Kind == CommandWords.FullFrame)
        {
            return Problems.Invalid("kind", "A full frame is of one picture; ask its camera.");
        }

        var (wanted, problem) = Read(body);
        if (wanted is null)
        {
            return problem!;
        }

        var given = await commands.AskTaggedAsync(
            context.Project().Id, body.Tag, wanted, context.Actor(), cancellationToken);
        return TypedResults.Ok(new TaggedCommandAnswer(body.Tag, given));
    }

    static async Task<Results<NoContent, ProblemHttpResult>> WithdrawAsync(
        string code, long id, HttpContext context, CamerasTable cameras, CommandsTable commands,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera
            || await commands.FindAsync(camera.Id, id, cancellationToken) is null)
        {
            return Problems.NoSuch("command");
        }

        return await commands.WithdrawAsync(camera.Id, id, context.Actor(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Of(
                StatusCodes.Status409Conflict, "command-under-way", "The camera has the command, or it has ended.");
    }

    static (NewCommand? Wanted, ProblemHttpResult? Problem) Read(CommandBody body)
    {
        if (CommandCatalogue.Find(body.Kind) is not { } facts)
        {
            return (null, Problems.Invalid(
                "kind", $"A kind is one of {string.Join(", ", CommandCatalogue.All.Select(c => c.Word))}."));
        }

        var isPreview = facts.Word == CommandWords.Preview;
        if (body.Seconds is not (null or (>= 1 and <= CommandCatalogue.PreviewSecondsMax))
            || (body.Seconds is not null && !isPreview))
        {
            return (null, Problems.Invalid(
                "seconds",
                $"A preview lasts 1 to {CommandCatalogue.PreviewSecondsMax} s (PreviewSecondsMax); no other kind "
                + "has seconds."));
        }

        if (body.CaptureId is null == (facts.Word == CommandWords.FullFrame))
        {
            return (null, Problems.Invalid("captureId", "A full frame, and nothing else, names a picture."));
        }

        var lasting = body.ExpiresInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : facts.Lasting;
        if (lasting < CommandCatalogue.LastingMin || lasting > CommandCatalogue.LastingMax)
        {
            return (null, Problems.Invalid(
                "expiresInSeconds",
                $"A command is given up after {CommandCatalogue.LastingMin.TotalSeconds} s to "
                + $"{CommandCatalogue.LastingMax.TotalDays} days (LastingMin, LastingMax)."));
        }

        return (new NewCommand(facts.Word, lasting)
        {
            Argument = isPreview ? (uint)(body.Seconds ?? CommandCatalogue.PreviewSecondsDefault) : 0,
            CaptureId = body.CaptureId,
            RequestId = body.RequestId ?? Guid.NewGuid(),
        }, null);
    }

    static ProblemHttpResult Refused(CommandRefusal refusal) => refusal switch
    {
        CommandRefusal.Revoked => Problems.Of(
            StatusCodes.Status409Conflict, "camera-revoked", "The camera was switched off: its credential is revoked."),
        CommandRefusal.TooMany => Problems.Of(
            StatusCodes.Status409Conflict, "too-many-waiting",
            $"{CommandsTable.WaitingMax} commands wait for this camera (WaitingMax). Withdraw some, or wait."),
        CommandRefusal.NoStandIn => Problems.Of(
            StatusCodes.Status409Conflict, "no-stand-in",
            "The picture is no small stand-in of this camera, or its full picture is here already."),
        _ => Problems.NoSuch("camera"),
    };

    internal static CommandAnswer ToAnswer(CommandRow row) => new(
        row.Id, row.Camera, row.Kind, row.Kind == CommandWords.Preview ? (int)row.Argument : null, row.CaptureId,
        row.State.ToString().ToLowerInvariant(),
        row.State == CommandState.Refused ? Refusals.Sentence(row.Code) : null,
        row.AskedBy, row.AskedAt, row.ExpiresAt, row.DeliveredAt, row.EndedAt);
}
