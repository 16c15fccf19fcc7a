using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;

namespace WildCam.IntegrationTests.Events;

public sealed class EventsTableTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    EventsTable Events => new(database.Source);

    [Fact]
    public async Task Erasing_a_picture_takes_its_findings_from_its_event_and_its_day()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var model = await database.ReadAsync<int>("select id from models where is_active");
        var kept = await world.AddCaptureAsync(camera, CaptureWorld.Noon);
        var erased = await world.AddCaptureAsync(camera, CaptureWorld.Noon.AddSeconds(3));
        var visit = Assert.Single(await Events.PlaceAsync(camera, [kept, erased], default)).EventId;
        await world.AddModelRowAsync(kept, model, Category.Animal, 0.8f);
        await world.AddModelRowAsync(erased, model, Category.Person, 0.9f);
        await FoldAsync();
        Assert.Equal("2: 1 2 / 1 2", await ShownAsync(visit, camera));

        await EraseAsync(erased);
        await FoldAsync();
        Assert.Equal("1: 1 / 1", await ShownAsync(visit, camera));
        Assert.Equal(kept, await database.ReadAsync<Guid>("select best_capture_id from events where id = $1", visit));

        await EraseAsync(kept);
        await FoldAsync();
        Assert.Equal("0:  / ", await ShownAsync(visit, camera));
        Assert.True(await database.ReadAsync<bool>("select best_capture_id is null from events where id = $1", visit));
    }

    async Task EraseAsync(Guid id)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new CapturesTable(database.Source).EraseAsync(connection, id, CaptureState.Erased, default);
        await transaction.CommitAsync();
    }

    Task FoldAsync() => database.RunAsync("select refresh_daily_summary(1000)");

    // Pictures, then the categories of the event, then those of the day.
    Task<string> ShownAsync(Guid visit, int camera) => database.ReadAsync<string>("""
        select capture_count || ': '
          || coalesce((select string_agg(category::text, ' ' order by category) from event_findings
            where event_id = $1), '')
          || ' / ' || coalesce((select string_agg(category::text, ' ' order by category) from daily_detection_summary
            where camera_id = $2), '')
        from events where id = $1
        """, visit, camera);

    [Fact]
    public async Task Captures_of_a_visit_become_one_event_and_lose_the_stage_bit()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        Guid[] ids =
            [await world.AddCaptureAsync(camera, Noon), await world.AddCaptureAsync(camera, Noon.AddMinutes(9))];
        var touched = Assert.Single(await Events.PlaceAsync(camera, ids, default));

        var state = await database.ReadAsync<string>("""
            select format(
              '%s %s %s %s', capture_count, ended_at - started_at, undecided_count, best_capture_id = any($2))
            from events where id = $1
            """, touched.EventId, ids);
        Assert.Equal("2 00:09:00 2 t", state);
        Assert.Equal(2, await CountAsync("captures", touched.EventId));
        Assert.Equal(7, await database.ReadAsync<int>(
            "select bit_or(stages_missing) from captures where event_id = $1 and captured_at >= $2",
            touched.EventId, Noon.UtcDateTime));
    }

    [Fact]
    public async Task Placing_twice_changes_nothing()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        Guid[] ids = [await world.AddCaptureAsync(camera, Noon)];
        var first = Assert.Single(await Events.PlaceAsync(camera, ids, default));
        Assert.Empty(await Events.PlaceAsync(camera, ids, default));
        Assert.Equal(1, await database.ReadAsync<int>("select version from events where id = $1", first.EventId));
    }

    [Fact]
    public async Task A_late_capture_merges_two_events_with_their_findings()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var model = await ActiveModelAsync();
        var early = await world.AddCaptureAsync(camera, Noon);
        var late = await world.AddCaptureAsync(camera, Noon.AddMinutes(50));
        await Events.PlaceAsync(camera, [early, late], default);
        await world.AddModelRowAsync(early, model, Category.Animal, 0.8f);
        await world.AddModelRowAsync(late, model, Category.Animal, 0.9f);
        await world.AddModelRowAsync(late, model, Category.Person, 0.5f, ordinal: 1);

        var between = await world.AddCaptureAsync(camera, Noon.AddMinutes(25));
        var kept = Assert.Single(await Events.PlaceAsync(camera, [between], default)).EventId;
        Assert.Equal(3, await CountAsync("captures", kept));
        Assert.Equal(3, await CountAsync("wildlife_detections", kept));
        Assert.Equal("1:0.9:1 2:0.5:1", await database.ReadAsync<string>("""
            select string_agg(format('%s:%s:%s', category, confidence, count), ' ' order by category)
            from event_findings where event_id = $1 and started_at = $2
            """, kept, Noon.UtcDateTime));
        Assert.Equal(late, await database.ReadAsync<Guid>(
            "select best_capture_id from events where id = $1", kept));
        Assert.Equal(1L, await database.ReadAsync<long>(
            "select count(*) from events where merged_into = $1 and camera_id = $2", kept, camera));
    }

    [Fact]
    public async Task A_site_and_its_deployment_are_set_and_the_local_day_follows_the_site()
    {
        var world = await CaptureWorld.MakeAsync(database, "UTC");
        var camera = await world.AddCameraAsync();
        var site = await database.ReadAsync<int>("""
            insert into sites (project_id, slug, name, time_zone)
            values ($1, 'far', 'Far', 'Pacific/Kiritimati') returning id
            """, world.ProjectId);
        var capture = await world.AddCaptureAsync(camera, Noon);
        await world.AddModelRowAsync(capture, await ActiveModelAsync(), Category.Animal, 0.9f);
        await database.RunAsync("""
            insert into deployments (project_id, camera_id, site_id, from_at) values ($1, $2, $3, $4)
            """, world.ProjectId, camera, site, Noon.AddDays(-1).UtcDateTime);
        await Events.PlaceAsync(camera, [capture], default);

        Assert.Equal($"{site} 2026-05-21 2", await database.ReadAsync<string>("""
            select format('%s %s %s', site_id, local_date, local_hour) from wildlife_detections
            where capture_id = $1 and captured_at = $2
            """, capture, Noon.UtcDateTime));
        Assert.Equal(site, await database.ReadAsync<int>(
            "select site_id from captures where id = $1 and captured_at = $2", capture, Noon.UtcDateTime));
        Assert.Equal(2L, await database.ReadAsync<long>("""
            select count(distinct detection_date) from summary_dirty
            where camera_id = $1 and detection_date in ('2026-05-20', '2026-05-21')
            """, camera));
    }

    [Fact]
    public async Task Late_arrivals_in_any_order_give_the_visits_of_a_plain_recomputation()
    {
        var random = CaptureWorld.SeededRandom();
        var world = await CaptureWorld.MakeAsync(database);
        for (var round = 0; round < 6; round++)
        {
            var camera = await world.AddCameraAsync();
            var all = new List<(Guid Id, DateTimeOffset At)>();
            for (var i = 0; i < 40; i++)
            {
                var at = Noon.AddMinutes(random.Next(-700, 700));
                all.Add((await world.AddCaptureAsync(camera, at), at));
            }

            foreach (var batch in all.OrderBy(_ => random.Next()).ToArray().Chunk(random.Next(1, 8)))
            {
                await Events.PlaceAsync(camera, [.. batch.Select(c => c.Id)], default);
            }

            var found = await ReadVisitsAsync(camera);
            Assert.Equal(Visits(all), found);
            Assert.Equal(0L, await database.ReadAsync<long>("""
                select count(*) from events e where camera_id = $1 and merged_into is null and
                  (capture_count, started_at, ended_at) <> (
                    select count(*)::int, min(captured_at), max(captured_at) from captures where event_id = e.id)
                """, camera));
        }
    }

    [Fact]
    public async Task Two_hubs_that_place_one_visit_at_once_make_one_event()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 24; i++)
        {
            ids.Add(await world.AddCaptureAsync(camera, Noon.AddMinutes(i)));
        }

        await Task.WhenAll(ids.Chunk(3).Select(chunk => Events.PlaceAsync(camera, chunk, default)));
        Assert.Single(await ReadVisitsAsync(camera));
    }

    [Fact]
    public async Task A_decided_event_is_not_split_or_swallowed_and_what_joins_it_goes_to_review()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var old = await world.AddCaptureAsync(camera, Noon);
        var young = await world.AddCaptureAsync(camera, Noon.AddMinutes(50));
        await Events.PlaceAsync(camera, [old], default);
        var decided = Assert.Single(await Events.PlaceAsync(camera, [young], default)).EventId;
        await DecideAsync(world, young, decided);

        var between = await world.AddCaptureAsync(camera, Noon.AddMinutes(25));
        Assert.Equal(decided, Assert.Single(await Events.PlaceAsync(camera, [between], default)).EventId);
        Assert.Equal("3 2 t", await database.ReadAsync<string>("""
            select format('%s %s %s', capture_count, undecided_count, decided_at is not null) from events where id = $1
            """, decided));
        Assert.Single(await ReadVisitsAsync(camera));

        var far = await world.AddCaptureAsync(camera, Noon.AddMinutes(100));
        var other = Assert.Single(await Events.PlaceAsync(camera, [far], default)).EventId;
        await DecideAsync(world, far, other);
        var last = await world.AddCaptureAsync(camera, Noon.AddMinutes(78));
        Assert.Equal(other, Assert.Single(await Events.PlaceAsync(camera, [last], default)).EventId);
        Assert.Equal(2, (await ReadVisitsAsync(camera)).Count);
    }

    async Task DecideAsync(CaptureWorld world, Guid capture, Guid eventId)
    {
        var account = await world.AddAccountAsync();
        var result = await new WildCam.Storage.Identifications.IdentificationsTable(database.Source).FileAsync(
            new(account, eventId, capture, null, [new(Category.Animal)], null), default);
        Assert.Equal(WildCam.Storage.Identifications.FileOutcome.Filed, result.Outcome);
    }

    Task<int> ActiveModelAsync() => database.ReadAsync<int>("select id from models where is_active");

    async Task<int> CountAsync(string table, Guid eventId) => (int)await database.ReadAsync<long>(
        $"select count(*) from {table} where event_id = $1 and captured_at between $2 and $3",
        eventId, Noon.AddDays(-2).UtcDateTime, Noon.AddDays(2).UtcDateTime);

    async Task<List<string>> ReadVisitsAsync(int camera)
    {
        await using var command = database.Source.CreateCommand("""
            select string_agg(id::text, ' ' order by id) from captures
            where camera_id = $1 and captured_at between $2 and $3 and event_id is not null
            group by event_id order by 1
            """);
        command.Parameters.Add(new() { Value = camera });
        command.Parameters.Add(new() { Value = Noon.AddDays(-2).UtcDateTime });
        command.Parameters.Add(new() { Value = Noon.AddDays(2).UtcDateTime });
        var visits = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            visits.Add(reader.GetString(0));
        }

        return [.. visits.Order(StringComparer.Ordinal)];
    }

    static IEnumerable<string> Visits(IEnumerable<(Guid Id, DateTimeOffset At)> all)
    {
        var visits = new List<List<Guid>>();
        DateTimeOffset? last = null;
        foreach (var (id, at) in all.OrderBy(c => c.At))
        {
            if (last is null || at - last >= TimeSpan.FromMinutes(30))
            {
                visits.Add([]);
            }

            visits[^1].Add(id);
            last = at;
        }

        return visits.Select(v => string.Join(' ', v.Select(id => id.ToString()).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal);
    }
}
