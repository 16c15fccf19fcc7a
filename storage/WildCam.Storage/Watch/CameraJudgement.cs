namespace WildCam.Storage.Watch;

/// <summary>How a camera is, against its own schedule; lower is sooner in need of a visit.</summary>
public enum CameraCondition : short
{
    Silent = 0,
    NeedsVisit = 1,
    Late = 2,
    Never = 3,
    Working = 4,
    Asleep = 5,
    Off = 6,
}

/// <summary>Why a camera that is heard needs somebody.</summary>
public enum VisitReason
{
    UpdateFailed,
    Battery,
    BatterySoon,
    Spool,
    Clock,
    Resets,
    Refusals,
}

/// <summary>What is known of a camera, as far as it tells whether somebody has to go there.</summary>
public sealed record CameraFacts(int HeartbeatSeconds)
{
    public DateTimeOffset? RevokedAt { get; init; }

    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>Announced by the camera.</summary>
    public DateTimeOffset? NextContactAt { get; init; }

    public int? BatteryPercent { get; init; }

    /// <summary>Estimated days until the battery is empty; null: not known.</summary>
    public double? BatteryDays { get; init; }

    public long? SpoolBytes { get; init; }

    public long? SpoolCapacityBytes { get; init; }

    public long? ClockOffsetMs { get; init; }

    /// <summary>Restarts by power, brownout or watchdog within a day.</summary>
    public int Resets { get; init; }

    /// <summary>Pictures and sign-ins refused within a day.</summary>
    public int Refusals { get; init; }

    /// <summary>The camera's newest update failed.</summary>
    public bool UpdateFailed { get; init; }

    /// <summary>How full the spool is, in whole per cent; null: not known.</summary>
    public int? SpoolPercent => SpoolBytes is { } bytes && SpoolCapacityBytes is > 0 and { } room
        ? (int)Math.Min(100, bytes / Math.Max(1, room / 100))
        : null;
}

/// <summary>Judges a camera by its own schedule and its project's limits. Pure.</summary>
public sealed record CameraJudgement(
    CameraCondition Condition, DateTimeOffset? ExpectedAt, DateTimeOffset? LateAt, DateTimeOffset? SilentAt,
    IReadOnlyList<VisitReason> Reasons)
{
    /// <summary>A check-in counts as missed only after this share of its interval, and at least a minute.</summary>
    public const double GraceShare = 0.1;

    public const int GraceSecondsMin = 60;

    public static CameraJudgement Of(CameraFacts camera, WatchLimits limits, DateTimeOffset now)
    {
        if (camera.RevokedAt is not null)
        {
            return new(CameraCondition.Off, null, null, null, []);
        }

        if (camera.LastSeenAt is not { } seen)
        {
            return new(CameraCondition.Never, null, null, null, []);
        }

        var interval = TimeSpan.FromSeconds(camera.HeartbeatSeconds);
        var grace = TimeSpan.FromSeconds(Math.Max(GraceSecondsMin, camera.HeartbeatSeconds * GraceShare));
        var expected = camera.NextContactAt is { } announced && announced > seen ? announced : seen + interval;
        var late = expected + grace;
        var silent = late + ((limits.MissedUntilSilent - 1) * interval);
        var reasons = ReasonsOf(camera, limits);
        var condition = now > silent ? CameraCondition.Silent
            : now > late ? CameraCondition.Late
            : reasons.Count > 0 ? CameraCondition.NeedsVisit
            : camera.NextContactAt > now && now - seen > TimeSpan.FromMinutes(1) ? CameraCondition.Asleep
            : CameraCondition.Working;
        return new(condition, expected, late, silent, reasons);
    }

    /// <summary>What asks for a visit, whether or not the camera is heard.</summary>
    public static IReadOnlyList<VisitReason> ReasonsOf(CameraFacts camera, WatchLimits limits)
    {
        var reasons = new List<VisitReason>();
        Add(camera.UpdateFailed, VisitReason.UpdateFailed);
        Add(camera.BatteryPercent <= limits.BatteryPercentMin, VisitReason.Battery);
        // An unknown charge is not low; days that are known still count.
        Add(!(camera.BatteryPercent <= limits.BatteryPercentMin) && camera.BatteryDays <= WatchLimits.BatteryDaysMin,
            VisitReason.BatterySoon);
        Add(camera.SpoolPercent >= limits.SpoolPercentMax, VisitReason.Spool);
        Add(camera.ClockOffsetMs is { } offset && Math.Abs(offset) > limits.ClockSecondsMax * 1000L, VisitReason.Clock);
        Add(camera.Resets >= limits.ResetsADay, VisitReason.Resets);
        Add(camera.Refusals >= limits.RefusalsADay, VisitReason.Refusals);
        return reasons;

        void Add(bool? holds, VisitReason reason)
        {
            if (holds == true)
            {
                reasons.Add(reason);
            }
        }
    }
}
