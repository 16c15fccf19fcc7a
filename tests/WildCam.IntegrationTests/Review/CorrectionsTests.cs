using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Clocks;
using WildCam.Storage.Detection;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Remarks;
using WildCam.Storage.Review;
using WildCam.Storage.Rollups;

namespace WildCam.IntegrationTests.Review;

/// <summary>Clocks that were wrong and boxes that repeat: put right, and taken back to what was before.</summary>
public sealed class CorrectionsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    ClockCorrectionsTable Corrections => new(database.Source);

    ClockMovesTable Moves => new(database.Source);

    [Fact]
    public async Task A_wrong_clock_is_proposed_moved_over_the_months_and_taken_back()
    {
        var (world, camera, captures) = await WrongClockAsync(40);
        var account = await world.AddAccountAsync();
        var visit = await database.ReadAsync<Guid>(
            "select event_id from captures where id = $1 and captured_at > '2026-01-01'", captures[0]);
        await new IdentificationsTable(database.Source).FileAsync(
            new(account, visit, null, null, [new(Category.Animal)], null), default);
        await new RemarksTable(database.Source).CommentAsync(
            world.ProjectId, visit, null, account, Guid.NewGuid(), "Nice.", default);
        var before = await StateAsync(camera);

        var proposal = Assert.Single(await Corrections.ProposeAsync(world.ProjectId, default));
        Assert.Equal((camera, 40, TimeSpan.FromDays(40)), (proposal.CameraId, proposal.Captures, proposal.Offset));
        var (count, _, samples) = await Corrections.PreviewAsync(
            camera, proposal.FromAt, proposal.UntilAt, proposal.Offset, default);
        Assert.Equal((40, 12), (count, samples.Count));
        Assert.All(samples, s => Assert.Equal(TimeSpan.FromDays(40), s.After - s.Before));

        var correction = await BeginAsync(world, camera, account, proposal);
        await MoveAllAsync(correction, isUndo: false);
        Assert.Equal(40L, await database.ReadAsync<long>("""
            select count(*) from captures c join capture_identities i on i.id = c.id and i.captured_at = c.captured_at
            where c.camera_id = $1 and c.clock_quality = 5 and c.captured_at = c.device_time + interval '40 days'
            """, camera));
        Assert.Equal(0L, await database.ReadAsync<long>("""
            select count(*) from wildlife_detections d where d.camera_id = $1 and not exists (
              select from captures c where c.id = d.capture_id and c.captured_at = d.captured_at)
            """, camera));
        Assert.Equal("1 Nice.", await database.ReadAsync<string>("""
            select count(*) || ' ' || max(k.text) from events e join comments k on k.event_id = e.id
            join event_findings f on f.event_id = e.id and f.started_at = e.started_at and f.source = 2
            where e.id = $1 and e.started_at > '2026-06-01'
            """, visit));
        await AssertSummaryAsync(camera);
        Assert.Empty(await Corrections.ProposeAsync(world.ProjectId, default));

        await Corrections.UndoAsync(world.ProjectId, correction.Id, default);
        await MoveAllAsync(correction, isUndo: true);
        Assert.Equal(before, await StateAsync(camera));
        await AssertSummaryAsync(camera);
    }

    [Fact]
    public async Task Of_an_event_that_is_torn_the_moved_pictures_are_placed_anew()
    {
        var (world, camera, captures) = await WrongClockAsync(3);
        await database.RunAsync("update captures set clock_quality = 1 where id = $1", captures[0]);
        var proposal = Assert.Single(await Corrections.ProposeAsync(world.ProjectId, default));
        var correction = await BeginAsync(world, camera, await world.AddAccountAsync(), proposal);
        await MoveAllAsync(correction, isUndo: false);
        Assert.Equal(2L, await database.ReadAsync<long>("""
            select count(*) from jobs j join captures c on c.id::text = j.subject
            where j.kind = 'event' and c.camera_id = $1 and c.event_id is null and c.stages_missing & 8 <> 0
            """, camera));
        Assert.Equal("1 1", await database.ReadAsync<string>("""
            select e.capture_count || ' ' || count(c.id) from captures c join events e on e.id = c.event_id
            where c.camera_id = $1 and c.captured_at between e.started_at and e.ended_at group by e.id
            """, camera));
        await new EventsTable(database.Source).PlaceAsync(camera, captures, default);
        Assert.Equal(0L, await database.ReadAsync<long>(
            "select count(*) from captures where camera_id = $1 and event_id is null", camera));
    }

    [Fact]
    public async Task A_box_that_repeats_for_hours_is_offered_does_not_count_once_suppressed_and_counts_when_lifted()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var model = await ActiveModelAsync(world);
        var captures = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            var id = await world.AddCaptureAsync(camera, Noon.AddMinutes(20 * i));
            await new EventsTable(database.Source).PlaceAsync(camera, [id], default);
            await FileAsync(model, id, 0.4f + (i % 3 * 0.001f));
            captures.Add(id);
        }

        var fox = await world.AddCaptureAsync(camera, Noon.AddMinutes(3));
        await FileAsync(model, fox, 0.1f);
        var table = new SuppressionsTable(database.Source);
        var repeat = Assert.Single(await table.FindRepeatsAsync(world.ProjectId, Noon.AddDays(1), default));
        Assert.Equal((camera, 20, Category.Animal), (repeat.CameraId, repeat.Captures, repeat.Category));

        var suppression = new Suppression(
            Guid.NewGuid(), world.ProjectId, camera, repeat.Category, repeat.Box, repeat.FirstAt, "", Noon, null,
            false);
        Assert.True(await table.AddAsync(suppression, await world.AddAccountAsync(), default));
        await SettleAllAsync(table, suppression.Id);
        Assert.Equal("1 21", await CurrentAsync(camera));
        Assert.Empty(await table.FindRepeatsAsync(world.ProjectId, Noon.AddDays(1), default));

        // Forward: a new picture with the same box does not count, with another one it does.
        var next = await world.AddCaptureAsync(camera, Noon.AddHours(9));
        await FileAsync(model, next, 0.4f);
        var other = await world.AddCaptureAsync(camera, Noon.AddHours(10));
        await FileAsync(model, other, 0.1f);
        Assert.Equal("2 23", await CurrentAsync(camera));

        Assert.True(await table.LiftAsync(world.ProjectId, suppression.Id, default));
        await SettleAllAsync(table, suppression.Id);
        Assert.Equal("23 23", await CurrentAsync(camera));
        await AssertSummaryAsync(camera);
    }

    [Fact]
    public async Task Another_projects_clocks_and_places_are_out_of_reach()
    {
        var (world, camera, _) = await WrongClockAsync(2);
        var elsewhere = await CaptureWorld.MakeAsync(database);
        var proposal = Assert.Single(await Corrections.ProposeAsync(world.ProjectId, default));
        Assert.Empty(await Corrections.ProposeAsync(elsewhere.ProjectId, default));
        var account = await world.AddAccountAsync();
        Assert.False(await Corrections.BeginAsync(Of(elsewhere, camera, account, proposal), 2, default));
        Assert.False(await new SuppressionsTable(database.Source).AddAsync(
            new Suppression(
                Guid.NewGuid(), elsewhere.ProjectId, camera, Category.Animal, new Box(0, 0, 1, 1), Noon, "", Noon, null,
                false),
            account, default));
        var own = await BeginAsync(world, camera, account, proposal);
        Assert.False(await Corrections.UndoAsync(elsewhere.ProjectId, own.Id, default));
    }

    /// <summary>
    /// A camera whose clock is forty days behind; its pictures lie in one month and belong in the next.
    /// </summary>
    async Task<(CaptureWorld World, int Camera, Guid[] Captures)> WrongClockAsync(int count)
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var model = await ActiveModelAsync(world);
        var captures = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            var at = Noon.AddMinutes(10 * i);
            captures[i] = await world.AddCaptureAsync(camera, at);
            await database.RunAsync("""
                update captures set clock_quality = 3, device_time = captured_at,
                  received_at = captured_at + interval '40 days' + make_interval(secs => $2)
                where id = $1
                """, captures[i], i);
        }

        await new EventsTable(database.Source).PlaceAsync(camera, captures, default);
        foreach (var capture in captures)
        {
            await world.AddModelRowAsync(capture, model, Category.Animal, 0.9f);
        }

        await FoldAsync();
        return (world, camera, captures);
    }

    async Task<int> ActiveModelAsync(CaptureWorld world)
    {
        var model = await world.AddModelAsync("active" + Guid.NewGuid().ToString("n"));
        await database.RunAsync("update models set is_active = false where is_active");
        await database.RunAsync("update models set is_active = true where id = $1", model);
        return model;
    }

    static ClockCorrection Of(CaptureWorld world, int camera, int account, ClockProposal proposal) => new(
        Guid.NewGuid(), world.ProjectId, camera, account, proposal.FromAt, proposal.UntilAt, proposal.Offset,
        ClockState.Doing, proposal.Captures, 0, "", Noon);

    async Task<ClockCorrection> BeginAsync(CaptureWorld world, int camera, int account, ClockProposal proposal)
    {
        var correction = Of(world, camera, account, proposal);
        Assert.True(await Corrections.BeginAsync(correction, proposal.Captures, default));
        return correction;
    }

    async Task MoveAllAsync(ClockCorrection correction, bool isUndo)
    {
        while ((await Moves.MoveNextAsync(correction, isUndo, default)).Count > 0)
        {
        }

        await Corrections.EndAsync(correction.Id, isUndo, default);
        Assert.Equal(
            isUndo ? ClockState.Undone : ClockState.Done,
            (await Corrections.FindForJobAsync(correction.Id, default))!.State);
    }

    static async Task SettleAllAsync(SuppressionsTable table, Guid id)
    {
        while (await table.SettleNextAsync(id, default) > 0)
        {
        }
    }

    async Task FileAsync(int model, Guid capture, float x)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new DetectionsTable(database.Source).CompleteDetectionsAsync(
            connection, [new(capture, model, [new(Category.Animal, 0.9f, x, 0.3f, 0.2f, 0.2f)])], default);
        await transaction.CommitAsync();
    }

    async Task FoldAsync()
    {
        var rollups = new RollupsTable(database.Source);
        while (await rollups.FoldAsync(100, default) > 0)
        {
        }
    }

    // Rows that count, and all.
    Task<string> CurrentAsync(int camera) => database.ReadAsync<string>("""
        select count(*) filter (where is_current) || ' ' || count(*) from wildlife_detections where camera_id = $1
        """, camera);

    Task<string> StateAsync(int camera) => database.ReadAsync<string>("""
        select string_agg(concat_ws(' ', c.id, c.captured_at, c.event_id, c.clock_quality, e.started_at, e.ended_at,
          e.capture_count, (select string_agg(concat(d.captured_at, d.local_date, d.local_hour, d.is_current), ',')
            from wildlife_detections d where d.capture_id = c.id)), E'\n' order by c.id)
        from captures c join events e on e.id = c.event_id where c.camera_id = $1
        """, camera);

    async Task AssertSummaryAsync(int camera)
    {
        await FoldAsync();
        Assert.Equal(0L, await database.ReadAsync<long>("""
            with counted as (
              select d.local_date, d.category, coalesce(d.taxon_id, 0) as taxon, sum(d.count)::int as n
              from wildlife_detections d join projects p on p.id = d.project_id
              where d.camera_id = $1 and d.is_current
                and (d.source <> 1 or d.confidence is null or d.confidence >= p.summary_confidence_min)
              group by 1, 2, 3),
            kept as (
              select detection_date, category, taxon_id, detection_count from daily_detection_summary
              where camera_id = $1)
            select count(*) from (
              (table counted except table kept) union all (table kept except table counted)) different
            """, camera));
    }
}
