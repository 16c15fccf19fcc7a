using System.Globalization;

namespace WildCam.Hub.Desk;

/// <summary>Times on the clock of the place where the camera hangs.</summary>
static class SiteTime
{
    public static TimeZoneInfo Zone(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    public static DateTimeOffset At(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone);

    /// <summary>2026-05-31T12:14:09Z, for the datetime attribute.</summary>
    public static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset time, TimeZoneInfo zone) =>
        At(time, zone).ToString("HH:mm", CultureInfo.InvariantCulture);

    public static string ClockSeconds(DateTimeOffset time, TimeZoneInfo zone) =>
        At(time, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset time, TimeZoneInfo zone) => Texts.Day(DateOf(time, zone));

    public static DateOnly DateOf(DateTimeOffset time, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(At(time, zone).DateTime);

    /// <summary>31 May 2026 05:14</summary>
    public static string Full(DateTimeOffset time, TimeZoneInfo zone) =>
        At(time, zone).ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture);

    public static string FullSeconds(DateTimeOffset time, TimeZoneInfo zone) =>
        At(time, zone).ToString("d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>UTC-7, UTC+5:30, UTC</summary>
    public static string Offset(DateTimeOffset time, TimeZoneInfo zone)
    {
        var offset = At(time, zone).Offset;
        var sign = offset < TimeSpan.Zero ? "-" : "+";
        return offset == TimeSpan.Zero ? "UTC"
            : offset.Minutes == 0 ? $"UTC{sign}{Math.Abs(offset.Hours)}"
            : $"UTC{sign}{Math.Abs(offset.Hours)}:{Math.Abs(offset.Minutes):00}";
    }
}
