using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

public enum CameraCondition
{
    Silent,
    NeedsVisit,
    Late,
    Never,
    Working,
    Asleep,
    Off,
}

/// <summary>How a camera is, against its own schedule, as a sentence; lower is sooner in need of a visit.</summary>
public sealed record CameraState(CameraCondition Condition, string Word, string Sentence)
{
    /// <summary>A check-in counts as missed only after this share of its interval, at least a minute.</summary>
    const double Grace = 0.1;

    const int MissedUntilSilent = 3;
    const int BatteryPercentMin = 20;
    static readonly TimeSpan ClockOffsetMax = TimeSpan.FromMinutes(2);

    public string Icon => Condition switch
    {
        CameraCondition.Silent or CameraCondition.NeedsVisit => "bad",
        CameraCondition.Late => "late",
        CameraCondition.Never => "never",
        CameraCondition.Working => "good",
        CameraCondition.Asleep => "asleep",
        _ => "off",
    };

    public string Tone => Condition switch
    {
        CameraCondition.Silent => "bad",
        CameraCondition.NeedsVisit or CameraCondition.Late => "late",
        CameraCondition.Never or CameraCondition.Off => "none",
        CameraCondition.Working => "good",
        _ => "asleep",
    };

    public bool NeedsAttention =>
        Condition is CameraCondition.Silent or CameraCondition.NeedsVisit or CameraCondition.Late;

    /// <summary>Values of a camera that is not heard are shown with their age.</summary>
    public bool IsHeard => Condition is CameraCondition.Working or CameraCondition.Asleep or CameraCondition.NeedsVisit;

    public static CameraState Of(CameraRow camera, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (camera.RevokedAt is not null)
        {
            return new(CameraCondition.Off, "Switched off", "Its credential was revoked.");
        }

        if (camera.LastSeenAt is not { } seen)
        {
            return new(CameraCondition.Never, "Never seen", "It has not checked in yet.");
        }

        var interval = TimeSpan.FromSeconds(camera.HeartbeatSeconds);
        var grace = TimeSpan.FromSeconds(Math.Max(60, camera.HeartbeatSeconds * Grace));
        var expected = camera.NextContactAt is { } announced && announced > seen ? announced : seen + interval;
        var since = SiteTime.At(seen, zone)
            .ToString("ddd d MMM HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        if (now > expected + ((MissedUntilSilent - 1) * interval) + grace)
        {
            return new(
                CameraCondition.Silent, "Silent",
                $"Silent since {since} (expects a check-in {Texts.Every(camera.HeartbeatSeconds)}).");
        }

        if (now > expected + grace)
        {
            return new(
                CameraCondition.Late, "Late",
                $"A check-in was expected at {SiteTime.Clock(expected, zone)}; last one {Texts.Ago(now - seen)}.");
        }

        if (camera.BatteryPercent is <= BatteryPercentMin)
        {
            return new(
                CameraCondition.NeedsVisit, "Needs a visit", $"The battery is down to {camera.BatteryPercent} %.");
        }

        if (camera.ClockOffsetMs is { } offset && TimeSpan.FromMilliseconds(Math.Abs((double)offset)) > ClockOffsetMax)
        {
            var off = Texts.Lasting(TimeSpan.FromMilliseconds(Math.Abs((double)offset)));
            return new(CameraCondition.NeedsVisit, "Needs a visit", $"Its clock is {off} off.");
        }

        var heard = $"Checked in {Texts.Ago(now - seen)}";
        return camera.NextContactAt > now && now - seen > TimeSpan.FromMinutes(1)
            ? new(CameraCondition.Asleep, "Asleep", $"Asleep until {SiteTime.Clock(expected, zone)}. {heard}.")
            : new(CameraCondition.Working, "Working", $"{heard}, next expected by {SiteTime.Clock(expected, zone)}.");
    }
}
