namespace WildCam.Storage.Fleet;

/// <summary>
/// What happens to a camera's update: a pure state machine, one method an event. Time, rows and messages are the
/// caller's. Every state that waits has a deadline, and "good" needs three facts: the camera reports the version, says
/// that it confirmed it, and the hub stored a picture since. What ended is opened again by a person only; a camera that
/// was given up may still turn out good.
/// </summary>
public sealed class CameraUpdateRules(RolloutPlan plan, Version target, bool isRollback)
{
    /// <summary>Offers in one attempt that a camera may call stale.</summary>
    public const int OffersMax = 5;

    /// <summary>Hubs' clocks may differ by so much: a picture is stored by one, a hello heard by another.</summary>
    public static readonly TimeSpan HubClocksApart = TimeSpan.FromSeconds(2);

    // WildCam.Wire's RefusalCodes; storage does not know the wire.
    internal const int Stale = 24;
    const int NotNewer = 21;
    const int Withdrawn = 31;
    const int OtherOnTrial = 32;

    /// <summary>Its step begins, or a person wants it tried again.</summary>
    public CameraUpdate Begin(CameraUpdate update, DateTimeOffset now) => update.Reported == target
        ? End(update, UpdateState.Good, UpdateReason.AlreadyThere, now)
        : Enter(update, UpdateState.Waiting, now);

    /// <summary>The offer of this id is being sent.</summary>
    public CameraUpdate Offer(CameraUpdate update, long offerId, DateTimeOffset now)
    {
        var isNew = update.OfferId != offerId;
        var offered = update with
        {
            OfferId = offerId,
            OfferedAt = now,
            Offers = isNew ? update.Offers + 1 : update.Offers,
        };
        return update.State == UpdateState.Waiting ? Enter(offered, UpdateState.Offered, now) : offered;
    }

    /// <summary>A hello: the camera runs this version.</summary>
    public CameraUpdate Hear(CameraUpdate update, Version version, DateTimeOffset now)
    {
        var isTarget = version == target;
        var heard = update with
        {
            Reported = version,
            NewVersionAt = isTarget ? update.NewVersionAt ?? now : null,
            IsConfirmed = isTarget && update.IsConfirmed,
        };
        if (isTarget)
        {
            return update.State switch
            {
                UpdateState.Waiting when update.OfferId is null =>
                    End(heard, UpdateState.Good, UpdateReason.AlreadyThere, now),
                UpdateState.Waiting or UpdateState.Offered or UpdateState.Downloading or UpdateState.WaitsForBattery
                    or UpdateState.Installing => Enter(heard, UpdateState.OnTrial, now),
                _ => heard,
            };
        }

        return update.State switch
        {
            // It will say that it fell back. Should it not, the deadline of the trial still holds.
            UpdateState.OnTrial => heard with { State = UpdateState.Installing, Since = now },
            UpdateState.Good when version < target && !isRollback =>
                End(heard, UpdateState.Failed, UpdateReason.WentBack, now),
            _ => heard,
        };
    }

    /// <summary>The camera says how the update stands that the offer of this id began.</summary>
    public CameraUpdate Tell(
        CameraUpdate update, long offerId, ReportedState state, int code, long receivedBytes, DateTimeOffset now)
    {
        if (update.OfferId != offerId)
        {
            // Of an earlier attempt, or of another rollout.
            return update;
        }

        var told = update with
        {
            ReceivedBytes = receivedBytes,
            IsConfirmed = state == ReportedState.Confirmed,
            MustWithdraw = update.MustWithdraw && state is not (ReportedState.Confirmed or ReportedState.Refused
                or ReportedState.FellBack),
        };
        return state switch
        {
            ReportedState.Downloading when update.IsUnderWay => Move(told, UpdateState.Downloading, now),
            ReportedState.WaitsForBattery when update.IsUnderWay => Move(told, UpdateState.WaitsForBattery, now),
            ReportedState.Verified or ReportedState.Pending when update.IsUnderWay
                && update.State != UpdateState.OnTrial => Move(told, UpdateState.Installing, now),
            ReportedState.Confirmed when update.IsUnderWay && update.State != UpdateState.OnTrial
                && told.NewVersionAt is null => Move(told, UpdateState.Installing, now),
            ReportedState.FellBack when update.State == UpdateState.Good =>
                End(told with { Code = code }, UpdateState.Failed, UpdateReason.WentBack, now),
            ReportedState.FellBack when update.State is not UpdateState.LeftOut =>
                End(told with { Code = code }, UpdateState.Failed, UpdateReason.FellBack, now),
            ReportedState.Refused when update.IsUnderWay => Refuse(told, code, now),
            _ => told,
        };
    }

    /// <summary>The hub has stored pictures of the camera, the last one at this time.</summary>
    public CameraUpdate Deliver(CameraUpdate update, DateTimeOffset? lastPictureAt, DateTimeOffset now)
    {
        var isProven = update.IsConfirmed && update.NewVersionAt is { } since
            && lastPictureAt >= since - HubClocksApart;
        var mayBeGood = update.IsUnderWay || update.State is UpdateState.Missed
            || (update.State is UpdateState.Failed && update.Reason is not UpdateReason.WentBack);
        return isProven && mayBeGood ? End(update, UpdateState.Good, UpdateReason.Proven, now) : update;
    }

