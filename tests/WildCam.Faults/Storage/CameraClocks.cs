using System.Collections.Concurrent;
using WildCam.Hub.Ingest;
using WildCam.Storage;
using WildCam.Wire;

namespace WildCam.Faults.Storage;

/// <summary>Camera clocks that say anything from year 1 to 9999: stored all the same, in their month, marked.</summary>
static class CameraClocks
{
    const int Cameras = 4;
    const int PicturesPerCamera = 10;
    const int MonthsMadeLater = 12;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    static readonly DateTimeOffset Earliest = new(1969, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Scenario Scenario { get; } = new(
        "camera-clocks",
        "clocks at 1970, 2000, 2106, a year ahead, an hour off, anywhere in 1969-2200: stored, marked, in their month",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        var claims = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var drawn = new ConcurrentQueue<long>(Draw(point.Chance, Cameras * PicturesPerCamera));
        var started = DateTimeOffset.UtcNow;
        await load.RunAsync(PicturesPerCamera, (picture, begin) =>
        {
            // An epoch that no hello announced: the device's own claim is all there is.
            begin.ClockEpoch = 77;
            begin.DeviceUnixSeconds = claims.GetOrAdd(
                Convert.ToHexStringLower(picture.DeviceCaptureId),
                _ => drawn.TryDequeue(out var claim) ? claim : 0);
        }).WaitAsync(Timeout, point.Cancellation);
        await world.SettleAsync(Timeout);
        foreach (var (id, claim) in claims)
        {
            await CheckTimeAsync(world.Database, id, claim, started);
        }

        await CheckMonthsAsync(point, world.Database);
        await Settling.CheckAsync(world, load);
    }

    static IEnumerable<long> Draw(Random chance, int count)
    {
        var now = DateTimeOffset.UtcNow;
        long[] known =
        [
            0, 1, -1, new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), uint.MaxValue,
            (long)uint.MaxValue + 1, now.AddYears(1).ToUnixTimeSeconds(), now.AddHours(1).ToUnixTimeSeconds(),
            now.AddHours(-1).ToUnixTimeSeconds(), now.AddYears(-3).ToUnixTimeSeconds(),
            CaptureTime.DeviceTimeMin.ToUnixTimeSeconds(), CaptureTime.DeviceTimeMin.ToUnixTimeSeconds() - 1,
            long.MinValue, long.MaxValue, -62_135_596_799, -62_135_596_800, -62_135_596_801, 253_402_300_799,
            253_402_300_800,
        ];
        var span = (long)(new DateTimeOffset(2201, 1, 1, 0, 0, 0, TimeSpan.Zero) - Earliest).TotalSeconds;
        return known.Concat(Enumerable.Range(0, count - known.Length)
            .Select(_ => Earliest.ToUnixTimeSeconds() + chance.NextInt64(span)));
    }

    static async Task CheckTimeAsync(WorldDatabase database, string id, long claim, DateTimeOffset started)
    {
        var said = claim is >= -62_135_596_799 and <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(claim)
            : (DateTimeOffset?)null;
        var isSane = said >= CaptureTime.DeviceTimeMin && said <= started + CaptureTime.AheadMax;
        var what = $"the picture {id} whose camera said {said?.ToString("u") ?? "nothing that is a time"}";
        Must.Hold(
            await database.ReadAsync<bool>("""
                select c.tableoid::regclass::text = 'captures' || to_char(c.captured_at at time zone 'UTC', '_YYYY_MM')
                  and i.captured_at = c.captured_at
                from captures c join capture_identities i using (id) where c.device_capture_id = decode($1, 'hex')
                """, id),
            $"{what} is not in its month.");
        var quality = await database.ReadAsync<short>(
            "select clock_quality from captures where device_capture_id = decode($1, 'hex')", id);
        Must.Equal(isSane ? ClockQuality.Device : ClockQuality.Received, (ClockQuality)quality, $"the mark of {what}");
        Must.Hold(
            await database.ReadAsync<bool>($"""
                select captured_at = {(isSane ? "to_timestamp($2)" : "received_at")}
                  and device_time is not distinct from {(said is null ? "null" : "to_timestamp($2)")}
                from captures where device_capture_id = decode($1, 'hex') and $2::float8 is not null
                """, id, (double)Math.Clamp(claim, -62_135_596_800, 253_402_300_799)),
            $"{what} has another time.");
    }

    /// <summary>Nothing stands in the way of any month, past or future; there is no default partition.</summary>
    static async Task CheckMonthsAsync(Point point, WorldDatabase database)
    {
        Must.Equal(
            0L, await database.ReadAsync<long>("select count(*) from pg_partitioned_table where partdefid <> 0"),
            "default partitions");
        for (var n = 0; n < MonthsMadeLater; n++)
        {
            var month = DateOnly.FromDateTime(Earliest.Date).AddMonths(point.Chance.Next(232 * 12));
            foreach (var table in new[] { "captures", "wildlife_detections", "telemetry" })
            {
                await database.RunAsync("select ensure_month($1, $2)", table, month);
            }
        }
    }
}
