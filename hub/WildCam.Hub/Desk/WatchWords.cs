using System.Globalization;
using WildCam.Hub.Hosting;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>The words of the cameras' list, measurements, alerts and gaps.</summary>
static class WatchWords
{
    public const string NotKnown = "not known";

    /// <summary>"12 pictures waiting (11 min to send)"; empty where none waits.</summary>
    public static string Waiting(long? count, long? bytes, double? bytesPerSecond) => count is > 0 and { } n
        ? $"{Texts.Pictures((int)n)} waiting{ToSend(bytes, bytesPerSecond)}"
        : "";

    /// <summary>
    /// " (11 min to send)", by how fast this camera sent in its last week; empty where that is not known.
    /// </summary>
    public static string ToSend(long? bytes, double? bytesPerSecond) =>
        bytes is > 0 and { } waiting && bytesPerSecond is > 0 and { } rate
            ? $" ({Texts.Lasting(TimeSpan.FromSeconds(Math.Min(waiting / rate, 1e8)))} to send)"
            : "";

    public static string Battery(CameraFacts camera, bool isHeard, DateTimeOffset now) =>
        camera.BatteryPercent is not { } percent ? ""
        : isHeard || camera.LastSeenAt is not { } seen ? $"{percent}\u00a0%"
        : $"was {percent}\u00a0%, {Texts.Ago(now - seen)}";

    public static string BatteryDays(double? days) =>
        days is { } left ? $"about {CameraWords.Days(left)} left" : $"days left {NotKnown}";

    public static string Clock(long offsetMs) =>
        (Math.Abs(offsetMs) / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)
        + (offsetMs < 0 ? " s slow" : " s fast");

    public static string Cause(short cause) => cause switch
    {
        WildCam.Wire.WakeCauses.PowerOn => "Power came",
        WildCam.Wire.WakeCauses.Brownout => "Power sagged",
        WildCam.Wire.WakeCauses.Watchdog => "The program hung",
        _ => "Not told",
    };

    public static string Found(int count) => count == 1 ? "1 camera" : $"{Texts.Number(count)} cameras";

    public static string KindName(AlertKind kind) => kind switch
    {
        AlertKind.Silent => "Silent camera",
        AlertKind.Battery => "Low battery",
        AlertKind.Spool => "Card fills up",
        AlertKind.Clock => "Clock in doubt",
        AlertKind.Resets => "Repeated restarts",
        AlertKind.UpdateFailed => "Failed update",
        AlertKind.Refusals => "Many refusals",
        _ => "Hub or network",
    };

    /// <summary>What a rule's number counts.</summary>
    public static string LimitMeaning(AlertKind kind) => kind switch
    {
        AlertKind.Silent => "check-ins missed",
        AlertKind.Battery => "% or less",
        AlertKind.Spool => "% full or more",
        AlertKind.Clock => "seconds off or more",
        AlertKind.Resets => "within a day, or more",
        AlertKind.UpdateFailed => "failed update",
        AlertKind.Refusals => "within a day, or more",
        _ => "% of the cameras within 10 min, or more",
    };

    public static string ChannelKindName(ChannelKind kind) => kind switch
    {
        ChannelKind.Email => "E-mail",
        ChannelKind.Slack => "Slack",
        ChannelKind.Sms => "SMS",
        ChannelKind.Push => "Browser",
        _ => "Webhook",
    };

    public static string Occasion(MessageOccasion occasion) => occasion switch
    {
        MessageOccasion.Raised => "Begun",
        MessageOccasion.Over => "Over",
        _ => "Test",
    };

    public static (string Word, string Tone, string Icon) Delivery(MessageRow message) => message.State switch
    {
        MessageState.Delivered => ("Delivered", "good", "good"),
        MessageState.Dead => ("Given up", "bad", "bad"),
        _ => (message.Attempts == 0 ? "Waiting" : "Will be tried again", "late", "late"),
    };

    public static string Attempts(int attempts) => attempts == 1 ? "1 attempt" : $"{attempts} attempts";

    public static string QuietTime(int? minute) =>
        minute is { } m ? new TimeOnly(m / 60, m % 60).ToString("HH:mm", CultureInfo.InvariantCulture) : "";

    public const string TestSubject = "WildCam: a test";

    public static string TestBody(string project) =>
        $"This is a test of a channel of the project {project}. Nothing is the matter.";

    /// <summary>What a form that was posted did, for the line on top; the address holds only the name of it.</summary>
    public static string? Done(string? what) => what switch
    {
        "saved" => "The rules are saved.",
        "added" => "The channel is added. Send a test to see whether it leads where it should.",
        "test" => "A test is on its way. How it went stands below in a few seconds; reload to see it.",
        "on" => "The channel is on.",
        "off" => "The channel is off. Nothing is sent over it.",
        "removed" => "The channel and its messages are removed.",
        "acknowledged" => "Noted: you look after it.",
        "muted" => "Muted: this camera's alerts of this kind stay on this page, and no message is sent.",
        "unmuted" => "No longer muted.",
        "again" => "The message is sent once more.",
        _ => null,
    };

    public static string GapCause(GapCause cause) => cause == Storage.Watch.GapCause.ManyAtOnce
        ? "Many cameras were silent at once: the hub or the network was away, and they probably worked."
        : "It did not check in and took no picture.";

    public static string GapsDecided(int count) => count switch
    {
        0 => "No gap was chosen.",
        1 => "Decided on 1 gap.",
        _ => $"Decided on {Texts.Number(count)} gaps.",
    };

    public static string GapsToDecide(int count) =>
        count == 1 ? "1 gap to decide" : $"{Texts.Number(count)} gaps to decide";

    /// <summary>"31 days, 2 gaps: 30.2 camera-days".</summary>
    public static string Effort(TrapEffort effort)
    {
        var days = $"{effort.Days.ToString("0.#", CultureInfo.InvariantCulture)} days";
        var worked = $"{effort.CameraDays.ToString("0.0", CultureInfo.InvariantCulture)} camera-days";
        return effort.Gaps switch
        {
            0 => $"{days}: {worked}",
            1 => $"{days}, 1 gap: {worked}",
            var n => $"{days}, {n} gaps: {worked}",
        };
    }
}