    /// <summary>Time passes. While a rollout is held, what the hub holds up has no deadline.</summary>
    public static CameraUpdate Pass(CameraUpdate update, bool isHeld, DateTimeOffset now)
    {
        if (update.DeadlineAt is not { } deadline || deadline > now || (isHeld && IsHeldUp(update.State)))
        {
            return update;
        }

        return update.State switch
        {
            UpdateState.Waiting => GiveUp(update, UpdateState.Missed, UpdateReason.NoContact, now),
            UpdateState.Offered => GiveUp(update, UpdateState.Missed, UpdateReason.NoAnswer, now),
            UpdateState.WaitsForBattery => GiveUp(update, UpdateState.Missed, UpdateReason.BatteryLow, now),
            UpdateState.Downloading => GiveUp(update, UpdateState.Failed, UpdateReason.DownloadTooSlow, now),
            UpdateState.Installing => GiveUp(update, UpdateState.Failed, UpdateReason.NotHeardAfterDownload, now),
            UpdateState.OnTrial => GiveUp(update, UpdateState.Failed, UpdateReason.NoPicture, now),
            _ => update,
        };
    }

    /// <summary>The rollout goes on after a pause: what it held up has its whole time again.</summary>
    public CameraUpdate Resume(CameraUpdate update, DateTimeOffset now) =>
        IsHeldUp(update.State) ? update with { DeadlineAt = now + TimeFor(update.State) } : update;

    /// <summary>The rollout is cancelled. What restarts into the new version cannot be called back.</summary>
    public static CameraUpdate Cancel(CameraUpdate update, DateTimeOffset now) => update.State switch
    {
        UpdateState.Planned => End(update, UpdateState.LeftOut, UpdateReason.Cancelled, now),
        _ when IsHeldUp(update.State) => GiveUp(update, UpdateState.LeftOut, UpdateReason.Cancelled, now),
        UpdateState.Installing => update with { MustWithdraw = true, OfferedAt = null },
        _ => update,
    };

    /// <summary>A rollback takes the camera over. What has not restarted yet is to forget the new version.</summary>
    public static CameraUpdate HandOver(CameraUpdate update, DateTimeOffset now) => update.State switch
    {
        UpdateState.Installing => GiveUp(update, UpdateState.LeftOut, UpdateReason.RolledBack, now),
        _ when update.IsOpen => End(update, UpdateState.LeftOut, UpdateReason.RolledBack, now),
        _ => update,
    };

    /// <summary>The camera is revoked, deleted, or in another project.</summary>
    public static CameraUpdate Remove(CameraUpdate update, DateTimeOffset now) => update.IsOpen
        ? End(update with { MustWithdraw = false }, UpdateState.LeftOut, UpdateReason.Removed, now)
        : update;

    /// <summary>A person wants it tried again; null where there is nothing to try.</summary>
    public CameraUpdate? Retry(CameraUpdate update, DateTimeOffset now)
    {
        if (update.State is not (UpdateState.Failed or UpdateState.Missed))
        {
            return null;
        }

        var again = update with { Attempts = update.Attempts + 1, Offers = 0, MustWithdraw = false };
        return update.Reported == target && update.OfferId is not null
            ? Enter(again, UpdateState.OnTrial, now)
            : Begin(again with { OfferId = null, OfferedAt = null, ReceivedBytes = 0, IsConfirmed = false }, now);
    }

    /// <summary>Whether an offer is due: at a hello, or where none was sent for a while.</summary>
    public static bool NeedsOffer(CameraUpdate update, bool isHello, DateTimeOffset now, TimeSpan pause) =>
        update.IsUnderWay
        && (update.OfferedAt is not { } sent || isHello || update.OfferId is null
            || (update.State is UpdateState.Waiting or UpdateState.Offered && now - sent >= pause));

    /// <summary>Whether the hub decides when such an update goes on, so that a pause holds it.</summary>
    static bool IsHeldUp(UpdateState state) => state is UpdateState.Waiting or UpdateState.Offered
        or UpdateState.Downloading or UpdateState.WaitsForBattery;

    CameraUpdate Refuse(CameraUpdate update, int code, DateTimeOffset now)
    {
        var refused = update with { Code = code };
        return code switch
        {
            NotNewer when update.Reported == target =>
                End(refused, UpdateState.Good, UpdateReason.AlreadyThere, now),
            NotNewer when update.Reported > target =>
                End(refused, UpdateState.LeftOut, UpdateReason.NewerThere, now),
            OtherOnTrial => Move(refused, UpdateState.Waiting, now),
            Stale when update.Offers < OffersMax => Move(refused with { OfferId = null }, UpdateState.Waiting, now),
            Withdrawn => End(refused, UpdateState.LeftOut, UpdateReason.Cancelled, now),
            _ => End(refused, UpdateState.Failed, UpdateReason.Refused, now),
        };
    }

    /// <summary>To a state, unless it is in it already: then its deadline stays.</summary>
    CameraUpdate Move(CameraUpdate update, UpdateState state, DateTimeOffset now) =>
        update.State == state ? update : Enter(update, state, now);

    CameraUpdate Enter(CameraUpdate update, UpdateState state, DateTimeOffset now) => update with
    {
        State = state,
        Since = now,
        DeadlineAt = now + TimeFor(state),
        Reason = UpdateReason.None,
        Code = state == UpdateState.Waiting ? update.Code : 0,
    };

    TimeSpan TimeFor(UpdateState state) => state switch
    {
        UpdateState.Offered => plan.AnswerTime,
        UpdateState.Downloading => plan.DownloadTime,
        UpdateState.Installing => plan.ReturnTime,
        UpdateState.OnTrial => plan.ProofTime,
        _ => plan.ContactTime,
    };

    static CameraUpdate GiveUp(CameraUpdate update, UpdateState state, UpdateReason reason, DateTimeOffset now) =>
        End(update with { MustWithdraw = update.OfferId is not null, OfferedAt = null }, state, reason, now);

    static CameraUpdate End(CameraUpdate update, UpdateState state, UpdateReason reason, DateTimeOffset now) =>
        update with { State = state, Reason = reason, Since = now, DeadlineAt = null };
}
