using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Fleet;

/// <summary>A step of a rollout and how its cameras stand; those that were left out do not count.</summary>
public sealed record RolloutStepAnswer(
    string Step, DateTimeOffset? BegunAt, DateTimeOffset? EnoughAt, int Cameras, int Waiting, int Good, int Failed,
    int Missed);

/// <summary>A rollout. A change names the <paramref name="Revision"/> seen, so that two admins do not cross.</summary>
public sealed record RolloutFacts(
    int Id, int Firmware, string Board, string Version, string State, string? Reason, int Revision, string? StartedBy,
    DateTimeOffset StartedAt, string? ChangedBy, DateTimeOffset ChangedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt, int? RollsBack, RolloutPlan Plan, IReadOnlyList<RolloutStepAnswer> Steps);

/// <summary>A camera in a rollout: its version is always the one that it reports.</summary>
public sealed record RolloutCameraAnswer(
    string Code, int Step, string State, string Why, string? VersionBefore, string? Version, DateTimeOffset Since,
    DateTimeOffset? DeadlineAt, long ReceivedBytes, int Attempts);

/// <summary>What a rollout would do: the sentence that people are shown, and the cameras of each step.</summary>
public sealed record RolloutPreviewAnswer(string Sentence, int Cameras, IReadOnlyList<int> Steps);

/// <summary>Firmware by its id in the catalogue; the plan is "Careful" where it is left out.</summary>
public sealed record RolloutBody(int Firmware, RolloutPlan? Plan = null);

/// <summary>The revision of the rollout that was seen.</summary>
public sealed record RolloutChangeBody(int Revision);

/// <summary>One camera by its code; all where it is left out.</summary>
public sealed record RolloutRetryBody(string? Camera = null);

/// <summary>The firmware to go back to.</summary>
public sealed record RollBackBody(int Revision, int Firmware);

