using WildCam.Hub.Hosting;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>Something that is the matter now; camera 0 is the whole project.</summary>
public sealed record Matter(AlertKind Kind, int CameraId, DateTimeOffset SinceAt, string Detail);

/// <summary>What one look at a project changes. Matters become alerts when they have lasted for their grace.</summary>
public sealed record AlertRound(
    IReadOnlyList<Matter> Begun, IReadOnlyList<(OpenAlert Alert, string Detail)> Goes,
    IReadOnlyList<OpenAlert> Over, bool ManyAtOnce);

/// <summary>
/// Decides what is the matter with a project's cameras. Pure: cameras, open alerts, policy and the time go in, changes
/// come out.
/// </summary>
static class AlertEvaluation
{
    /// <summary>Cameras that fall silent within this belong together; a silent one is told of no sooner.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMinutes(10);

    /// <summary>Fewer silent cameras are each a matter of its own, whatever their share.</summary>
    public const int ManyMin = 3;

    /// <summary>Of the check-ins that were due, the share that failed and speaks for the hub or the network.</summary>
    const double DueMissedShare = 0.8;

    const int DueMissedMin = 5;

    /// <summary>Better than the limit by so much, and it is over: so a value at the limit is one incident.</summary>
    const int BatteryEase = 5;
    const int BatteryDaysEase = 2;
    const int SpoolEase = 10;

    /// <param name="cameras">All of the project.</param>
    /// <param name="open">Its alerts that are not over, raised or not yet.</param>
    /// <param name="watchedSince">Since when a hub was there to hear them, without a break.</param>
    public static AlertRound Decide(
        AlertPolicy policy, IReadOnlyList<FleetRow> cameras, IReadOnlyList<OpenAlert> open,
        DateTimeOffset watchedSince, TimeZoneInfo projectZone, DateTimeOffset now)
    {
        var heard = cameras.Where(c => c.Facts is { RevokedAt: null, LastSeenAt: not null })
            .Select(c => Look(c, policy.Limits, watchedSince, now)).ToList();
        var byId = heard.ToDictionary(h => h.Camera.Id);
        var matters = new Dictionary<(AlertKind, int), Matter>();
        var many = Many(policy, heard, open, now);
        foreach (var looked in heard)
        {
            foreach (var matter in MattersOf(looked, policy.Limits, projectZone, now))
            {
                matters[(matter.Kind, matter.CameraId)] = matter;
            }
        }

        if (many is not null)
        {
            matters[(many.Kind, 0)] = many;
        }

        var eased = Eased(policy.Limits);
        var goes = new List<(OpenAlert, string)>();
        var over = new List<OpenAlert>();
        foreach (var alert in open)
        {
            var key = (alert.Kind, alert.CameraId);
            var isOn = policy.Rule(alert.Kind).IsOn;
            if (isOn && matters.Remove(key, out var matter))
            {
                goes.Add((alert, matter.Detail));
            }
            else if (isOn && IsKept(alert, byId.GetValueOrDefault(alert.CameraId), eased))
            {
                goes.Add((alert, alert.Detail));
            }
            else
            {
                over.Add(alert);
            }
        }

        return new AlertRound(
            [.. matters.Values.Where(m => policy.Rule(m.Kind).IsOn)], goes, over, many is not null);
    }

    /// <summary>Whether an alert has lasted long enough to be told of.</summary>
    public static bool IsDue(AlertKind kind, DateTimeOffset sinceAt, AlertPolicy policy, DateTimeOffset now)
    {
        var grace = TimeSpan.FromMinutes(policy.Rule(kind).GraceMinutes);
        // So that the many of one outage are known as such before the first of them is told of.
        var least = kind == AlertKind.Silent && policy.Rule(AlertKind.HubOrNetwork).IsOn ? Together : TimeSpan.Zero;
        return now - sinceAt >= (grace > least ? grace : least);
    }

    /// <summary>While many are silent at once, each silent one since then is a part of that.</summary>
    public static bool IsCovered(AlertKind kind, DateTimeOffset sinceAt, DateTimeOffset? manySince) =>
        kind == AlertKind.Silent && manySince is { } many && sinceAt >= many - Together;

    // A camera that was silent because no hub was there has its full time from when one was.
    static Looked Look(FleetRow camera, WatchLimits limits, DateTimeOffset watchedSince, DateTimeOffset now)
    {
        var judged = CameraJudgement.Of(camera.Facts, limits, now);
        var late = judged.LateAt!.Value;
        if (camera.Facts.LastSeenAt < watchedSince)
        {
            var interval = TimeSpan.FromSeconds(camera.Facts.HeartbeatSeconds);
            var again = watchedSince + interval + (late - judged.ExpectedAt!.Value);
            late = late > again ? late : again;
        }

        var silent = late + (judged.SilentAt!.Value - judged.LateAt.Value);
        return new Looked(camera, judged, late, silent, now > late, now > silent);
    }

