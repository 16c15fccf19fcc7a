using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Fleet;

/// <summary>An offer, or its withdrawal, that is to be sent to a camera now.</summary>
public sealed record DueOffer(
    long OfferId, long Number, bool IsWithdrawal, bool OlderIsMeant, int BatteryPercentMin, int FirmwareId);

/// <summary>Bytes that a camera may have: of which firmware, and how fast its rollout may go.</summary>
public sealed record WantedBytes(int RolloutId, int FirmwareId, int BytesPerSecondMax, int Hubs);

/// <summary>
/// What the hubs do with rollouts: cameras' hellos and reports go through the rules, offers are taken, steps advance.
/// Any hub may do any of it at any time: the rows of a camera are locked for each, and a rollout for the hub that
/// advances it.
/// </summary>
public sealed class RolloutWork(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Cameras whose time is over that one transaction takes.</summary>
    public const int DueMax = 1000;

    /// <summary>An unanswered offer is sent again to a camera that stays connected after this.</summary>
    public static readonly TimeSpan OfferPause = TimeSpan.FromMinutes(10);

    /// <summary>Moves of one rollout in one transaction: each step begins and is passed at most once.</summary>
    const int MovesMax = 4 * RolloutPlan.StepsMax;

    /// <summary>
    /// A camera is connected, and said hello if told so: notes the version that it reports, and gives the offer that is
    /// due, if any.
    /// </summary>
    public async Task<DueOffer?> TakeOfferAsync(int cameraId, bool isHello, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await RolloutCamerasTable.ConcernsAsync(connection, cameraId, cancellationToken))
        {
            return null;
        }

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await RolloutCamerasTable.LockOfCameraAsync(connection, cameraId, cancellationToken);
        var rollouts = await RolloutsTable.ReadAsync(
            connection, [.. rows.Select(r => r.RolloutId)], cancellationToken);
        var after = rows;
        if (isHello
            && await RolloutCamerasTable.ReadVersionAsync(connection, cameraId, cancellationToken) is { } version)
        {
            after = rows.ConvertAll(r =>
            {
                var rules = rollouts[r.RolloutId].Rules;
                return r with { Update = rules.Deliver(rules.Hear(r.Update, version, now), r.LastPictureAt, now) };
            });
        }

        var (saved, due) = await TakeOfferAsync(connection, after, rollouts, isHello, now, cancellationToken);
        await SaveAsync(connection, rows, saved, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return due;
    }

    /// <summary>
    /// A camera says how the update stands that this offer began. Where it calls the offer stale, the number is that of
    /// the offer that it followed last: a hub whose counter was lost, as by a restored backup, goes on above it.
    /// </summary>
    public async Task TellAsync(
        int cameraId, long offerId, long offerNumber, ReportedState state, int code, long receivedBytes,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await RolloutCamerasTable.ConcernsAsync(connection, cameraId, cancellationToken))
        {
            return;
        }

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await RolloutCamerasTable.LockOfCameraAsync(connection, cameraId, cancellationToken);
        var rollouts = await RolloutsTable.ReadAsync(
            connection, [.. rows.Select(r => r.RolloutId)], cancellationToken);
        var after = rows.ConvertAll(r =>
        {
            var rules = rollouts[r.RolloutId].Rules;
            var told = rules.Tell(r.Update, offerId, state, code, receivedBytes, now);
            return r with { Update = rules.Deliver(told, r.LastPictureAt, now) };
        });
        if (state is ReportedState.Refused && code == CameraUpdateRules.Stale
            && rows.Exists(r => r.Update.OfferId == offerId))
        {
            await RolloutCamerasTable.LearnNumberAsync(connection, cameraId, offerNumber, cancellationToken);
        }

        await SaveAsync(connection, rows, after, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// A camera asks for bytes of the firmware that this offer is of; null where it may have none now. Notes how far it
    /// is.
    /// </summary>
    public async Task<WantedBytes?> TakeWantAsync(
        int cameraId, long offerId, long offset, TimeSpan hubAlive, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update rollout_cameras rc set received_bytes = greatest(rc.received_bytes, $3)
            from rollouts r
            where r.id = rc.rollout_id and rc.camera_id = $1 and rc.offer_id = $2 and rc.state between 2 and 6
              and r.state = 1 and r.ended_at is null
            returning r.id, r.firmware_id, (r.plan->>'bytesPerSecondMax')::int,
              (select count(*) from hubs where seen_at > now() - make_interval(secs => $4))
            """, cameraId, offerId, offset, hubAlive.TotalSeconds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new WantedBytes(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), Math.Max(1, (int)reader.GetInt64(3)))
            : null;
    }

    /// <summary>Of these connected cameras those that an offer or a withdrawal is due for, though they said no hello.
    /// </summary>
    public async Task<IReadOnlyList<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select distinct rc.camera_id
            from rollout_cameras rc join rollouts r on r.id = rc.rollout_id
            where rc.camera_id = any($1) and (
              (r.state = 1 and rc.state in (2, 3) and (rc.offered_at is null or rc.offer_id is null
                or rc.offered_at <= $2))
              or (rc.must_withdraw and (rc.offered_at is null or rc.offered_at <= $2)))
            """, cameraIds, time.GetUtcNow() - OfferPause);
        var due = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(reader.GetInt32(0));
        }

        return due;
    }

    public async Task<IReadOnlyList<int>> ListActiveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RolloutsTable.ListActiveAsync(connection, cancellationToken);
    }

    /// <summary>
    /// Brings a rollout to now: ends what is overdue, then makes its moves. Returns whether cameras wait for offers
    /// since; false too where another hub is at it.
    /// </summary>
    public async Task<bool> AdvanceAsync(int rolloutId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RolloutsTable.LockForAdvanceAsync(connection, rolloutId, cancellationToken) is not { } rollout)
        {
            return false;
        }

        await PassTimeAsync(connection, rollout, now, cancellationToken);
        var mayOffer = false;
        if (rollout.State is not RolloutState.Cancelled && now >= rollout.ExpiresAt)
        {
            await Rollouts.CancelAsync(
                connection, rollout with { StopReason = StopReason.Expired }, Actor.Hub, now, cancellationToken);
            await NoteAsync(connection, rollout, "expired", "rollout.cancel", now, cancellationToken);
        }
        else if (rollout.State is RolloutState.Running && !rollout.IsTrusted)
        {
            await StopAsync(
                connection, rollout, new(MoveKind.Stop, 0, StopReason.PublisherRevoked), now, cancellationToken);
        }
        else if (rollout.State is RolloutState.Running)
        {
            mayOffer = await MoveAsync(connection, rollout, now, cancellationToken);
        }
        else if (rollout.State is RolloutState.Cancelled)
        {
            await EndIfClosedAsync(connection, rollout, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return mayOffer;
    }

    async Task<(List<RolloutCamera> Rows, DueOffer? Due)> TakeOfferAsync(
        NpgsqlConnection connection, List<RolloutCamera> rows, IReadOnlyDictionary<int, Rollout> rollouts, bool isHello,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        var next = rows.FindLast(r => rollouts[r.RolloutId] is { IsHeld: false, IsTrusted: true, EndedAt: null }
            && CameraUpdateRules.NeedsOffer(r.Update, isHello, now, OfferPause));
        if (next is not null)
        {
            var rollout = rollouts[next.RolloutId];
            var isNew = next.Update.OfferId is null;
            var offerId = next.Update.OfferId
                ?? await RolloutCamerasTable.NextOfferIdAsync(connection, now, cancellationToken);
            // The same offer again has the same number: the camera knows it by that, and answers with its state.
            var number = isNew
                ? await RolloutCamerasTable.TakeNumberAsync(
                    connection, rollout.Id, next.CameraId, now, cancellationToken)
                : await RolloutCamerasTable.ReadNumberAsync(
                    connection, rollout.Id, next.CameraId, cancellationToken);
            if (number is null)
            {
                // Its update key was taken away.
                return (rows, null);
            }

            // A newer offer makes the older ones void, so nothing is left to withdraw.
            var after = rows.ConvertAll(r => r with
            {
                Update = r == next
                    ? rollout.Rules.Offer(r.Update, offerId, now)
                    : r.Update with { MustWithdraw = false },
            });
            return (after, new DueOffer(
                offerId, number.Value, IsWithdrawal: false, rollout.IsRollback, rollout.Plan.BatteryPercentMin,
                rollout.FirmwareId));
        }

        var gone = rows.FindLast(r => r.Update is { MustWithdraw: true, OfferId: not null });
        if (gone is null
            || (!isHello && gone.Update.OfferedAt is { } sent && now - sent < OfferPause)
            || await RolloutCamerasTable.TakeNumberAsync(
                connection, gone.RolloutId, gone.CameraId, now, cancellationToken) is not { } withdrawalNumber)
        {
            return (rows, null);
        }

        var withdrawn = rows.ConvertAll(r => r == gone ? r with { Update = r.Update with { OfferedAt = now } } : r);
        return (withdrawn, new DueOffer(
            gone.Update.OfferId!.Value, withdrawalNumber, IsWithdrawal: true, OlderIsMeant: false, 0,
            rollouts[gone.RolloutId].FirmwareId));
    }

    static async Task PassTimeAsync(
        NpgsqlConnection connection, Rollout rollout, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = await RolloutCamerasTable.LockDueAsync(connection, rollout.Id, now, DueMax, cancellationToken);
        var after = due.ConvertAll(r => r with
        {
            Update = r.IsRemoved
                ? CameraUpdateRules.Remove(r.Update, now)
                : CameraUpdateRules.Pass(
                    rollout.Rules.Deliver(r.Update, r.LastPictureAt, now), rollout.IsHeld, now),
        });
        await SaveAsync(connection, due, after, now, cancellationToken);
    }

    static async Task<bool> MoveAsync(
        NpgsqlConnection connection, Rollout rollout, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hasBegun = false;
        for (var i = 0; i < MovesMax; i++)
        {
            var steps = await RolloutsTable.ReadStepsAsync(connection, rollout.Id, cancellationToken);
            var move = RolloutRules.Next(rollout.Plan, steps, now);
            switch (move.Kind)
            {
                case MoveKind.BeginStep:
                    await BeginAsync(connection, rollout, steps[move.Step], now, cancellationToken);
                    hasBegun = true;
                    break;
                case MoveKind.Enough or MoveKind.NoLongerEnough:
                    await RolloutsTable.SaveStepAsync(connection, rollout.Id, steps[move.Step] with
                    {
                        EnoughAt = move.Kind is MoveKind.Enough ? now : null,
                    }, cancellationToken);
                    break;
                case MoveKind.Stop:
                    await StopAsync(connection, rollout, move, now, cancellationToken);
                    return hasBegun;
                case MoveKind.Finish:
                    await RolloutsTable.SetStateAsync(
                        connection, rollout.Id, RolloutState.Done, StopReason.None, null, null, now, cancellationToken);
                    await RolloutsTable.SetEndedAsync(connection, rollout.Id, now, cancellationToken);
                    await NoteAsync(connection, rollout, "done", "rollout.finish", now, cancellationToken);
                    return hasBegun;
                default:
                    return hasBegun;
            }
        }

        return hasBegun;
    }

    static async Task BeginAsync(
        NpgsqlConnection connection, Rollout rollout, StepProgress step, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var rows = await RolloutCamerasTable.LockAsync(
            connection, rollout.Id, step.Number, null, cancellationToken);
        var planned = rows.FindAll(r => r.Update.State is UpdateState.Planned);
        var begun = planned.ConvertAll(r => r with
        {
            Update = r.IsRemoved ? CameraUpdateRules.Remove(r.Update, now) : rollout.Rules.Begin(r.Update, now),
        });
        await SaveAsync(connection, planned, begun, now, cancellationToken);
        await RolloutsTable.SaveStepAsync(
            connection, rollout.Id, step with { BegunAt = now }, cancellationToken);
        await NoteAsync(connection, rollout, $"step {step.Number + 1} begun", "rollout.step", now, cancellationToken);
    }

    static async Task StopAsync(
        NpgsqlConnection connection, Rollout rollout, RolloutMove move, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await RolloutsTable.SetStateAsync(
            connection, rollout.Id, RolloutState.Stopped, move.Reason, move.Step, null, now, cancellationToken);
        await NoteAsync(
            connection, rollout,
            move.Reason switch
            {
                StopReason.TooManyFailed => $"stopped by itself in step {move.Step + 1}: too many failed",
                StopReason.NotEnoughGood => $"stopped by itself in step {move.Step + 1}: not enough can be good",
                _ => "stopped by itself: the publisher is trusted no more",
            },
            "rollout.stop", now, cancellationToken);
    }

    static async Task EndIfClosedAsync(
        NpgsqlConnection connection, Rollout rollout, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var steps = await RolloutsTable.ReadStepsAsync(connection, rollout.Id, cancellationToken);
        if (steps.TrueForAll(s => s.Counts.Open == 0))
        {
            await RolloutsTable.SetEndedAsync(connection, rollout.Id, now, cancellationToken);
        }
    }

    static async Task SaveAsync(
        NpgsqlConnection connection, List<RolloutCamera> before, List<RolloutCamera> after, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var changed = after.Where((row, at) => row.Update != before[at].Update).ToList();
        await RolloutCamerasTable.SaveAsync(connection, changed, cancellationToken);
        foreach (var rollout in changed.GroupBy(r => r.RolloutId))
        {
            await RolloutsTable.AppendHistoryAsync(
                connection, rollout.Key, RolloutSentences.Entries(before, [.. rollout], accountId: null), now,
                cancellationToken);
        }
    }

    static async Task NoteAsync(
        NpgsqlConnection connection, Rollout rollout, string word, string action, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await RolloutsTable.AppendHistoryAsync(
            connection, rollout.Id,
            [new RolloutEntry(null, null, word, new Dictionary<string, string>(StringComparer.Ordinal))], now,
            cancellationToken);
        await AuditTable.AddAsync(connection, new AuditEntry(Actor.Hub, action, $"rollout {rollout.Id}")
        {
            ProjectId = rollout.ProjectId,
            After = new { what = word },
        }, cancellationToken);
    }
}
