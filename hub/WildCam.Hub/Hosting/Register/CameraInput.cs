using System.Globalization;
using System.Text;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Hosting.Register;

/// <summary>What people write of a camera, read the same in forms, sheets and commands.</summary>
static class CameraInput
{
    const int SlugCharsMax = 48;

    static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss",
    ];

    /// <summary>Words to be named by: divided by spaces, commas or semicolons.</summary>
    public static IReadOnlyList<string> Tags(string text) =>
        [.. text.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(t => t.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];

    /// <summary>A date, or a date and a time, on the clock of a site; one that its clock leaves out is none.</summary>
    public static bool TryTime(string text, TimeZoneInfo zone, out DateTimeOffset at)
    {
        at = default;
        if (!DateTime.TryParseExact(text.Trim(), TimeFormats, Invariant, DateTimeStyles.None, out var local)
            || zone.IsInvalidTime(local) || local.Year is < 2000 or > 2200)
        {
            return false;
        }

        at = new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        return true;
    }

    /// <summary>A number of degrees; empty is null, and not wrong.</summary>
    public static bool TryDegrees(string text, double most, out double? degrees)
    {
        degrees = null;
        if (text.Trim().Length == 0)
        {
            return true;
        }

        if (!double.TryParse(text.Trim(), NumberStyles.Float, Invariant, out var number)
            || !double.IsFinite(number) || Math.Abs(number) > most)
        {
            return false;
        }

        degrees = number;
        return true;
    }

    /// <summary>What a camera is to do from its first hello on, by the name of a preset.</summary>
    public static SettingsChange? Policy(string? preset, DateTimeOffset now) => preset is not null
        && Presets.Find(preset) is { } known
            ? row => new SettingsEdit(Preset: known.Word).Apply(
                SettingsWire.Wanted(row), SettingsWire.OffsetMinutes(row.TimeZone, now))
            : null;

    /// <summary>A name as a part of an address: letters without their marks, digits, hyphens.</summary>
    public static string Slug(string name)
    {
        // Normalising throws at what is no character, such as U+FFFE; halves of a pair come as U+FFFD.
        var known = name.EnumerateRunes()
            .Where(r => Rune.GetUnicodeCategory(r) is not UnicodeCategory.OtherNotAssigned);
        var chars = string.Concat(known).Normalize(NormalizationForm.FormD).ToLowerInvariant()
            .Where(c => char.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        var slug = string.Join('-', string.Concat(chars).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return slug.Length <= SlugCharsMax ? slug : slug[..SlugCharsMax].TrimEnd('-');
    }
}