/// <summary>Rollouts of a project, for programs.</summary>
static class RolloutsApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/rollouts", ListAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts", StartAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/preview", PreviewAsync).RequireRole(Role.Manager);
        project.MapGet("/rollouts/{id:int}", ShowAsync).RequireRole(Role.Manager);
        project.MapGet("/rollouts/{id:int}/cameras", ListCamerasAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/{id:int}/pause", PauseAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/{id:int}/resume", ResumeAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/{id:int}/cancel", CancelAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/{id:int}/retry", RetryAsync).RequireRole(Role.Manager);
        project.MapPost("/rollouts/{id:int}/roll-back", RollBackAsync).RequireRole(Role.Manager);
    }

    static async Task<Ok<IReadOnlyList<RolloutFacts>>> ListAsync(
        HttpContext context, RolloutPagesTable pages, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<RolloutFacts>>(
            [.. (await pages.ListAsync(context.Project().Id, cancellationToken)).Select(ToFacts)]);

    static async Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> ShowAsync(
        int id, HttpContext context, RolloutPagesTable pages, CancellationToken cancellationToken) =>
        await pages.FindAsync(context.Project().Id, id, cancellationToken) is { } line
            ? TypedResults.Ok(ToFacts(line))
            : Problems.NoSuch("rollout");

    static async Task<Results<Ok<IReadOnlyList<RolloutCameraAnswer>>, ProblemHttpResult>> ListCamerasAsync(
        int id, HttpContext context, RolloutPagesTable pages, CancellationToken cancellationToken)
    {
        if (await pages.FindAsync(context.Project().Id, id, cancellationToken) is not { Rollout: var rollout })
        {
            return Problems.NoSuch("rollout");
        }

        var cameras = await pages.ListCamerasAsync(id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<RolloutCameraAnswer>>([.. cameras.Select(c => new RolloutCameraAnswer(
            c.Code, c.Step + 1, Name(c.Update.State),
            RolloutSentences.Reason(c.Update, rollout.Target, rollout.Plan), c.VersionBefore,
            c.Update.Reported?.ToString(), c.Update.Since, c.Update.DeadlineAt, c.Update.ReceivedBytes,
            c.Update.Attempts))]);
    }

    static async Task<Results<Ok<RolloutPreviewAnswer>, ProblemHttpResult>> PreviewAsync(
        RolloutBody body, HttpContext context, Rollouts rollouts, FirmwareTable firmware,
        CancellationToken cancellationToken)
    {
        var plan = body.Plan ?? RolloutPlan.Careful;
        if (plan.FindProblem() is { } problem)
        {
            return Problems.Invalid("plan", problem);
        }

        if (await firmware.FindAsync(body.Firmware, cancellationToken) is not { } wanted)
        {
            return Problems.NoSuch("firmware");
        }

        var preview = await rollouts.PreviewAsync(context.Project().Id, wanted, plan, cancellationToken);
        return TypedResults.Ok(new RolloutPreviewAnswer(
            RolloutSentences.Preview(preview, plan), preview.Targets.Count,
            [.. Enumerable.Range(0, plan.Steps.Count).Select(preview.CamerasOf)]));
    }

    static async Task<Results<Created<RolloutFacts>, ProblemHttpResult>> StartAsync(
        RolloutBody body, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken)
    {
        var project = context.Project();
        var answer = await rollouts.StartAsync(
            project.Id, body.Firmware, body.Plan ?? RolloutPlan.Careful, context.Actor(), cancellationToken);
        return answer.Refusal is not RolloutRefusal.None
            ? Refused(answer)
            : TypedResults.Created(
                $"/api/v1/projects/{project.Slug}/rollouts/{answer.Id}",
                ToFacts((await pages.FindAsync(project.Id, answer.Id!.Value, cancellationToken))!));
    }

    static Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> PauseAsync(
        int id, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken) => AnswerAsync(
            context, pages,
            rollouts.PauseAsync(context.Project().Id, id, context.Actor(), cancellationToken), cancellationToken);

    static Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> ResumeAsync(
        int id, RolloutChangeBody body, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken) => AnswerAsync(
            context, pages,
            rollouts.ResumeAsync(context.Project().Id, id, body.Revision, context.Actor(), cancellationToken),
            cancellationToken);

    static Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> CancelAsync(
        int id, RolloutChangeBody body, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken) => AnswerAsync(
            context, pages,
            rollouts.CancelAsync(context.Project().Id, id, body.Revision, context.Actor(), cancellationToken),
            cancellationToken);

    static Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> RetryAsync(
        int id, RolloutRetryBody body, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken) => AnswerAsync(
            context, pages,
            rollouts.RetryAsync(context.Project().Id, id, body.Camera, context.Actor(), cancellationToken),
            cancellationToken);

    static Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> RollBackAsync(
        int id, RollBackBody body, HttpContext context, Rollouts rollouts, RolloutPagesTable pages,
        CancellationToken cancellationToken) => AnswerAsync(
            context, pages,
            rollouts.RollBackAsync(
                context.Project().Id, id, body.Revision, body.Firmware, context.Actor(), cancellationToken),
            cancellationToken);

    static async Task<Results<Ok<RolloutFacts>, ProblemHttpResult>> AnswerAsync(
        HttpContext context, RolloutPagesTable pages, Task<RolloutAnswer> change, CancellationToken cancellationToken)
    {
        var answer = await change;
        return answer.Refusal is not RolloutRefusal.None
            ? Refused(answer)
            : TypedResults.Ok(ToFacts(
                (await pages.FindAsync(context.Project().Id, answer.Id!.Value, cancellationToken))!));
    }

    static ProblemHttpResult Refused(RolloutAnswer answer) => answer.Refusal switch
    {
        RolloutRefusal.NoSuchRollout => Problems.NoSuch("rollout"),
        RolloutRefusal.NoSuchFirmware => Problems.NoSuch("firmware"),
        RolloutRefusal.NoSuchCamera => Problems.NoSuch("camera"),
        RolloutRefusal.BadPlan => Problems.Invalid("plan", RolloutSentences.Refused(answer)),
        _ => Problems.Of(
            StatusCodes.Status409Conflict, $"rollout-{Name(answer.Refusal)}", RolloutSentences.Refused(answer)),
    };

    static RolloutFacts ToFacts(RolloutLine line)
    {
        var r = line.Rollout;
        return new RolloutFacts(
            r.Id, r.FirmwareId, BoardNames.Of((byte)r.Board), r.Target.ToString(), Name(r.State),
            r.StopReason is StopReason.None ? null : RolloutSentences.Stopped(r, line.Steps), r.Version, r.StartedBy,
            r.StartedAt, r.ChangedBy, r.ChangedAt, r.ExpiresAt, r.EndedAt, r.Replaces, r.Plan,
            [.. line.Steps.Select(s => new RolloutStepAnswer(
                RolloutSentences.Step(r.Plan.Steps[s.Number]), s.BegunAt, s.EnoughAt, s.Counts.Total, s.Counts.Open,
                s.Counts.Good, s.Counts.Failed, s.Counts.Missed))]);
    }

    static string Name<T>(T value)
        where T : struct, Enum
    {
        var text = value.ToString();
        return string.Concat(text.Select((c, at) => char.IsUpper(c)
            ? (at > 0 ? "-" : "") + char.ToLowerInvariant(c)
            : c.ToString()));
    }
}
