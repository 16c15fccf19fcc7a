using System.Globalization;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>One setting.</summary>
/// <param name="Field">Its number, a value of <see cref="ConfigFields"/>.</param>
/// <param name="Name">What programs and refusals call it.</param>
/// <param name="Rule">What it may be, in a sentence.</param>
/// <param name="Show">Its value, to be compared and shown.</param>
public sealed record SettingField(byte Field, string Name, string Rule, Func<CameraSettings, string> Show);

/// <summary>A setting that is to become another value.</summary>
public sealed record SettingDifference(SettingField Field, string From, string To);

/// <summary>The settings of a camera, by field.</summary>
static class SettingFields
{
    /// <summary>Name of the version in refusals: where it is refused, nothing was taken.</summary>
    public const string Version = "version";

    public static IReadOnlyList<SettingField> All { get; } =
    [
        new(ConfigFields.CaptureMode, "captureMode", OneOf(SettingWords.CaptureModes), s => s.CaptureMode),
        new(ConfigFields.BurstCount, "burstCount", $"1 to {ConfigRules.BurstCountMax} pictures a trigger.",
            s => Text(s.BurstCount)),
        new(ConfigFields.BurstGapMilliseconds, "burstGapMilliseconds", $"0 to {ushort.MaxValue} ms.",
            s => Text(s.BurstGapMilliseconds)),
        new(ConfigFields.JpegQuality, "jpegQuality", "1 to 100.", s => Text(s.JpegQuality)),
        new(ConfigFields.Resolution, "resolution", OneOf(SettingWords.Resolutions), s => s.Resolution),
        new(ConfigFields.QuietFromMinute, "quietFrom", "A time of the day, as in 22:00.", s => s.QuietFrom),
        new(ConfigFields.QuietUntilMinute, "quietUntil", "A time of the day, as in 04:30.", s => s.QuietUntil),
        new(ConfigFields.SiteOffsetMinutes, "siteOffsetMinutes", "\u2212720 to 840 minutes.",
            s => Text(s.SiteOffsetMinutes)),
        new(ConfigFields.UploadMode, "uploadMode",
            OneOf(SettingWords.UploadModes) + " The smallest pictures have no smaller stand-in to go first.",
            s => s.UploadMode),
        new(ConfigFields.UploadHours, "uploadHours", "Hours from 0 to 23; at least one for batched uploads.",
            s => string.Join(' ', s.UploadHours.Distinct().Order())),
        new(ConfigFields.HeartbeatSeconds, "heartbeatSeconds",
            $"{ConfigRules.HeartbeatSecondsMin} to {ConfigRules.SecondsMax} s between check-ins.",
            s => Text(s.HeartbeatSeconds)),
        new(ConfigFields.TimelapseSeconds, "timelapseSeconds",
            $"0 to {ConfigRules.SecondsMax} s; at least {ConfigRules.TimelapseSecondsMin} s where pictures are timed.",
            s => Text(s.TimelapseSeconds)),
    ];

    public static SettingField? Find(string name) =>
        All.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal));

    public static SettingField? Find(byte field) => All.FirstOrDefault(f => f.Field == field);

    /// <summary>What changes from one to the other.</summary>
    public static IReadOnlyList<SettingDifference> Compare(CameraSettings from, CameraSettings to) =>
        [.. All.Where(f => f.Show(from) != f.Show(to)).Select(f => new SettingDifference(f, f.Show(from), f.Show(to)))];

    /// <summary>What changes once the camera takes what is wanted.</summary>
    public static IReadOnlyList<SettingDifference> Waiting(SettingsRow row) => row.IsWaiting
        ? Compare(SettingsWire.InForce(row), row.Desired!)
        : [];

    /// <summary>The fields that no camera would take, by the camera's own rules; empty: all are right.</summary>
    public static IReadOnlyList<SettingField> Wrong(CameraSettings settings)
    {
        var wire = SettingsWire.ToWire(settings, version: 1);
        var report = ConfigRules.Take(wire, CameraConfig.BuiltIn());
        // A field that only does not go with a refused one is right by itself.
        return [.. All.Where(f => report.CodeOf(f.Field) is not (RefusalCodes.None or RefusalCodes.NeedsRefused)
            || IsBeyondWire(f.Field, settings))];
    }

    // What the wire's own numbers cannot say.
    static bool IsBeyondWire(byte field, CameraSettings settings) => field switch
    {
        ConfigFields.BurstGapMilliseconds => settings.BurstGapMilliseconds is < 0 or > ushort.MaxValue,
        ConfigFields.UploadHours => settings.UploadHours.Any(h => h is < 0 or > 23),
        ConfigFields.TimelapseSeconds => settings.TimelapseSeconds < 0,
        _ => false,
    };

    static string OneOf(IReadOnlyList<string> words) => $"One of {string.Join(", ", words)}.";

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
