using WildCam.Storage.Orders;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>Settings that were thought through, under a name. Quiet hours and the timer stay as they are.</summary>
sealed record Preset(string Word, Func<CameraSettings, CameraSettings> Apply);

static class Presets
{
    /// <summary>
    /// Long life sends a small stand-in first and the full picture on request: by the energy model of the simulator the
    /// thriftiest way to send every trigger (firmware/README.md).
    /// </summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("long-life", s => s with
        {
            CaptureMode = Motion(s), BurstCount = 1, JpegQuality = 80, Resolution = "1600x1200",
            UploadMode = "low-resolution-first", HeartbeatSeconds = 21_600,
        }),
        new("balanced", s => s with
        {
            CaptureMode = Motion(s), BurstCount = 3, BurstGapMilliseconds = 1000, JpegQuality = 80,
            Resolution = "1600x1200", UploadMode = "at-once", HeartbeatSeconds = 3600,
        }),
        new("every-movement", s => s with
        {
            CaptureMode = Motion(s), BurstCount = 5, BurstGapMilliseconds = 300, JpegQuality = 85,
            Resolution = "1600x1200", UploadMode = "at-once", HeartbeatSeconds = 900,
        }),
    ];

    public static Preset? Find(string word) =>
        All.FirstOrDefault(p => string.Equals(p.Word, word, StringComparison.Ordinal));

    /// <summary>The preset that these settings are, if any.</summary>
    public static Preset? Of(CameraSettings settings) =>
        All.FirstOrDefault(p => SettingFields.Compare(settings, p.Apply(settings)).Count == 0);

    // A timer that runs beside stays.
    static string Motion(CameraSettings settings) =>
        settings.CaptureMode is "timelapse" or "motion-and-timelapse" ? "motion-and-timelapse" : "motion";
}
