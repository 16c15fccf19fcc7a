using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

public sealed class FleetListTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Cameras = 500;

    [Fact]
    public async Task Pages_hold_every_camera_once_in_the_order_of_need_and_count_them_all()
    {
        var project = await SeedAsync();
        var limits = WatchLimits.Default;
        var now = new DateTimeOffset(await database.ReadAsync<DateTime>("select now()"));
        var list = new FleetListTable(database.Source);
        var seen = new List<FleetRow>();
        (CameraCondition, string)? after = null;
        FleetPage page;
        do
        {
            page = await list.ListAsync(new FleetFilter(project) { After = after }, limits, now, 37, default);
            seen.AddRange(page.Rows);
            after = (page.Rows[^1].Condition, page.Rows[^1].Code);
        }
        while (page.HasMore);

        Assert.Equal(Cameras, seen.Select(r => r.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Cameras, seen.Count);
        Assert.Equal(Cameras, page.Counts.Sum());
        Assert.Equal(seen.OrderBy(r => r.Condition).ThenBy(r => r.Code, StringComparer.Ordinal), seen);
        Assert.All(
            Enum.GetValues<CameraCondition>(), c => Assert.Equal(seen.Count(r => r.Condition == c), page.Count(c)));
        Assert.All(page.Counts, n => Assert.NotEqual(0, n));
    }

    [Fact]
    public async Task A_fleet_is_shown_as_it_was_two_seconds_ago_at_most()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var list = new FleetListTable(database.Source);
        var now = DateTimeOffset.UtcNow;
        await world.AddCameraAsync();
        Assert.Equal(1, await CountAsync(now));
        await world.AddCameraAsync();
        Assert.Equal(1, await CountAsync(now.AddSeconds(0.9)));
        Assert.Equal(2, await CountAsync(now.AddSeconds(2.1)));

        // In between the old one is shown, and its successor read for who asks next.
        await world.AddCameraAsync();
        Assert.Equal(2, await CountAsync(now.AddSeconds(3.5)));
        await Wait.UntilAsync(
            async () => await CountAsync(now.AddSeconds(3.6)) == 3, TimeSpan.FromSeconds(20),
            () => "The fleet was not read again.");

        // Other limits judge anew, and a clock that was set back is no reason to show what is old.
        var strict = WatchLimits.Default with { BatteryPercentMin = 99 };
        await world.AddCameraAsync();
        Assert.Equal(4, await CountAsync(now.AddSeconds(3.6), strict));
        Assert.Equal(4, await CountAsync(now.AddSeconds(-5)));

        async Task<int> CountAsync(DateTimeOffset at, WatchLimits? limits = null) =>
            (await list.ListAsync(
                new FleetFilter(world.ProjectId), limits ?? WatchLimits.Default, at, 10, default)).Counts.Sum();
    }

    [Fact]
    public async Task A_search_finds_code_name_and_site_and_takes_wildcards_as_they_are()
    {
        var world = await CaptureWorld.MakeAsync(database);
        await database.RunAsync("""
            insert into sites (project_id, slug, name, time_zone) values ($1, 'mill', 'Old Mill', 'UTC')
            """, world.ProjectId);
        foreach (var (code, name) in new[] { ("s-100", "Ford 100%"), ("s-200", "By_the_river"), ("s-300", "Ridge") })
        {
            await database.RunAsync(
                "insert into cameras (project_id, code, name) values ($1, $2, $3)", world.ProjectId, code, name);
        }

        await database.RunAsync("""
            insert into deployments (project_id, camera_id, site_id, from_at)
            select $1, c.id, s.id, now() - interval '1 day' from cameras c, sites s
            where c.code = 's-300' and s.project_id = $1
            """, world.ProjectId);
        Assert.Equal(["s-100"], await FindAsync("100%"));
        Assert.Equal(["s-200"], await FindAsync("by_THE"));
        Assert.Empty(await FindAsync("By%river"));
        Assert.Equal(["s-300"], await FindAsync("old mill"));
        Assert.Equal(["s-200"], await FindAsync("s-2"));
        Assert.Empty(await FindAsync("\\"));
        Assert.Empty(await FindAsync("'; drop table cameras; --"));

        async Task<IEnumerable<string>> FindAsync(string search)
        {
            var filter = new FleetFilter(world.ProjectId) { Search = search };
            var page = await new FleetListTable(database.Source).ListAsync(
                filter, WatchLimits.Default, DateTimeOffset.UtcNow, 10, default);
            return page.Rows.Select(r => r.Code);
        }
    }

    // Cameras of every kind, each value drawn around the limits that matter.
    async Task<int> SeedAsync()
    {
        var random = CaptureWorld.SeededRandom();
        var world = await CaptureWorld.MakeAsync(database);
        var ids = new List<int>();
        for (var i = 0; i < Cameras; i++)
        {
            ids.Add(await database.ReadAsync<int>("""
                insert into cameras (project_id, code, name, heartbeat_seconds, revoked_at)
                values ($1, $2, 'Camera', $3, $4::timestamptz) returning id
                """, world.ProjectId, $"f-{i:000}", Pick(30, 60, 900, 3600, 86400),
                random.Next(12) == 0 ? (object)DateTime.UtcNow : DBNull.Value));
        }

        foreach (var id in ids.Where(_ => random.Next(10) > 0))
        {
            await database.RunAsync("""
                insert into camera_states (camera_id, last_seen_at, next_contact_at, battery_percent, battery_days,
                  spool_bytes, spool_capacity_bytes, clock_offset_ms)
                values ($1, now() - make_interval(secs => $2), now() + make_interval(secs => $3), $4::smallint,
                  $5::real, $6::bigint, $7::bigint, $8::bigint)
                """, id, random.NextDouble() * Pick(50, 2000, 8000, 200_000), (random.NextDouble() - 0.6) * 9000,
                Maybe(random.Next(15, 60)), Maybe(random.Next(5, 40)), Maybe((long)random.Next(0, 1200)),
                Maybe((long)Pick(0, 1, 99, 1000, 5000)), Maybe((long)random.Next(-150_000, 150_000)));
            for (var n = random.Next(8); n > 4; n--)
            {
                await database.RunAsync(
                    "insert into camera_resets values ($1, $2, now() - interval '1 hour', 6)", id, (long)n);
            }
        }

        foreach (var id in ids.Take(3))
        {
            await database.RunAsync("""
                insert into audit_entries (camera_id, action) select $1, 'picture.never' from generate_series(1, 20)
                """, id);
        }

        var rollouts = await FailedUpdates.AddRolloutsAsync(database, world.ProjectId, 2);
        foreach (var id in ids)
        {
            if (random.Next(8) == 0)
            {
                await FailedUpdates.AddCameraAsync(database, rollouts[0], id, 9);
                if (random.Next(3) == 0)
                {
                    await FailedUpdates.AddCameraAsync(database, rollouts[1], id, (short)Pick(8, 9));
                }
            }
        }

        return world.ProjectId;

        int Pick(params int[] values) => values[random.Next(values.Length)];

        object Maybe<T>(T value)
            where T : notnull => random.Next(4) == 0 ? (object)DBNull.Value : value;
    }
}
