using System.Globalization;
using WildCam.Hub.Hosting;

namespace WildCam.Hub.Exports;

/// <summary>Moments as the clock at a site shows them, with its offset.</summary>
static class SiteClock
{
    const int Chars = 25;

    /// <summary>A cell with a moment on the clock of a place: 2026-05-31T05:14:09-07:00.</summary>
    public static CsvWriter Time(this CsvWriter csv, DateTime utc, TimeZoneInfo zone)
    {
        Span<byte> text = stackalloc byte[Chars];
        Write(utc, zone, text);
        return csv.Bytes(text);
    }

    public static TimeZoneInfo Zone(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>Writes 25 bytes: 2026-05-31T05:14:09-07:00.</summary>
    public static int Write(DateTime utc, TimeZoneInfo zone, Span<byte> target)
    {
        var offset = zone.GetUtcOffset(utc);
        var local = utc + offset;
        Two(local.Year / 100, target);
        Two(local.Year % 100, target[2..]);
        target[4] = (byte)'-';
        Two(local.Month, target[5..]);
        target[7] = (byte)'-';
        Two(local.Day, target[8..]);
        target[10] = (byte)'T';
        Two(local.Hour, target[11..]);
        target[13] = (byte)':';
        Two(local.Minute, target[14..]);
        target[16] = (byte)':';
        Two(local.Second, target[17..]);
        target[19] = (byte)(offset < TimeSpan.Zero ? '-' : '+');
        Two(Math.Abs(offset.Hours), target[20..]);
        target[22] = (byte)':';
        Two(Math.Abs(offset.Minutes), target[23..]);
        return Chars;
    }

    public static string Text(DateTime utc, TimeZoneInfo zone) => string.Create(Chars, (utc, zone), static (to, from) =>
    {
        Span<byte> bytes = stackalloc byte[Chars];
        Write(from.utc, from.zone, bytes);
        for (var i = 0; i < Chars; i++)
        {
            to[i] = (char)bytes[i];
        }
    });

    public static DateOnly DateOf(DateTime utc, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(utc, zone));

    /// <summary>The first moment of a day there.</summary>
    public static DateTime StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        // Where clocks skip midnight, the day begins with its first valid hour.
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(30);
        }

        return TimeZoneInfo.ConvertTimeToUtc(local, zone);
    }

    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static void Two(int number, Span<byte> target)
    {
        target[0] = (byte)('0' + (number / 10));
        target[1] = (byte)('0' + (number % 10));
    }
}
