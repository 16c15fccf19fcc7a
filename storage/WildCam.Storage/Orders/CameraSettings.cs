namespace WildCam.Storage.Orders;

/// <summary>
/// What a camera does, as pages, programs and the audit write it down. The words are those of
/// <see cref="SettingWords"/>; hours and times of day are the site's.
/// </summary>
public sealed record CameraSettings
{
    /// <summary>Pictures on motion, by the timer, both, or none.</summary>
    public required string CaptureMode { get; init; }

    public required int BurstCount { get; init; }

    public required int BurstGapMilliseconds { get; init; }

    public required int JpegQuality { get; init; }

    public required string Resolution { get; init; }

    /// <summary>
    /// No pictures from this time of the day, as in 22:00, until the other; the same twice is never quiet.
    /// </summary>
    public required string QuietFrom { get; init; }

    public required string QuietUntil { get; init; }

    /// <summary>Site time minus UTC; the hub keeps it by the site's time zone.</summary>
    public required int SiteOffsetMinutes { get; init; }

    public required string UploadMode { get; init; }

    /// <summary>Hours of the day in which batched pictures go up, 0 to 23.</summary>
    public required IReadOnlyList<int> UploadHours { get; init; }

    public required long HeartbeatSeconds { get; init; }

    public required long TimelapseSeconds { get; init; }
}

/// <summary>Words for the values of settings.</summary>
public static class SettingWords
{
    /// <summary>In the order of WildCam.Wire CaptureModes.</summary>
    public static IReadOnlyList<string> CaptureModes { get; } = ["motion", "timelapse", "motion-and-timelapse", "off"];

    /// <summary>In the order of WildCam.Wire Resolutions.</summary>
    public static IReadOnlyList<string> Resolutions { get; } =
        ["640x480", "800x600", "1024x768", "1280x1024", "1600x1200"];

    /// <summary>In the order of WildCam.Wire UploadModes.</summary>
    public static IReadOnlyList<string> UploadModes { get; } = ["at-once", "batched", "low-resolution-first"];
}

/// <summary>What is wanted of a camera and what it does.</summary>
public sealed record SettingsRow(
    int CameraId, long Version, CameraSettings? Desired, string? DesiredBy, DateTimeOffset? DesiredAt,
    DateTimeOffset? SentAt, long? ReportedVersion, CameraSettings? Reported, IReadOnlyDictionary<string, int> Refused,
    DateTimeOffset? ReportedAt, string TimeZone)
{
    /// <summary>Whether the camera has yet to take what is wanted.</summary>
    public bool IsWaiting => Desired is not null && Version != ReportedVersion;
}

/// <summary>Why settings were not changed.</summary>
public enum SettingsRefusal
{
    None,
    NoSuchCamera,
    Revoked,

    /// <summary>Somebody changed them since they were read.</summary>
    Conflict,
}
