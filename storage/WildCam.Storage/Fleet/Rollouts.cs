using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Fleet;

/// <summary>Why something was not done with a rollout.</summary>
public enum RolloutRefusal
{
    None,
    NoSuchRollout,
    NoSuchFirmware,
    NoSuchCamera,

    /// <summary>The plan cannot be followed; the detail says why.</summary>
    BadPlan,

    /// <summary>No camera is left that it could go to; the detail says why.</summary>
    NoCameras,

    /// <summary>The publisher of the firmware is trusted no more.</summary>
    NotTrusted,

    /// <summary>Somebody, or the rollout itself, changed it since it was looked at.</summary>
    ChangedMeanwhile,

    /// <summary>It has ended, or is not in a state for this.</summary>
    NotNow,
}

/// <summary>What became of a wish: the rollout's id, or why not.</summary>
public sealed record RolloutAnswer(int? Id, RolloutRefusal Refusal, string? Detail = null);

/// <summary>
/// Starts, pauses, continues, cancels and rolls back rollouts, each in one transaction with its history and its audit
/// entry. Pages, API and command line alike come through here. Who asks says which version of the rollout they saw, so
/// that of two admins at once the second is told; a pause is never refused for that.
/// </summary>
public sealed class Rollouts(NpgsqlDataSource database, FirmwareTable firmware, TimeProvider time)
{
    /// <summary>A rollout that nobody goes on with ends after this.</summary>
    public static readonly TimeSpan LifeMax = TimeSpan.FromDays(180);

    /// <summary>What a rollout of this firmware with this plan would do now.</summary>
    public async Task<RolloutPreview> PreviewAsync(
        int projectId, Firmware wanted, RolloutPlan plan, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var cameras = await RolloutsTable.ListCandidatesAsync(
            connection, projectId, time.GetUtcNow(), cancellationToken);
        return RolloutPlanning.Preview(plan, wanted.Board, wanted.Version, isRollback: false, cameras, seed: 0);
    }

