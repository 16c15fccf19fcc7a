using System.Globalization;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Desk;

/// <summary>The words of the pages, in English: whole sentences with their plural forms.</summary>
static class Texts
{
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public const string NotFound = "This page does not exist, or not in your projects.";
    public const string PictureNotFound = "This picture does not exist, or not in your projects.";
    public const string NotLookedAt = "Not looked at yet";
    public const string NothingFound = "Nothing found";
    public const string ThumbnailPending = "Thumbnail is being made";
    public const string Damaged = "The file is damaged and cannot be shown.";
    public const string NoPicturesYet =
        "No pictures yet. They appear here by themselves as soon as a camera sends one.";
    public const string OtherSite = "The request came from another site and was refused. Go back and try again.";
    public const string WrongPassword = "Email or password is wrong. Check both and try again.";
    public const string LinkUsed =
        "This link was used or is too old. Ask for a new one: wildcam status shows it on the hub's machine.";

    public static string Number(long n) => n.ToString("#,0", Culture);

    public static string Pictures(int n) => n == 1 ? "1 picture" : $"{Number(n)} pictures";

    public static string Events(int n) => n == 1 ? "1 event" : $"{Number(n)} events";

    public static string AboutDetections(long n) =>
        n == 1 ? "about 1 detection" : $"about {Number(n)} detections";

    public static string DetectionsIn(long n, int days) =>
        n == 1 ? $"1 detection in {days} days" : $"{Number(n)} detections in {days} days";

    public static string CountedAt(string clock) => $"counted at {clock}";

    public static string SiteTimeNote(string offset) => $"site time, {offset}";

    public static string Ignored(IReadOnlyList<string> names) => names.Count == 1
        ? $"This part of the address means nothing here and was left aside: {names[0]}."
        : $"These parts of the address mean nothing here and were left aside: {string.Join(", ", names)}.";

    public static string Day(DateOnly date) => date.ToString("ddd d MMM yyyy", Culture);

    public static string Percent(double share) => $"{Math.Round(share * 100).ToString("0", Culture)}\u00a0%";

    public static string CategoryName(Category category) => category switch
    {
        Category.Animal => "Animal",
        Category.Person => "Person",
        Category.Vehicle => "Vehicle",
        Category.Blank => "Blank",
        _ => "Movement",
    };

    public static string Icon(Category category) => category.ToString().ToLowerInvariant();

    public static string CameraCode(string code) => code.ToUpperInvariant();

    /// <summary>"Suggested: Red fox 82 %", "Simulator says: Red fox", "Red fox", "Movement".</summary>
    public static string Finding(string name, Category category, IdentificationSource source, double? confidence) =>
        (source, category) switch
        {
            (_, Category.Movement) => name,
            (IdentificationSource.Model, _) when confidence is { } c => $"Suggested: {name} {Percent(c)}",
            (IdentificationSource.Model, _) => $"Suggested: {name}",
            (IdentificationSource.Simulator, _) => $"Simulator says: {name}",
            _ => name,
        };

    public static string Boxes(int n) => n switch
    {
        0 => "no box",
        1 => "1 box",
        _ => $"{Number(n)} boxes",
    };

    public static string Hours(int from, int until) => $"{from:00}:00-{until:00}:00";

    public static string Ago(TimeSpan age) => age.TotalSeconds < 60 ? "just now"
        : age.TotalMinutes < 60 ? $"{(int)age.TotalMinutes} min ago"
        : age.TotalHours < 48 ? $"{(int)age.TotalHours} h ago"
        : $"{Number((int)age.TotalDays)} days ago";

    public static string Lasting(TimeSpan time) => CameraWords.Lasting(time);

    /// <summary>How often a camera is expected: "every hour", "every 15 min".</summary>
    public static string Every(int seconds) => CameraWords.Every(seconds);

    public static string Celsius(int tenths) => $"{Math.Round(tenths / 10.0).ToString("0", Culture)} °C";

    public static string Volts(int millivolts) => $"{(millivolts / 1000.0).ToString("0.0", Culture)} V";

    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{(bytes / 1e9).ToString("0.0", Culture)} GB",
        >= 1_000_000 => $"{(bytes / 1e6).ToString("0.0", Culture)} MB",
        >= 1_000 => $"{Math.Round(bytes / 1e3).ToString("0", Culture)} KB",
        _ => $"{bytes} bytes",
    };

    public static string Signal(int dbm)
    {
        var word = dbm switch { >= -67 => "good", >= -78 => "fair", _ => "weak" };
        return $"\u2212{Math.Abs(dbm)} dBm, {word}";
    }

    public static string Trigger(int trigger) => trigger switch
    {
        WildCam.Wire.Triggers.Motion => "movement",
        WildCam.Wire.Triggers.Timelapse => "timelapse",
        WildCam.Wire.Triggers.Command => "test picture",
        _ => "not told",
    };

    public const string SetupNeedsLink =
        "This hub is new. Open the one-time link that it printed at its start; wildcam status shows it again.";

    public static string Refused(SignedIn result) => result.Refusal switch
    {
        AccountRefusal.Wrong => WrongPassword,
        AccountRefusal.TooSoon => $"Too many tries. Wait {Lasting(result.RetryAfter)} and try again.",
        AccountRefusal.BadLink => LinkUsed,
        AccountRefusal.BadEmail => "This is not an email address.",
        AccountRefusal.BadName => "A name has 1 to 100 characters.",
        AccountRefusal.BadPassword => "A password has 10 to 200 characters.",
        AccountRefusal.BadProject =>
            "The project needs a name with a letter or a digit, and a time zone such as America/Denver.",
        AccountRefusal.EmailTaken => "There is an account with this email already.",
        AccountRefusal.AlreadySetUp => "This hub is set up already. Sign in instead.",
        _ => "Signed in.",
    };

    public static string ClockProvenance(ClockQuality quality) => quality switch
    {
        ClockQuality.Anchored => "Camera clock, checked against the hub",
        ClockQuality.Bounded => "Estimated from the pictures before and after",
        ClockQuality.Corrected => "The device's own clock, corrected by a person",
        ClockQuality.Device => "The device's own clock, not checked",
        _ => "In doubt: the device's time was absurd, the time of arrival stands in",
    };
}
