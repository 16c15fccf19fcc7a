using System.Globalization;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Desk;

/// <summary>The words of the pages about settings and commands.</summary>
static class OrderWords
{
    const int SecondsPerMinute = 60;
    const int SecondsPerHour = 3600;

    static readonly TimeSpan AwakeFor = TimeSpan.FromMinutes(1);

    /// <summary>Words and names of the commands that a button gives, in the order of the page.</summary>
    public static IReadOnlyList<(string Kind, string Button, string About)> Buttons { get; } =
    [
        (CommandWords.CaptureNow, "Take a test picture", "It arrives among the pictures."),
        (CommandWords.UploadBacklog, "Send what waits", "All pictures that wait on the camera, whatever the hour."),
        (CommandWords.Identify, "Blink the light", "For half a minute, to find it."),
        (CommandWords.TestPattern, "Send a test pattern", "Tries the way to here without the lens."),
        (CommandWords.DropReceipted, "Clear the card", "Of pictures that are safely stored."),
        (CommandWords.Reboot, "Restart it", "It loses no picture."),
    ];

    public static string Command(string kind) => kind switch
    {
        CommandWords.Preview => "Live preview",
        CommandWords.FullFrame => "Send the full picture",
        _ => Buttons.FirstOrDefault(b => b.Kind == kind).Button ?? kind,
    };

    public static string Title(string setting) => setting switch
    {
        "captureMode" => "Pictures",
        "burstCount" => "Pictures a trigger",
        "burstGapMilliseconds" => "Pause between them",
        "jpegQuality" => "Quality",
        "resolution" => "Size",
        "quietFrom" => "Quiet from",
        "quietUntil" => "Quiet until",
        "siteOffsetMinutes" => "Clock of the site",
        "uploadMode" => "Sends pictures",
        "uploadHours" => "Hours for sending",
        "heartbeatSeconds" => "Checks in",
        "timelapseSeconds" => "Timer",
        _ => "All settings",
    };

    /// <summary>A value of a setting as people read it.</summary>
    public static string Value(string setting, string value) => setting switch
    {
        "captureMode" => CaptureMode(value),
        "burstGapMilliseconds" => $"{value} ms",
        "resolution" => value.Replace("x", " \u00d7 ", StringComparison.Ordinal),
        "siteOffsetMinutes" => Offset(value),
        "uploadMode" => UploadMode(value),
        "uploadHours" => value.Length == 0 ? "none" : value,
        "heartbeatSeconds" => Every(value),
        "timelapseSeconds" => value == "0" ? "off" : Every(value),
        _ => value,
    };

    public static string CaptureMode(string word) => word switch
    {
        "motion" => "on movement",
        "timelapse" => "by the timer",
        "motion-and-timelapse" => "on movement and by the timer",
        "off" => "never",
        _ => word,
    };

    public static string UploadMode(string word) => word switch
    {
        "at-once" => "at once",
        "batched" => "in chosen hours",
        "low-resolution-first" => "a small one first, the full one on request",
        _ => word,
    };

    public static string Preset(string word) => word switch
    {
        "long-life" => "Long life",
        "balanced" => "Balanced",
        "every-movement" => "Every movement",
        _ => word,
    };

    public static string PresetAbout(string word) => word switch
    {
        "long-life" => "One picture a trigger, a small one sent first. Checks in every 6 h.",
        "balanced" => "Three pictures a trigger, sent at once. Checks in every hour.",
        "every-movement" => "Five quick pictures a trigger, sent at once. Checks in every 15 min.",
        _ => "",
    };

    public static string Every(string seconds) =>
        int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var s) ? Interval(s) : seconds;

    public static string Interval(int seconds) => seconds switch
    {
        86400 => "every day",
        3600 => "every hour",
        < 2 * SecondsPerMinute => $"every {seconds} s",
        _ when seconds % SecondsPerHour == 0 => $"every {seconds / SecondsPerHour} h",
        _ when seconds % SecondsPerMinute == 0 => $"every {seconds / SecondsPerMinute} min",
        _ => $"every {seconds} s",
    };

    public static string ChangesWait(int count) => count == 1 ? "1 change waits" : $"{count} changes wait";

    /// <summary>When a camera can be told something: "now", "at its next wake-up (about 14:30)".</summary>
    public static string ToldWhen(CameraOverview camera, TimeZoneInfo zone, DateTimeOffset now) => camera switch
    {
        { LastSeenAt: null } => "when it first checks in",
        { NextContactAt: { } next } when next > now && now - camera.LastSeenAt > AwakeFor =>
            $"at its next wake-up (about {SiteTime.Clock(next, zone)})",
        _ when camera.IsOffline(now) => "when it is heard of again",
        _ => "within seconds",
    };

    public static string Refusal(string setting, int code) =>
        $"{Title(setting)}: {Refusals.Sentence((ushort)code)}";

    public static (string Tone, string Icon, string Word) State(CommandState state) => state switch
    {
        CommandState.Queued => ("asleep", "asleep", "Waits"),
        CommandState.Delivered => ("none", "late", "The camera has it"),
        CommandState.Done => ("good", "good", "Done"),
        CommandState.Refused => ("bad", "bad", "Refused"),
        CommandState.Expired => ("late", "late", "Given up"),
        _ => ("none", "off", "Withdrawn"),
    };

    public static string Refused(CommandRefusal refusal) => refusal switch
    {
        CommandRefusal.TooMany =>
            $"{CommandsTable.WaitingMax} commands wait for this camera already. Withdraw some, or wait.",
        CommandRefusal.Revoked => "The camera is switched off: its credential was revoked.",
        CommandRefusal.NoStandIn => "The full picture is here already, or this is no small stand-in.",
        _ => "This camera does not exist, or not in your projects.",
    };

    static string Offset(string minutes)
    {
        var total = int.Parse(minutes, CultureInfo.InvariantCulture);
        var sign = total < 0 ? "\u2212" : "+";
        return total == 0 ? "UTC" : $"UTC{sign}{Math.Abs(total) / 60}:{Math.Abs(total) % 60:00}";
    }
}
