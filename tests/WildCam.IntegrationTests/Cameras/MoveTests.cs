using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Events;
using StoredCamera = WildCam.Storage.Cameras.Camera;

namespace WildCam.IntegrationTests.Cameras;

/// <summary>Moves end deployments and begin others; pictures are filed where the camera stood.</summary>
public sealed class MoveTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Start = CaptureWorld.Noon.AddDays(-10);

    CameraEdits Edits => new(database.Source);

    [Fact]
    public async Task A_move_ends_one_deployment_and_begins_the_next()
    {
        var (world, camera) = await WorldAsync();
        Assert.Equal(CameraRefusal.None, (await MoveAsync(camera, "creek", Start)).Refusal);
        Assert.Equal(CameraRefusal.None, (await MoveAsync(camera, "ridge", Start.AddDays(5))).Refusal);
        Assert.Equal(CameraRefusal.None, (await MoveAsync(camera, null, Start.AddDays(7))).Refusal);
        Assert.Equal(CameraRefusal.None, (await MoveAsync(camera, "creek", Start.AddDays(8))).Refusal);
        Assert.Equal("creek 0 5, ridge 5 7, creek 8 -", await HistoryAsync(camera));
        Assert.Equal(4L, await database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.move' and camera_id = $1", camera.Id));
        Assert.NotEqual(0, world.ProjectId);
    }

    [Fact]
    public async Task A_move_into_what_was_is_refused_and_says_where_it_stood()
    {
        var (_, camera) = await WorldAsync();
        await MoveAsync(camera, "creek", Start);
        await MoveAsync(camera, "ridge", Start.AddDays(5));
        var before = await HistoryAsync(camera);
        var overlap = await MoveAsync(camera, "creek", Start.AddDays(4));
        Assert.Equal((CameraRefusal.Overlaps, "Ridge", Start.AddDays(5)), (overlap.Refusal, overlap.Site, overlap.At));
        Assert.Equal(CameraRefusal.SameSite, (await MoveAsync(camera, "ridge", Start.AddDays(6))).Refusal);
        Assert.Equal(CameraRefusal.NoSuchSite, (await MoveAsync(camera, "moon", Start.AddDays(6))).Refusal);
        Assert.Equal(
            CameraRefusal.BadTime, (await MoveAsync(camera, "creek", DateTimeOffset.UtcNow.AddHours(1))).Refusal);
        Assert.Equal(before, await HistoryAsync(camera));
        await MoveAsync(camera, null, Start.AddDays(6));
        var gap = await MoveAsync(camera, "creek", Start.AddDays(5).AddHours(12));
        Assert.Equal((CameraRefusal.Overlaps, Start.AddDays(6)), (gap.Refusal, gap.At));
    }

    [Fact]
    public async Task Of_two_moves_at_once_the_second_sees_the_first()
    {
        var (_, camera) = await WorldAsync();
        await MoveAsync(camera, "creek", Start);
        var moves = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => MoveAsync(camera, "ridge", Start.AddDays(1))));
        Assert.Single(moves, m => m.Refusal == CameraRefusal.None);
        Assert.Equal("creek 0 1, ridge 1 -", await HistoryAsync(camera));
    }

    [Fact]
    public async Task A_move_that_is_told_late_files_the_pictures_since_then_anew()
    {
        var (world, camera) = await WorldAsync();
        await MoveAsync(camera, "creek", Start);
        var creek = await SiteIdAsync(world, "creek");
        var ridge = await SiteIdAsync(world, "ridge");
        var model = await world.AddModelAsync($"m-{camera.Code}");
        await database.RunAsync("update models set is_active = id = $1", model);
        var captures = new List<Guid>();
        // Two visits, and one that the move tears: a picture before it and one after it.
        foreach (var minutes in new[] { 0, 1, 119, 121, 240 })
        {
            var capture = await world.AddCaptureAsync(camera.Id, Start.AddDays(5).AddMinutes(minutes));
            captures.Add(capture);
            await database.RunAsync("""
                update captures c set deployment_id = d.id, site_id = d.site_id from deployments d
                where c.id = $1 and d.camera_id = c.camera_id
                """, capture);
            await world.AddModelRowAsync(capture, model, Category.Animal, 0.9f, 0, await world.AddTaxonAsync("fox"));
        }

        await new EventsTable(database.Source).PlaceAsync(camera.Id, captures, default);
        var move = await MoveAsync(camera, "ridge", Start.AddDays(5).AddMinutes(120));
        Assert.Equal(2, move.Misfiled);
        var subject = await database.ReadAsync<string>(
            "select subject from jobs where kind = 'refile' and subject like $1 order by id desc limit 1",
            $"{camera.Id}:%");
        Assert.True(RefileTable.TryReadSubject(subject, out var id, out var from));
        var refile = new RefileTable(database.Source);
        Assert.Equal((2, world.ProjectId), await refile.RefileNextAsync(id, from, default));
        Assert.Equal((0, null), await refile.RefileNextAsync(id, from, default));
        Assert.Equal($"{creek},{creek},{creek},{ridge},{ridge}", await SitesAsync("captures", camera));
        Assert.Equal(
            $"{creek},{creek},{creek},{ridge},{ridge}", await SitesAsync("wildlife_detections", camera));
        Assert.Equal(2L, await database.ReadAsync<long>("""
            select count(*) from wildlife_detections where camera_id = $1 and site_id = $2
              and local_hour = extract(hour from captured_at at time zone 'America/Denver')
            """, camera.Id, ridge));
        // The torn visit keeps the picture before the move; the one after it is placed anew, with its own site.
        Assert.Equal(0L, await database.ReadAsync<long>("""
            select count(*) from captures c join events e on e.id = c.event_id
            where c.camera_id = $1 and c.site_id is distinct from e.site_id
            """, camera.Id));
        Assert.Equal(1L, await database.ReadAsync<long>(
            "select count(*) from captures where camera_id = $1 and event_id is null", camera.Id));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("7", false)]
    [InlineData("x:1", false)]
    [InlineData("7:99999999999999999", false)]
    [InlineData("7:1779278400", true)]
    public void A_subject_names_a_camera_and_a_time(string subject, bool isGood) =>
        Assert.Equal(isGood, RefileTable.TryReadSubject(subject, out _, out _));

    async Task<(CaptureWorld World, StoredCamera Camera)> WorldAsync()
    {
        var world = await CaptureWorld.MakeAsync(database);
        await database.RunAsync("""
            insert into sites (project_id, slug, name, time_zone)
            values ($1, 'creek', 'Creek', 'UTC'), ($1, 'ridge', 'Ridge', 'America/Denver')
            """, world.ProjectId);
        var slug = await database.ReadAsync<string>("select slug from projects where id = $1", world.ProjectId);
        var code = $"m{Guid.NewGuid().ToString("n")[..12]}";
        var added = await new CameraRegistration(database.Source).AddAsync(new NewCamera(slug, code, "Mover"), default);
        Assert.Equal(CameraRefusal.None, added.Refusal);
        return (world, (await new CamerasTable(database.Source).FindByCodeAsync(code, default))!);
    }

    Task<CameraMove> MoveAsync(StoredCamera camera, string? site, DateTimeOffset at) =>
        Edits.MoveAsync(camera, site, at, Actor.CommandLine, default);

    Task<int> SiteIdAsync(CaptureWorld world, string slug) => database.ReadAsync<int>(
        "select id from sites where project_id = $1 and slug = $2", world.ProjectId, slug);

    Task<string> SitesAsync(string table, StoredCamera camera) => database.ReadAsync<string>(
        $"select string_agg(site_id::text, ',' order by captured_at) from {table} where camera_id = $1", camera.Id);

    Task<string> HistoryAsync(StoredCamera camera) => database.ReadAsync<string>("""
        select string_agg(concat_ws(' ', s.slug, extract(day from d.from_at - $2)::int::text,
          coalesce(extract(day from d.until_at - $2)::int::text, '-')), ', ' order by d.from_at)
        from deployments d join sites s on s.id = d.site_id where d.camera_id = $1
        """, camera.Id, Start.UtcDateTime);
}
