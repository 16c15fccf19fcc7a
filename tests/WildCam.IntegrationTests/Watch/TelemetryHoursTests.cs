using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Gateway;
using WildCam.Storage.Watch;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Watch;

public sealed class TelemetryHoursTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Midnight = new(2026, 5, 10, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Hours_hold_means_and_what_left_the_spool_and_a_second_fold_changes_nothing()
    {
        var camera = await AddAsync();
        await BeatAsync(camera,
            Beat(camera, 1, Midnight.AddMinutes(5), 90, spool: 1000),
            Beat(camera, 2, Midnight.AddMinutes(35), 80, spool: 400),
            Beat(camera, 3, Midnight.AddMinutes(65), 70, spool: 100),
            Beat(camera, 4, Midnight.AddMinutes(95), 70, spool: 900));
        await database.RunAsync("delete from telemetry_hours");
        var hours = new TelemetryHoursTable(database.Source);
        Assert.True(await hours.FoldAsync(Midnight.AddHours(2), default) >= 2);
        var before = await ReadAsync(camera);
        Assert.Equal("85 600 1800 2|70 300 1800 2", before);
        await hours.FoldAsync(Midnight.AddHours(2), default);
        Assert.Equal(before, await ReadAsync(camera));
    }

    [Fact]
    public async Task Old_months_of_heartbeats_go_once_they_are_summed_up()
    {
        var camera = await AddAsync();
        foreach (var month in new[] { new DateOnly(2024, 1, 1), new DateOnly(2024, 2, 1), new DateOnly(2024, 3, 1) })
        {
            await database.RunAsync("select ensure_month('telemetry', $1)", month);
        }

        await database.RunAsync("delete from telemetry_hours");
        await HourAsync(camera, new DateTimeOffset(2024, 2, 15, 0, 0, 0, TimeSpan.Zero), 50);
        var months = new TelemetryMonthsTable(database.Source);
        var before = new DateTimeOffset(2024, 3, 20, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([new DateOnly(2024, 1, 1)], await months.ListForDropAsync(before, default));
        await HourAsync(camera, before, 50);
        Assert.Equal(
            [new DateOnly(2024, 1, 1), new DateOnly(2024, 2, 1)], await months.ListForDropAsync(before, default));

        // Somebody reads the month: it is left for another day.
        await using (var connection = await database.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var read = new Npgsql.NpgsqlCommand("select count(*) from telemetry_2024_01", connection);
            await read.ExecuteScalarAsync();
            Assert.False(await months.DropAsync(new DateOnly(2024, 1, 1), default));
        }

        Assert.True(await months.DropAsync(new DateOnly(2024, 1, 1), default));
        Assert.True(await database.ReadAsync<bool>("""
            select to_regclass('telemetry_2024_01') is null and to_regclass('telemetry_2024_02') is not null
            """));
        await database.RunAsync("delete from telemetry_hours");
    }

    [Fact]
    public async Task A_battery_that_falls_has_days_left_and_one_without_a_history_has_none_told()
    {
        var (falling, fresh, full, charged) = (await AddAsync(), await AddAsync(), await AddAsync(), await AddAsync());
        var now = Midnight.AddDays(10);
        foreach (var hour in Enumerable.Range(0, 240))
        {
            // Two per cent a day, from 60; another stays; a third was charged a day ago.
            await HourAsync(falling, Midnight.AddHours(hour), 60 - (hour / 12.0));
            await HourAsync(full, Midnight.AddHours(hour), 97 + (hour % 2));
            await HourAsync(
                charged, Midnight.AddHours(hour), hour < 216 ? 60 - (hour / 6.0) : 99 - ((hour - 216) / 6.0));
        }

        await HourAsync(fresh, now.AddHours(-1), 50);
        await database.RunAsync("update camera_states set battery_percent = 40");
        await new TelemetryHoursTable(database.Source).EstimateAsync(now, default);
        Assert.Equal(20, await DaysAsync(falling), 1.0);
        Assert.Null(await DaysOrNoneAsync(fresh));
        Assert.Null(await DaysOrNoneAsync(full));
        Assert.Null(await DaysOrNoneAsync(charged));
    }

    [Fact]
    public async Task A_restart_that_nobody_ordered_is_kept_and_waking_is_none()
    {
        var camera = await AddAsync();
        await BeatAsync(camera, Boot(1, 1, 0, WakeCauses.PowerOn), Boot(2, 1, 1, WakeCauses.Timer));
        await BeatAsync(camera, Boot(3, 1, 2, WakeCauses.Watchdog));
        await BeatAsync(camera, Boot(3, 2, 3, WakeCauses.Watchdog));
        await BeatAsync(camera, Boot(4, 1, 4, WakeCauses.Command));
        var plots = new CameraPlotsTable(database.Source);
        var reset = Assert.Single(await plots.ListResetsAsync(camera, Midnight.AddHours(-1), default));
        Assert.Equal((Midnight.AddMinutes(2), WakeCauses.Watchdog), (reset.At, (byte)reset.Cause));

        // One that arrives after a newer one has no effect (fault 18).
        await BeatAsync(camera, Boot(3, 9, 5, WakeCauses.Brownout));
        Assert.Single(await plots.ListResetsAsync(camera, Midnight.AddHours(-1), default));

        TelemetryRow Boot(uint boot, uint sequence, int minute, short cause) =>
            Beat(camera, sequence, Midnight.AddMinutes(minute), 90) with { Boot = boot, ResetCause = cause };
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Plots_have_a_bounded_number_of_points_in_order(int days)
    {
        var camera = await AddAsync();
        var rows = Enumerable.Range(0, 3000)
            .Select(i => Beat(camera, (uint)i + 1, Midnight.AddSeconds(28 * i), 50)).ToArray();
        await BeatAsync(camera, rows);
        await database.RunAsync("delete from telemetry_hours");
        await new TelemetryHoursTable(database.Source).FoldAsync(Midnight.AddDays(1), default);
        var points = await new CameraPlotsTable(database.Source).ReadAsync(camera, Midnight.AddDays(1), days, default);
        Assert.InRange(points.Count, days == 1 ? 700 : 20, CameraPlotsTable.PointsMax + 1);
        Assert.Equal(points.OrderBy(p => p.At), points);
        Assert.All(points, p => Assert.Equal(50, p.BatteryPercent));
    }

    async Task<int> AddAsync()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        await database.RunAsync("insert into camera_states (camera_id) values ($1)", camera);
        await database.RunAsync("select ensure_month('telemetry', '2026-05-01')");
        return camera;
    }

    async Task BeatAsync(int camera, params TelemetryRow[] rows) =>
        Assert.True(await new TelemetryTable(database.Source).InsertNewerAsync(rows, default) >= 0, $"{camera}");

    Task HourAsync(int camera, DateTimeOffset at, double percent) => database.RunAsync("""
        insert into telemetry_hours (camera_id, hour, beats, first_at, last_at, battery_percent, spool_count,
          spool_bytes, dead_count, dropped_count, free_memory_bytes, sent_bytes, sent_seconds)
        values ($1, $2, 1, $2, $2, $3, 0, 0, 0, 0, 0, 0, 0)
        """, camera, at.UtcDateTime, (float)percent);

    Task<string> ReadAsync(int camera) => database.ReadAsync<string>("""
        select string_agg(concat_ws(' ', battery_percent, sent_bytes, sent_seconds, beats), '|' order by hour)
        from telemetry_hours where camera_id = $1
        """, camera);

    async Task<double> DaysAsync(int camera) => await database.ReadAsync<double>(
        "select battery_days::float8 from camera_states where camera_id = $1", camera);

    async Task<double?> DaysOrNoneAsync(int camera) => await database.ReadAsync<bool>(
        "select battery_days is null from camera_states where camera_id = $1", camera) ? null : await DaysAsync(camera);

    static TelemetryRow Beat(int camera, uint sequence, DateTimeOffset at, short percent, long spool = 0) => new(
        camera, at, 1, sequence, 3900, percent, 110, -70, spool / 100, spool, 10_000, 0, 0, 60_000, WakeCauses.Timer,
        -400, null);
}