    /// <summary>Starts a rollout to the cameras of a project; its first step begins at once.</summary>
    public async Task<RolloutAnswer> StartAsync(
        int projectId, int firmwareId, RolloutPlan plan, Actor actor, CancellationToken cancellationToken)
    {
        if (plan.FindProblem() is { } problem)
        {
            return new(null, RolloutRefusal.BadPlan, problem);
        }

        if (await firmware.FindAsync(firmwareId, cancellationToken) is not { } wanted)
        {
            return new(null, RolloutRefusal.NoSuchFirmware);
        }

        if (!wanted.IsTrusted)
        {
            return new(null, RolloutRefusal.NotTrusted, wanted.Publisher);
        }

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var cameras = await RolloutsTable.ListCandidatesAsync(connection, projectId, now, cancellationToken);
        var preview = RolloutPlanning.Preview(plan, wanted.Board, wanted.Version, isRollback: false, cameras, seed: 0);
        if (preview.Targets.Count == 0)
        {
            return new(null, RolloutRefusal.NoCameras, RolloutSentences.Preview(preview, plan));
        }

        var id = await RolloutsTable.InsertAsync(
            connection, projectId, firmwareId, null, plan, actor.AccountId, now, now + LifeMax, cancellationToken);
        var dealt = RolloutPlanning.Preview(plan, wanted.Board, wanted.Version, isRollback: false, cameras, seed: id);
        var added = await RolloutCamerasTable.InsertAsync(connection, id, dealt.Targets, now, cancellationToken);
        await NoteAsync(connection, projectId, id, actor, "started", wanted, null, new
        {
            firmware = wanted.Version.ToString(), cameras = added,
        }, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(id, RolloutRefusal.None);
    }

    /// <summary>Holds it: no further offer, no further byte. Paused already is as good.</summary>
    public Task<RolloutAnswer> PauseAsync(int projectId, int id, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, id, null, actor, "paused", async (connection, rollout, now) =>
        {
            if (rollout.State is not RolloutState.Running)
            {
                return rollout.State is RolloutState.Paused or RolloutState.Stopped ? null : RolloutRefusal.NotNow;
            }

            await RolloutsTable.SetStateAsync(
                connection, id, RolloutState.Paused, StopReason.None, null, actor.AccountId, now, cancellationToken);
            return RolloutRefusal.None;
        }, cancellationToken);

    /// <summary>
    /// Goes on after a pause, or after it stopped by itself: what failed until now is seen, and counts no more.
    /// </summary>
    public Task<RolloutAnswer> ResumeAsync(
        int projectId, int id, int seenVersion, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, id, seenVersion, actor, "continued", async (connection, rollout, now) =>
        {
            if (rollout.State is not (RolloutState.Paused or RolloutState.Stopped) || rollout.EndedAt is not null
                || !rollout.IsTrusted)
            {
                return rollout.IsTrusted ? RolloutRefusal.NotNow : RolloutRefusal.NotTrusted;
            }

            if (rollout.State is RolloutState.Stopped)
            {
                foreach (var step in await RolloutsTable.ReadStepsAsync(connection, id, cancellationToken))
                {
                    await RolloutsTable.SaveStepAsync(connection, id, step with
                    {
                        Forgiven = step.Counts.Failed,
                        Excused = step.Counts.Missed,
                    }, cancellationToken);
                }
            }

            var rows = await RolloutCamerasTable.LockAsync(connection, id, null, null, cancellationToken);
            await RolloutCamerasTable.SaveAsync(
                connection, rows.ConvertAll(r => r with { Update = rollout.Rules.Resume(r.Update, now) }),
                cancellationToken);
            await RolloutsTable.SetStateAsync(
                connection, id, RolloutState.Running, StopReason.None, null, actor.AccountId, now, cancellationToken);
            return RolloutRefusal.None;
        }, cancellationToken);

    /// <summary>Ends it: offers are withdrawn; what restarts into the new version is followed to its end.</summary>
    public Task<RolloutAnswer> CancelAsync(
        int projectId, int id, int seenVersion, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, id, seenVersion, actor, "cancelled", async (connection, rollout, now) =>
        {
            if (rollout.EndedAt is not null || rollout.State is RolloutState.Cancelled)
            {
                return rollout.State is RolloutState.Cancelled ? null : RolloutRefusal.NotNow;
            }

            await CancelAsync(connection, rollout, actor, now, cancellationToken);
            return RolloutRefusal.None;
        }, cancellationToken);

    /// <summary>Tries again what failed or was missed: one camera, or all of them.</summary>
    public Task<RolloutAnswer> RetryAsync(
        int projectId, int id, string? camera, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, id, null, actor, "tried again", async (connection, rollout, now) =>
        {
            if (rollout.State is RolloutState.Cancelled || !rollout.IsTrusted)
            {
                return rollout.IsTrusted ? RolloutRefusal.NotNow : RolloutRefusal.NotTrusted;
            }

            var cameraId = camera is null
                ? null
                : await RolloutCamerasTable.FindCameraAsync(connection, id, camera, cancellationToken);
            if (camera is not null && cameraId is null)
            {
                return RolloutRefusal.NoSuchCamera;
            }

            var rows = await RolloutCamerasTable.LockAsync(connection, id, null, cameraId, cancellationToken);
            var busy = await RolloutCamerasTable.ListBusyElsewhereAsync(connection, id, cancellationToken);
            var again = new List<RolloutCamera>();
            foreach (var row in rows.Where(r => !r.IsRemoved && !busy.Contains(r.CameraId)))
            {
                if (rollout.Rules.Retry(row.Update, now) is { } update)
                {
                    again.Add(row with { Update = update });
                }
            }

            if (again.Count == 0)
            {
                return RolloutRefusal.NotNow;
            }

            await RolloutCamerasTable.SaveAsync(connection, again, cancellationToken);
            await RolloutsTable.AppendHistoryAsync(
                connection, id, RolloutSentences.Entries(rows, again, actor.AccountId), now, cancellationToken);
            if (rollout.State is RolloutState.Done)
            {
                await RolloutsTable.SetEndedAsync(connection, id, null, cancellationToken);
                await RolloutsTable.SetStateAsync(
                    connection, id, RolloutState.Running, StopReason.None, null, actor.AccountId, now,
                    cancellationToken);
            }

            return RolloutRefusal.None;
        }, cancellationToken);

    /// <summary>
    /// Cancels it and starts a rollout of this firmware, older as it may be, to the cameras that have the new version
    /// or may yet come up with it. All at once: they wait for it.
    /// </summary>
    public async Task<RolloutAnswer> RollBackAsync(
        int projectId, int id, int seenVersion, int toFirmwareId, Actor actor, CancellationToken cancellationToken)
    {
        var target = await firmware.FindAsync(toFirmwareId, cancellationToken);
        if (target is not { IsTrusted: true })
        {
            return new(null, target is null ? RolloutRefusal.NoSuchFirmware : RolloutRefusal.NotTrusted);
        }

        int? followedBy = null;
        var answer = await ChangeAsync(projectId, id, seenVersion, actor, "rolled back", async (connection, old, now) =>
        {
            if (target.Board != old.Board || target.Version == old.Target)
            {
                return RolloutRefusal.NoSuchFirmware;
            }

            var rows = await RolloutCamerasTable.LockAsync(connection, id, null, null, cancellationToken);
            var back = rows.FindAll(r => !r.IsRemoved && (r.Update.Reported == old.Target
                || r.Update.State is UpdateState.Installing or UpdateState.OnTrial));
            var busy = await RolloutCamerasTable.ListBusyElsewhereAsync(connection, id, cancellationToken);
            back.RemoveAll(r => busy.Contains(r.CameraId));
            if (back.Count == 0)
            {
                return RolloutRefusal.NoCameras;
            }

            var left = back.ConvertAll(r => r with { Update = CameraUpdateRules.HandOver(r.Update, now) });
            await SaveAsync(connection, id, back, left, actor, now, cancellationToken);
            if (old.EndedAt is null)
            {
                await CancelAsync(connection, old, actor, now, cancellationToken);
            }

            var plan = old.Plan with { Steps = [new(StepKind.Rest)], Watch = TimeSpan.Zero };
            followedBy = await RolloutsTable.InsertAsync(
                connection, projectId, toFirmwareId, id, plan, actor.AccountId, now, now + LifeMax, cancellationToken);
            await RolloutCamerasTable.InsertAsync(
                connection, followedBy.Value,
                back.ConvertAll(r => (new RolloutCandidate(r.CameraId, "")
                {
                    // What restarts may come up with either: its next hello says it.
                    Reported = r.Update.IsOpen ? null : r.Update.Reported,
                }, 0)), now, cancellationToken);
            await NoteAsync(connection, projectId, followedBy.Value, actor, "started", target, null, new
            {
                firmware = target.Version.ToString(), cameras = back.Count, rollsBack = id,
            }, now, cancellationToken);
            return RolloutRefusal.None;
        }, cancellationToken);
        return answer.Refusal is RolloutRefusal.None ? answer with { Id = followedBy } : answer;
    }

    /// <param name="change">What to do; null: it was so already, and nothing is noted.</param>
    async Task<RolloutAnswer> ChangeAsync(
        int projectId, int id, int? seenVersion, Actor actor, string word,
        Func<NpgsqlConnection, Rollout, DateTimeOffset, Task<RolloutRefusal?>> change,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RolloutsTable.LockAsync(connection, projectId, id, cancellationToken) is not { } rollout)
        {
            return new(null, RolloutRefusal.NoSuchRollout);
        }

        if (seenVersion is { } seen && seen != rollout.Version)
        {
            return new(id, RolloutRefusal.ChangedMeanwhile, RolloutSentences.Changed(rollout, now));
        }

        var refusal = await change(connection, rollout, now);
        if (refusal is RolloutRefusal.None)
        {
            await NoteAsync(
                connection, projectId, id, actor, word, null, new { state = rollout.State.ToString() }, null, now,
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new(id, refusal ?? RolloutRefusal.None);
    }

    internal static async Task CancelAsync(
        NpgsqlConnection connection, Rollout rollout, Actor actor, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var rows = await RolloutCamerasTable.LockAsync(connection, rollout.Id, null, null, cancellationToken);
        var after = rows.ConvertAll(r => r with { Update = CameraUpdateRules.Cancel(r.Update, now) });
        await SaveAsync(connection, rollout.Id, rows, after, actor, now, cancellationToken);
        await RolloutsTable.SetStateAsync(
            connection, rollout.Id, RolloutState.Cancelled, rollout.StopReason, rollout.StopStep, actor.AccountId, now,
            cancellationToken);
        if (after.TrueForAll(r => !r.Update.IsOpen))
        {
            await RolloutsTable.SetEndedAsync(connection, rollout.Id, now, cancellationToken);
        }
    }

    static async Task SaveAsync(
        NpgsqlConnection connection, int id, List<RolloutCamera> before, List<RolloutCamera> after, Actor actor,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await RolloutCamerasTable.SaveAsync(connection, after, cancellationToken);
        await RolloutsTable.AppendHistoryAsync(
            connection, id, RolloutSentences.Entries(before, after, actor.AccountId), now, cancellationToken);
    }

    static async Task NoteAsync(
        NpgsqlConnection connection, int projectId, int id, Actor actor, string word, Firmware? firmware,
        object? before, object? after, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var detail = new Dictionary<string, string>(StringComparer.Ordinal);
        if (firmware is not null)
        {
            detail["firmware"] = firmware.Version.ToString();
        }

        await RolloutsTable.AppendHistoryAsync(
            connection, id, [new RolloutEntry(null, actor.AccountId, word, detail)], now, cancellationToken);
        await AuditTable.AddAsync(connection, new AuditEntry(actor, $"rollout.{Verb(word)}", $"rollout {id}")
        {
            ProjectId = projectId,
            Before = before,
            After = after,
        }, cancellationToken);
    }

    static string Verb(string word) => word switch
    {
        "started" => "start",
        "paused" => "pause",
        "continued" => "resume",
        "cancelled" => "cancel",
        "tried again" => "retry",
        _ => "roll-back",
    };
}
