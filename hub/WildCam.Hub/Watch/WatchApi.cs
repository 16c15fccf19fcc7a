using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>An alert: open, or over where it is closed. Without a camera it is of the whole project.</summary>
public sealed record AlertAnswer(
    long Id, string Kind, string? Camera, string Detail, DateTimeOffset Since, DateTimeOffset Raised,
    DateTimeOffset? Closed, DateTimeOffset? Acknowledged, string? AcknowledgedBy, DateTimeOffset? MutedUntil);

/// <summary>A time in which a camera may not have worked; without an end it goes on.</summary>
public sealed record GapAnswer(
    long Id, string Camera, DateTimeOffset From, DateTimeOffset? Until, string Cause, string State, string? DecidedBy);

/// <summary>What the watch found, for programs.</summary>
static class WatchApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/alerts", ListAlertsAsync).RequireRole(Role.Manager);
        project.MapGet("/gaps", ListGapsAsync).RequireRole(Role.Researcher);
    }

    /// <summary>The newest alerts that are open, or those that are over.</summary>
    static async Task<Ok<IReadOnlyList<AlertAnswer>>> ListAlertsAsync(
        bool? over, HttpContext context, AlertsTable alerts, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await alerts.ListAsync(
            context.Project().Id, isOver: over == true, time.GetUtcNow(), cancellationToken);
        return TypedResults.Ok<IReadOnlyList<AlertAnswer>>([.. found.Select(a => new AlertAnswer(
            a.Id, AlertTexts.KindName(a.Kind), a.CameraCode, a.Detail, a.SinceAt, a.RaisedAt, a.ClosedAt,
            a.AcknowledgedAt, a.AcknowledgedBy, a.MutedUntil))]);
    }

    /// <summary>The newest gaps of a state: proposed where none is named, accepted or rejected.</summary>
    static async Task<Results<Ok<IReadOnlyList<GapAnswer>>, ProblemHttpResult>> ListGapsAsync(
        string? state, HttpContext context, OperationalGapsTable gaps, CancellationToken cancellationToken)
    {
        GapState? wanted = state switch
        {
            null or "proposed" => GapState.Proposed,
            "accepted" => GapState.Accepted,
            "rejected" => GapState.Rejected,
            _ => null,
        };
        if (wanted is not { } known)
        {
            return Problems.Invalid("state", "A state is proposed, accepted or rejected.");
        }

        var found = await gaps.ListAsync(context.Project().Id, known, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<GapAnswer>>([.. found.Select(g => new GapAnswer(
            g.Id, g.CameraCode, g.FromAt, g.UntilAt, g.Cause == GapCause.ManyAtOnce ? "many-at-once" : "silent",
            state ?? "proposed", g.DecidedBy))]);
    }
}
