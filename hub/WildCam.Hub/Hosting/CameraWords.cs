using System.Globalization;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Hosting;

/// <summary>What is the matter with a camera, in sentences; pages and messages say the same.</summary>
static class CameraWords
{
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Reason(VisitReason reason, CameraFacts camera) => reason switch
    {
        VisitReason.Battery => $"The battery is down to {camera.BatteryPercent}\u00a0%.",
        VisitReason.BatterySoon => $"The battery lasts about {Days(camera.BatteryDays!.Value)} more.",
        VisitReason.Spool => $"Its card is {camera.SpoolPercent}\u00a0% full of pictures that wait to be sent.",
        VisitReason.Clock =>
            $"Its clock is {Lasting(TimeSpan.FromMilliseconds(Math.Abs((double)camera.ClockOffsetMs!)))} off.",
        VisitReason.Resets => $"It restarted {camera.Resets} times within a day.",
        VisitReason.Refusals => $"{camera.Refusals} pictures or sign-ins of it were refused within a day.",
        _ => "Its update failed.",
    };

    public static string Reasons(IEnumerable<VisitReason> reasons, CameraFacts camera) =>
        string.Join(' ', reasons.Select(r => Reason(r, camera)));

    public static string SilentSince(DateTimeOffset seen, int heartbeatSeconds, TimeZoneInfo zone) =>
        $"Silent since {TimeZoneInfo.ConvertTime(seen, zone).ToString("ddd d MMM HH:mm", Culture)} "
        + $"(expects a check-in {Every(heartbeatSeconds)}).";

    /// <summary>"1 day", "12 days"; below a day in hours.</summary>
    public static string Days(double days) => days switch
    {
        < 1 => $"{Math.Max(1, (int)(days * 24))} h",
        < 1.5 => "1 day",
        _ => $"{Math.Round(days).ToString("#,0", Culture)} days",
    };

    public static string Lasting(TimeSpan time) => time.TotalMinutes < 1 ? $"{(int)time.TotalSeconds} s"
        : time.TotalHours < 1 ? $"{(int)time.TotalMinutes} min"
        : time.TotalDays < 2 ? $"{(int)time.TotalHours} h {time.Minutes:00} min"
        : $"{((int)time.TotalDays).ToString("#,0", Culture)} days";

    /// <summary>How often a camera is expected: "every hour", "every 15 min".</summary>
    public static string Every(int seconds) => seconds switch
    {
        3600 => "every hour",
        86400 => "every day",
        < 120 => $"every {seconds} s",
        < 7200 => $"every {seconds / 60} min",
        _ => $"every {seconds / 3600} h",
    };
}