    static Matter? Many(
        AlertPolicy policy, List<Looked> heard, IReadOnlyList<OpenAlert> open, DateTimeOffset now)
    {
        var rule = policy.Rule(AlertKind.HubOrNetwork);
        if (!rule.IsOn || heard.Count == 0)
        {
            return null;
        }

        // What is known stays so while the cameras' own schedules say it; a hub that begins to watch starts no alarm.
        var missing = heard.Count(h => h.Judged.Condition is CameraCondition.Silent or CameraCondition.Late);
        var silentAt = heard.Where(h => h.IsSilent).Select(h => h.SilentAt).Order().ToList();
        var (most, since) = MostTogether(silentAt);
        var dueMissed = heard.Where(h => h.IsLate && now - h.LateAt <= Together).ToList();
        var dueHeard = heard.Count(h => !h.IsLate && now - h.Camera.Facts.LastSeenAt <= Together);
        var known = open.FirstOrDefault(a => a.Kind == AlertKind.HubOrNetwork);
        var fellTogether = most >= ManyMin && most * 100 > rule.Limit * heard.Count;
        var nothingComes = dueMissed.Count >= DueMissedMin
            && dueMissed.Count > DueMissedShare * (dueMissed.Count + dueHeard);
        var goesOn = known is not null && missing * 100 > rule.Limit * heard.Count;
        if (!fellTogether && !nothingComes && !goesOn)
        {
            return null;
        }

        var from = known?.SinceAt ?? (fellTogether ? since : dueMissed.Min(h => h.LateAt));
        return new Matter(
            AlertKind.HubOrNetwork, 0, from,
            $"{missing} of {heard.Count} cameras have missed their check-in: the hub or the network, not the cameras.");
    }

    /// <summary>
    /// The most times that lie within <see cref="Together"/>, and the first of them; times are in order.
    /// </summary>
    static (int Most, DateTimeOffset Since) MostTogether(List<DateTimeOffset> times)
    {
        var (most, since) = (0, DateTimeOffset.MinValue);
        for (int from = 0, until = 0; until < times.Count; until++)
        {
            while (times[until] - times[from] > Together)
            {
                from++;
            }

            // The latest such time counts: an old one is another story.
            if (until - from + 1 >= most)
            {
                (most, since) = (until - from + 1, times[from]);
            }
        }

        return (most, since);
    }

    static IEnumerable<Matter> MattersOf(
        Looked looked, WatchLimits limits, TimeZoneInfo projectZone, DateTimeOffset now)
    {
        var camera = looked.Camera;
        if (looked.IsSilent)
        {
            var zone = camera.ZoneName is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var own)
                ? own
                : projectZone;
            yield return new Matter(
                AlertKind.Silent, camera.Id, looked.SilentAt,
                CameraWords.SilentSince(camera.Facts.LastSeenAt!.Value, camera.Facts.HeartbeatSeconds, zone));
        }

        foreach (var reason in looked.Judged.Reasons)
        {
            // What a silent camera said last is no news; that it is refused is.
            if (!looked.IsSilent || reason == VisitReason.Refusals)
            {
                yield return new Matter(KindOf(reason), camera.Id, now, CameraWords.Reason(reason, camera.Facts));
            }
        }
    }

    // An alert that is not a matter now goes on while its camera is not heard, or is not better by enough.
    static bool IsKept(OpenAlert alert, Looked? looked, WatchLimits eased) =>
        looked is not null && alert.Kind != AlertKind.HubOrNetwork
        && (looked.Judged.Condition == CameraCondition.Silent
            || (alert.Kind != AlertKind.Silent && CameraJudgement.ReasonsOf(
                looked.Camera.Facts with { BatteryDays = looked.Camera.Facts.BatteryDays - BatteryDaysEase }, eased)
                .Any(r => KindOf(r) == alert.Kind)));

    static WatchLimits Eased(WatchLimits limits) => limits with
    {
        BatteryPercentMin = limits.BatteryPercentMin + BatteryEase,
        SpoolPercentMax = Math.Max(1, limits.SpoolPercentMax - SpoolEase),
        ClockSecondsMax = limits.ClockSecondsMax / 2,
    };

    static AlertKind KindOf(VisitReason reason) => reason switch
    {
        VisitReason.Battery or VisitReason.BatterySoon => AlertKind.Battery,
        VisitReason.Spool => AlertKind.Spool,
        VisitReason.Clock => AlertKind.Clock,
        VisitReason.Resets => AlertKind.Resets,
        VisitReason.Refusals => AlertKind.Refusals,
        _ => AlertKind.UpdateFailed,
    };

    sealed record Looked(
        FleetRow Camera, CameraJudgement Judged, DateTimeOffset LateAt, DateTimeOffset SilentAt, bool IsLate,
        bool IsSilent);
}
