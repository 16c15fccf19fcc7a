using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>The words of the pages that add cameras and look after them.</summary>
static class RegisterPageWords
{
    public const string NoTime =
        "The time is none by the site's clock. Write it as 2026-05-01 14:30, or leave it empty for now.";

    /// <summary>How long an old password may stay good beside a new one, in hours.</summary>
    public static IReadOnlyList<(int Hours, string Word)> Overlaps { get; } =
        [(24, "a day"), (72, "3 days"), (168, "a week"), (720, "30 days")];

    public static string Board(string name) => name switch
    {
        "simulator" => "Simulator",
        "esp32-ov2640" => "ESP32 with OV2640",
        "esp32-psram-ov2640" => "ESP32 with PSRAM and OV2640",
        "esp32-s3-ov2640" => "ESP32-S3 with OV2640",
        _ => name,
    };

    /// <summary>How the password stands, in sentences.</summary>
    public static string Password(RegisteredCamera camera, TimeZoneInfo zone)
    {
        var state = camera.Credential;
        var made = state.IssuedAt is { } issued ? $"Made {SiteTime.Full(issued, zone)}, " : "";
        var used = state.UsedAt is { } at ? $"first used {SiteTime.Full(at, zone)}." : "not used yet.";
        var old = state.PreviousUntil is { } until
            ? " The one before is good too, until the new one is used, and no longer than "
                + $"{SiteTime.Full(until, zone)}."
            : "";
        return made + used + old;
    }

    public static string Ended(RegisteredCamera camera, TimeZoneInfo zone)
    {
        var since = SiteTime.Full(camera.RevokedAt!.Value, zone);
        return camera.End switch
        {
            CameraEnd.Stolen => $"Marked as stolen since {since}: nothing lets it in any more.",
            CameraEnd.Retired => $"Retired since {since}. Its pictures stay.",
            _ => $"Its password was taken away {since}: it can send no more. Its pictures stay.",
        };
    }

    public static string Stands(RegisteredCamera camera, TimeZoneInfo zone) => camera.Site is { } site
        ? $"At {site.Name} since {SiteTime.Full(site.FromAt, zone)}."
        : "At no site.";

    /// <summary>What was done, by the word of the address that a form leads to.</summary>
    public static string? Done(string? word, string? count) => word switch
    {
        "saved" => "Saved.",
        "moved" when int.TryParse(count, out var n) && n > 0 =>
            $"Moved. {Texts.Pictures(n)} of the time since then are filed at the new place within a minute.",
        "moved" => "Moved.",
        "old-ended" => "The old password is good no more.",
        "revoked" => "The password is good no more. A live connection drops within 10 seconds.",
        "stolen" => "Everything of this camera is taken away. A live connection drops within 10 seconds.",
        "retired" => "The camera is retired.",
        _ => null,
    };

    public static string Confirm(string code) =>
        $"To be sure, type the camera's code, {Texts.CameraCode(code)}. Nothing was changed.";

    public static string Sheet(int cameras, int sites) => sites switch
    {
        0 => $"{Cameras(cameras)}, no new site.",
        1 => $"{Cameras(cameras)}, 1 new site.",
        _ => $"{Cameras(cameras)}, {Texts.Number(sites)} new sites.",
    };

    public static string Cameras(int n) => n == 1 ? "1 camera" : $"{Texts.Number(n)} cameras";

    public static string Faults(int n) =>
        n == 1 ? "1 cell has to be put right. Nothing was stored."
            : $"{Texts.Number(n)} cells have to be put right. Nothing was stored.";
}
