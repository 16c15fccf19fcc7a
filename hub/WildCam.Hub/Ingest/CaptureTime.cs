using WildCam.Storage;

namespace WildCam.Hub.Ingest;

/// <summary>When a picture was taken, as far as can be known.</summary>
public readonly record struct CaptureTime(DateTimeOffset CapturedAt, ClockQuality Quality, DateTimeOffset? DeviceTime)
{
    /// <summary>No WildCam camera took a picture before; an earlier claim comes from an unset clock.</summary>
    public static readonly DateTimeOffset DeviceTimeMin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A clock that lost its battery starts at 2000-01-01, so the first month of it is not believed.</summary>
    public static readonly DateTimeOffset ImportTimeMin = new(2000, 2, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far ahead of the hub a clock may be.</summary>
    public static readonly TimeSpan AheadMax = TimeSpan.FromDays(2);

    // What DateTimeOffset and timestamptz can both hold; the first second of year 1 stands for minus infinity there.
    const long UnixSecondsMin = -62_135_596_799;
    const long UnixSecondsMax = 253_402_300_799;

    /// <summary>
    /// Anchored epoch: hub time of its second 0 and the shutter's seconds. Else the device's own claim, where it is not
    /// absurd. Else the time of arrival, marked as suspect; the claim is kept beside it.
    /// </summary>
    public static CaptureTime OfCamera(
        DateTimeOffset? epochZeroAt, uint clockSeconds, ushort clockMilliseconds, long deviceUnixSeconds,
        DateTimeOffset receivedAt)
    {
        DateTimeOffset? device = deviceUnixSeconds is >= UnixSecondsMin and <= UnixSecondsMax
            ? DateTimeOffset.FromUnixTimeSeconds(deviceUnixSeconds)
            : null;
        if (epochZeroAt is { } zero)
        {
            var at = zero.AddSeconds(clockSeconds).AddMilliseconds(Math.Min(clockMilliseconds, (ushort)999));
            if (IsSane(at, DeviceTimeMin, receivedAt))
            {
                return new CaptureTime(at, ClockQuality.Anchored, device);
            }
        }

        return OfClaim(device, DeviceTimeMin, receivedAt);
    }

    /// <summary>The time that an imported file claims, or the time of import where it is absurd or missing.</summary>
    public static CaptureTime OfImport(DateTimeOffset? claimed, DateTimeOffset receivedAt) =>
        OfClaim(claimed?.ToUniversalTime(), ImportTimeMin, receivedAt);

    /// <summary>
    /// A picture that lost its row: its path still tells the day (UTC). The picture's own time where it is on that day,
    /// else the time of arrival where that is, else the middle of the day, at most half a day wrong; the last two are
    /// marked as suspect.
    /// </summary>
    public static CaptureTime OfAdopted(DateOnly day, DateTimeOffset? claimed, DateTimeOffset receivedAt)
    {
        bool IsOnDay(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime) == day;
        return claimed is { } time && IsOnDay(time)
            ? new CaptureTime(time.ToUniversalTime(), ClockQuality.Device, claimed)
            : new CaptureTime(
                IsOnDay(receivedAt) ? receivedAt : new DateTimeOffset(day, new TimeOnly(12, 0), TimeSpan.Zero),
                ClockQuality.Received, claimed);
    }

    static CaptureTime OfClaim(DateTimeOffset? claimed, DateTimeOffset earliest, DateTimeOffset receivedAt) =>
        claimed is { } time && IsSane(time, earliest, receivedAt)
            ? new CaptureTime(time, ClockQuality.Device, claimed)
            : new CaptureTime(receivedAt, ClockQuality.Received, claimed);

    static bool IsSane(DateTimeOffset time, DateTimeOffset earliest, DateTimeOffset receivedAt) =>
        time >= earliest && time <= receivedAt + AheadMax;
}
