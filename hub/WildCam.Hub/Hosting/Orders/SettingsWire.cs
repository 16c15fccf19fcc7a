using System.Globalization;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>Settings as the wire has them, and back.</summary>
static class SettingsWire
{
    const int HoursOfDay = 24;

    public static CameraConfig ToWire(CameraSettings settings, long version) => new()
    {
        ConfigVersion = (uint)version,
        CaptureMode = IndexOf(SettingWords.CaptureModes, settings.CaptureMode),
        BurstCount = (byte)Math.Clamp(settings.BurstCount, 0, byte.MaxValue),
        BurstGapMilliseconds = (ushort)Math.Clamp(settings.BurstGapMilliseconds, 0, ushort.MaxValue),
        JpegQuality = (byte)Math.Clamp(settings.JpegQuality, 0, byte.MaxValue),
        Resolution = IndexOf(SettingWords.Resolutions, settings.Resolution),
        QuietFromMinute = MinuteOf(settings.QuietFrom),
        QuietUntilMinute = MinuteOf(settings.QuietUntil),
        SiteOffsetMinutes = (short)Math.Clamp(settings.SiteOffsetMinutes, short.MinValue, short.MaxValue),
        UploadMode = IndexOf(SettingWords.UploadModes, settings.UploadMode),
        UploadHours = settings.UploadHours.Where(h => h is >= 0 and < HoursOfDay)
            .Aggregate(0u, (hours, h) => hours | (1u << h)),
        HeartbeatSeconds = (uint)Math.Clamp(settings.HeartbeatSeconds, 0, uint.MaxValue),
        TimelapseSeconds = (uint)Math.Clamp(settings.TimelapseSeconds, 0, uint.MaxValue),
    };

    public static CameraSettings FromWire(CameraConfig config) => new()
    {
        CaptureMode = WordOf(SettingWords.CaptureModes, config.CaptureMode),
        BurstCount = config.BurstCount,
        BurstGapMilliseconds = config.BurstGapMilliseconds,
        JpegQuality = config.JpegQuality,
        Resolution = WordOf(SettingWords.Resolutions, config.Resolution),
        QuietFrom = TimeOf(config.QuietFromMinute),
        QuietUntil = TimeOf(config.QuietUntilMinute),
        SiteOffsetMinutes = config.SiteOffsetMinutes,
        UploadMode = WordOf(SettingWords.UploadModes, config.UploadMode),
        UploadHours = [.. Enumerable.Range(0, HoursOfDay).Where(h => (config.UploadHours & (1u << h)) != 0)],
        HeartbeatSeconds = config.HeartbeatSeconds,
        TimelapseSeconds = config.TimelapseSeconds,
    };

    /// <summary>What a camera does that was never told anything.</summary>
    public static CameraSettings BuiltIn { get; } = FromWire(CameraConfig.BuiltIn());

    /// <summary>What is wanted of a camera, else what it does.</summary>
    public static CameraSettings Wanted(SettingsRow row) => row.Desired ?? row.Reported ?? BuiltIn;

    /// <summary>What a camera does, as far as it was heard.</summary>
    public static CameraSettings InForce(SettingsRow row) => row.Reported ?? BuiltIn;

    /// <summary>The zone's offset at a time, as cameras have it.</summary>
    public static int OffsetMinutes(string timeZone, DateTimeOffset at) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? (int)zone.GetUtcOffset(at).TotalMinutes : 0;

    // A word that is none becomes a value that the rules refuse.
    static byte IndexOf(IReadOnlyList<string> words, string word)
    {
        var index = words.ToList().FindIndex(w => string.Equals(w, word, StringComparison.Ordinal));
        return index < 0 ? byte.MaxValue : (byte)index;
    }

    // A newer firmware may know more; its number stands for its word.
    static string WordOf(IReadOnlyList<string> words, byte index) =>
        index < words.Count ? words[index] : index.ToString(CultureInfo.InvariantCulture);

    static ushort MinuteOf(string time) =>
        TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? (ushort)((at.Hour * 60) + at.Minute)
            : ushort.MaxValue;

    static string TimeOf(ushort minute) => string.Create(
        CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");
}
