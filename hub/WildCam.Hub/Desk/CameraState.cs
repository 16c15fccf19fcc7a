using WildCam.Hub.Hosting;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>How a camera is, as a word, a shape, a colour and a sentence.</summary>
public sealed record CameraState(CameraCondition Condition, string Sentence)
{
    public string Word => WordOf(Condition);

    public string Icon => IconOf(Condition);

    public string Tone => ToneOf(Condition);

    public bool NeedsAttention =>
        Condition is CameraCondition.Silent or CameraCondition.NeedsVisit or CameraCondition.Late;

    /// <summary>Values of a camera that is not heard are shown with their age.</summary>
    public bool IsHeard => Condition is CameraCondition.Working or CameraCondition.Asleep or CameraCondition.NeedsVisit;

    public static string WordOf(CameraCondition condition) => condition switch
    {
        CameraCondition.Silent => "Silent",
        CameraCondition.NeedsVisit => "Needs a visit",
        CameraCondition.Late => "Late",
        CameraCondition.Never => "Never seen",
        CameraCondition.Working => "Working",
        CameraCondition.Asleep => "Asleep",
        _ => "Switched off",
    };

    public static string IconOf(CameraCondition condition) => condition switch
    {
        CameraCondition.Silent or CameraCondition.NeedsVisit => "bad",
        CameraCondition.Late => "late",
        CameraCondition.Never => "never",
        CameraCondition.Working => "good",
        CameraCondition.Asleep => "asleep",
        _ => "off",
    };

    public static string ToneOf(CameraCondition condition) => condition switch
    {
        CameraCondition.Silent => "bad",
        CameraCondition.NeedsVisit or CameraCondition.Late => "late",
        CameraCondition.Never or CameraCondition.Off => "none",
        CameraCondition.Working => "good",
        _ => "asleep",
    };

    public static CameraState Of(CameraFacts camera, WatchLimits limits, DateTimeOffset now, TimeZoneInfo zone)
    {
        var judged = CameraJudgement.Of(camera, limits, now);
        var heard = camera.LastSeenAt is { } seen ? $"Checked in {Texts.Ago(now - seen)}" : "";
        return new(judged.Condition, judged.Condition switch
        {
            CameraCondition.Off => "Its credential was revoked.",
            CameraCondition.Never => "It has not checked in yet.",
            CameraCondition.Silent => CameraWords.SilentSince(camera.LastSeenAt!.Value, camera.HeartbeatSeconds, zone),
            CameraCondition.Late => $"A check-in was expected at {SiteTime.Clock(judged.ExpectedAt!.Value, zone)}; "
                + $"last one {Texts.Ago(now - camera.LastSeenAt!.Value)}.",
            CameraCondition.NeedsVisit => CameraWords.Reasons(judged.Reasons, camera),
            CameraCondition.Asleep => $"Asleep until {SiteTime.Clock(judged.ExpectedAt!.Value, zone)}. {heard}.",
            _ => $"{heard}, next expected by {SiteTime.Clock(judged.ExpectedAt!.Value, zone)}.",
        });
    }
}
