using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Identifications;
using WildCam.Storage.Jobs;
using WildCam.Storage.Remarks;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>What a step does, as it is kept: findings of a decision, or a label's id.</summary>
public sealed record BulkWhat(FindingPart[]? Findings = null, int Label = 0);

/// <summary>
/// Carries out a step over many events, some hundred a run, or takes it back. Each decision has a name made of the step
/// and the event, so that a run that died and begins again files nothing twice.
/// </summary>
sealed class BulkJob(
    BulkTable steps, IdentificationsTable decisions, LabelsTable labels, RemarksTable remarks, JobsTable jobs,
    NoticeSender notices) : SingleJobHandler
{
    /// <summary>Most events of one run.</summary>
    public const int TargetsMax = 200;

    /// <summary>Decisions at once: each waits for its own commit, and their events differ.</summary>
    const int DecisionsAtOnce = 4;

    public override string Kind => JobKinds.Bulk;

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        var step = Guid.TryParse(job.Subject, out var id)
            ? await steps.FindForJobAsync(id, cancellationToken)
            : null;
        return step is { State: BulkState.Doing or BulkState.Undoing }
            ? await RunAsync(step, cancellationToken)
            : JobOutcome.Skip("The step is at its end.");
    }

    async Task<JobOutcome> RunAsync(BulkStep step, CancellationToken cancellationToken)
    {
        var isUndo = step.State is BulkState.Undoing;
        var targets = await steps.NextTargetsAsync(step.Id, isUndo, TargetsMax, cancellationToken);
        if (targets.Count == 0)
        {
            await steps.EndAsync(step.Id, isUndo, cancellationToken);
            notices.Send(Channels.Pages, $"{step.ProjectId}");
            return JobOutcome.Done;
        }

        var ids = targets.Select(t => t.EventId).ToArray();
        var what = JsonSerializer.Deserialize<BulkWhat>(step.What, JsonSerializerOptions.Web) ?? new BulkWhat();
        var skipped = new List<Guid>();
        switch (step.Kind)
        {
            case BulkKind.Tag:
                await labels.SetAsync(
                    LabelKind.Tag, step.ProjectId, what.Label, ids, step.AccountId, !isUndo, cancellationToken);
                break;
            case BulkKind.Favourite:
                foreach (var id in ids)
                {
                    await remarks.SetFavouriteAsync(step.ProjectId, id, step.AccountId, !isUndo, cancellationToken);
                }

                break;
            default:
                skipped = isUndo
                    ? await UndoAsync(step, ids, cancellationToken)
                    : await DecideAsync(step, what, targets, cancellationToken);
                break;
        }

        await steps.NoteAsync(step.Id, isUndo, [.. ids.Except(skipped)], [.. skipped], cancellationToken);
        // Again once this one has ended: other steps have their turn between.
        await jobs.EnqueueAsync(
            [new NewJob(JobKinds.Bulk, step.Id.ToString(), null, JobPriorities.Fresh)], cancellationToken);
        notices.Send(Channels.Pages, $"{step.ProjectId}");
        return JobOutcome.Done;
    }

    /// <summary>Those that were left: somebody decided since the step began, or they are gone.</summary>
    async Task<List<Guid>> DecideAsync(
        BulkStep step, BulkWhat what, IReadOnlyList<BulkTarget> targets, CancellationToken cancellationToken)
    {
        var (findings, _) = DecisionRoutes.Read(what.Findings ?? []);
        var skipped = new ConcurrentBag<Guid>();
        await Parallel.ForEachAsync(targets, AtOnce(cancellationToken), async (target, cancellation) =>
        {
            var result = await decisions.FileAsync(
                new Decision(step.AccountId, target.EventId, null, target.Version, findings, null)
                {
                    ProjectId = step.ProjectId,
                    ClientKey = NameOf(step.Id, target.EventId, "do"),
                    Batch = step.Id,
                    SeenCaptures = target.CaptureCount,
                },
                cancellation);
            if (result.Outcome is not FileOutcome.Filed)
            {
                skipped.Add(target.EventId);
            }
        });
        return [.. skipped];
    }

    async Task<List<Guid>> UndoAsync(BulkStep step, Guid[] ids, CancellationToken cancellationToken)
    {
        var filed = await steps.FindDecisionsAsync(step.Id, ids, cancellationToken);
        await Parallel.ForEachAsync(filed, AtOnce(cancellationToken), async (one, cancellation) =>
            await decisions.FileAsync(
                new Decision(step.AccountId, null, null, null, [], one.Value)
                {
                    ProjectId = step.ProjectId,
                    ClientKey = NameOf(step.Id, one.Key, "undo"),
                },
                cancellation));
        return [];
    }

    static ParallelOptions AtOnce(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = DecisionsAtOnce, CancellationToken = cancellationToken };

    static Guid NameOf(Guid step, Guid eventId, string way)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{way} {step} {eventId}"));
        return new Guid(bytes.AsSpan(0, 16));
    }
}
