using Npgsql;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Charts;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;
using WildCam.Storage.Review;
using WildCam.Storage.Rollups;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Storage;

/// <summary>
/// The plans of the pages' own queries, with their own parameters: the server's auto_explain sends each as a notice.
/// Sequential scans are dear here, as they are in a table that is not small.
/// </summary>
public sealed class HotQueryPlansTests : IAsyncLifetime
{
    const int PageMax = 24;

    readonly TestDatabase _database = new();
    readonly PlanLog _plans = new();

    NpgsqlDataSource _source = null!;
    CaptureWorld _world = null!;
    int _camera;
    int _taxon;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database);
        _camera = await _world.AddCameraAsync();
        _taxon = await _world.AddTaxonAsync("vulpes-vulpes");
        await SeedAsync();
        _source = _plans.Open(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
        _plans.Dispose();
    }

    [Fact]
    public async Task A_page_of_pictures_before_a_key_reads_no_later_month_and_never_sorts()
    {
        var key = new GalleryKey(CaptureWorld.Noon, Guid.Empty);
        var cells = await new GalleryPicturesTable(_source).ListAsync(
            Filter(), key, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken);
        Assert.Equal(PageMax, cells.Count);
        var page = _plans.Of("from captures c");
        Assert.Equal(["captures_2026_04", "captures_2026_05"], PlanLog.Partitions(page, "captures"));
        Assert.Contains("captures_2026_05_project_id_captured_at_id_idx", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", page, StringComparison.Ordinal);

        // What is said of the page's pictures, and their thumbnails: of the page's own month.
        Assert.Equal(["wildlife_detections_2026_05"], PlanLog.Partitions(
            _plans.Of("from wildlife_detections"), "wildlife_detections"));
        Assert.Equal(["captures_2026_05"], PlanLog.Partitions(_plans.Of("select id, width, height"), "captures"));
    }

    [Fact]
    public async Task A_page_of_pictures_of_some_days_reads_their_month_only()
    {
        var filter = Filter() with { From = new DateOnly(2026, 5, 5), To = new DateOnly(2026, 5, 20) };
        Assert.NotEmpty(await new GalleryPicturesTable(_source).ListAsync(
            filter, null, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken));
        Assert.Equal(["captures_2026_05"], PlanLog.Partitions(_plans.Of("from captures c"), "captures"));
    }

    [Fact]
    public async Task A_page_of_pictures_of_a_species_walks_the_index_of_its_species()
    {
        var filter = Filter() with
        {
            TaxonId = _taxon,
            From = new DateOnly(2026, 5, 5),
            To = new DateOnly(2026, 5, 20),
        };
        Assert.NotEmpty(await new GalleryPicturesTable(_source).ListAsync(
            filter, null, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken));
        var page = _plans.Of("from wildlife_detections d join captures c");
        Assert.Equal(["wildlife_detections_2026_05"], PlanLog.Partitions(page, "wildlife_detections"));
        Assert.Equal(["captures_2026_05"], PlanLog.Partitions(page, "captures"));
        Assert.Contains("wildlife_detections_2026_05_project_id_taxon_id_captured_at", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "from events e", "events_project_id_started_at_id_idx")]
    [InlineData(true, "from event_findings f", "event_findings_project_id_taxon_id_started_at_event_id_idx")]
    public async Task A_page_of_events_walks_one_index_and_its_thumbnails_are_of_its_month(
        bool ofSpecies, string query, string index)
    {
        var filter = ofSpecies ? Filter() with { TaxonId = _taxon } : Filter();
        var key = new GalleryKey(CaptureWorld.Noon, Guid.Empty);
        Assert.Equal(PageMax, (await new GalleryTable(_source).ListEventsAsync(
            filter, key, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken)).Count);
        var page = _plans.Of(query);
        Assert.Contains(index, page, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", page, StringComparison.Ordinal);
        Assert.Equal(["captures_2026_05"], PlanLog.Partitions(_plans.Of("select id, width, height"), "captures"));
    }

    [Fact]
    public async Task The_newest_event_of_a_species_is_the_first_of_its_index()
    {
        var latest = await new SpeciesPagesTable(_source).ListLatestAsync(
            _world.ProjectId, [_taxon], TestContext.Current.CancellationToken);
        Assert.Single(latest);
        var plan = _plans.Of("from unnest($2) as t(taxon_id)");
        Assert.Contains("event_findings_project_id_taxon_id_started_at_event_id_idx", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        Assert.Equal(["captures_2026_06"], PlanLog.Partitions(_plans.Of("select id, width, height"), "captures"));
    }

    [Theory]
    [InlineData(false, "from event_findings f", "event_findings_project_id_taxon_id_started_at_event_id_idx")]
    [InlineData(true, "from wildlife_detections d join captures c", "_project_id_taxon_id_captured_at")]
    public async Task A_page_of_a_group_walks_the_index_once_a_species(bool byPicture, string query, string index)
    {
        var deer = await _database.ReadAsync<int>("select id from taxa where slug = 'odocoileus-hemionus'");
        var filter = Filter() with { TaxonIds = [_taxon, deer] };
        var key = new GalleryKey(CaptureWorld.Noon, Guid.Empty);
        var cells = byPicture
            ? await new GalleryPicturesTable(_source).ListAsync(
                filter, key, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken)
            : await new GalleryTable(_source).ListEventsAsync(
                filter, key, GalleryWay.Older, PageMax, TestContext.Current.CancellationToken);
        Assert.Equal(PageMax, cells.Count);
        var page = _plans.Of(query);
        Assert.Contains(index, page, StringComparison.Ordinal);
        if (byPicture)
        {
            Assert.DoesNotContain("wildlife_detections_2026_06", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_names_of_a_project_are_read_from_taxon_to_taxon_and_not_row_by_row()
    {
        var names = await new DirectoryTable(_source).LoadAsync(
            _world.ProjectId, "en", TestContext.Current.CancellationToken);
        Assert.Equal(2, names.Species.Count);
        var plan = _plans.Of("union select taxon_id from found");
        Assert.Contains(
            "Index Only Scan using event_findings_project_id_taxon_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("HashAggregate  (cost", plan[..plan.IndexOf("CTE summed", StringComparison.Ordinal)],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detections_for_programs_walk_the_index_of_their_species_from_the_newest_month_on()
    {
        var filter = new CaptureFilter(_world.ProjectId) { Species = "vulpes-vulpes" };
        var after = new DetectionKey(CaptureWorld.Noon, Guid.Empty, 0, 0, 0);
        Assert.Equal(PageMax, (await new CaptureSearch(_source).ListDetectionsAsync(
            filter, after, PageMax, TestContext.Current.CancellationToken)).Count);
        var page = _plans.Of("from (select * from wildlife_detections d");
        Assert.Contains("wildlife_detections_2026_05_project_id_taxon_id_captured_at", page, StringComparison.Ordinal);
        Assert.Equal(
            ["wildlife_detections_2026_04", "wildlife_detections_2026_05"],
            PlanLog.Partitions(page, "wildlife_detections"));
    }

    [Fact]
    public async Task A_day_of_sightings_is_packed_from_one_range_of_an_index_and_charts_read_it()
    {
        Assert.True(await new RollupsTable(_source).FoldAsync(1000, TestContext.Current.CancellationToken) > 80);
        Assert.Contains(
            "event_findings_project_id_category_started_at_event_id_idx", _plans.Of("insert into sighting_days"),
            StringComparison.Ordinal);
        var filter = new ChartFilter(
            _world.ProjectId, [_taxon], null, new DateOnly(2026, 5, 1), new DateOnly(2026, 5, 31), 30, 0.5);
        Assert.NotEmpty(await new SightingsTable(_source).CountByHourAsync(
            filter, TestContext.Current.CancellationToken));
        Assert.Contains(
            "Index Scan using sighting_days_pkey", _plans.Of("select taxon_id, local_date, sightings"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_counts_and_the_next_event_walk_the_index_of_open_events()
    {
        var account = await _world.AddAccountAsync();
        var review = new ReviewQueuesTable(_source);
        await review.CountAsync(_world.ProjectId, TestContext.Current.CancellationToken);
        Assert.Contains("events_open", _plans.Of("marked as ("), StringComparison.Ordinal);
        await review.ReserveNextAsync(
            _world.ProjectId, ReviewQueue.Unreviewed, null, account, null, [], 3,
            TestContext.Current.CancellationToken);
        Assert.Contains("events_open", _plans.Of("from waiting e"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_the_list_of_cameras_and_the_days_scan_no_other_project()
    {
        var now = CaptureWorld.Noon;
        await new AlertsTable(_source).ListAsync(
            _world.ProjectId, isOver: false, now, TestContext.Current.CancellationToken);
        Assert.Contains("alerts_", Scans(_plans.Of("from alerts a")), StringComparison.Ordinal);
        await new FleetListTable(_source).ListAsync(
            new FleetFilter(_world.ProjectId), WatchLimits.Default, now, PageMax,
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Seq Scan on cameras", _plans.Of("camera_states"), StringComparison.Ordinal);
        await new DaysTable(_source).ListAsync(
            Filter() with { TaxonId = _taxon }, TestContext.Current.CancellationToken);
        Assert.Contains(
            "daily_detection_summary_project_id_taxon_id_detection_date_idx",
            _plans.Of("having sum(s.detection_count) > 0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_of_comments_and_names_of_files_are_found_by_their_indexes()
    {
        await _database.RunAsync("""
            insert into comments (project_id, event_id, account_id, client_key, text)
            select $1, id, $2, gen_random_uuid(),
              case when row_number() over () % 100 = 0 then 'She is limping.' else 'A quiet night at the creek' end
            from events
            """, _world.ProjectId, await _world.AddAccountAsync());
        await _database.RunAsync("analyze comments");
        var search = new SearchTable(_source);
        await search.FindCommentsAsync(_world.ProjectId, "limping", TestContext.Current.CancellationToken);
        Assert.Contains("comments_words", _plans.Of("from comments c"), StringComparison.Ordinal);
        await search.FindFilesAsync(_world.ProjectId, "IMG_1.JPG", TestContext.Current.CancellationToken);
        var files = _plans.Of("file_name = $2");
        Assert.Contains("project_id_file_name_idx", files, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on captures", files, StringComparison.Ordinal);
    }

    static string Scans(string plan) =>
        string.Join('\n', plan.Split('\n').Where(l => l.Contains("Scan", StringComparison.Ordinal)));

    GalleryFilter Filter() => new(_world.ProjectId, "Europe/Paris");

    /// <summary>A capture every four hours from April to June, each an event; every third shows a fox.</summary>
    async Task SeedAsync()
    {
        await _database.RunAsync("""
            create table seeded as
            select gen_random_uuid() as id, at, row_number() over (order by at) as n from generate_series(
              '2026-04-02Z'::timestamptz, '2026-06-28Z'::timestamptz, interval '4 hours') at
            """);
        var deer = await _world.AddTaxonAsync("odocoileus-hemionus");
        await _database.RunAsync("""
            insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at, clock_quality,
              size_bytes, sha256, blob_path, stages_missing)
            select id, at, $1, $2, uuid_send(id), at, 1, 100, '', id || '.jpg', 0 from seeded
            """, _world.ProjectId, _camera);
        await _database.RunAsync("""
            insert into wildlife_detections (capture_id, captured_at, model_id, source, project_id, camera_id, category,
              taxon_id, confidence, is_current, local_date, local_hour)
            select id, at, 1, 1, $1, $2, 1, case when n % 3 = 0 then $3 else $4 end, 0.9, true, at::date, 1 from seeded
            """, _world.ProjectId, _camera, _taxon, deer);
        await _database.RunAsync("""
            insert into events (id, project_id, camera_id, started_at, ended_at, capture_count, best_capture_id,
              best_captured_at)
            select id, $1, $2, at, at, 1, id, at from seeded
            """, _world.ProjectId, _camera);
        await _database.RunAsync("""
            insert into event_findings (event_id, category, taxon_id, project_id, camera_id, started_at, local_hour,
              source, confidence, count, best_capture_id, best_captured_at)
            select id, 1, case when n % 3 = 0 then $3 else $4 end, $1, $2, at, 1, 1, 0.9, 1, id, at from seeded
            """, _world.ProjectId, _camera, _taxon, deer);
        await _database.RunAsync("drop table seeded");
        await _database.RunAsync("analyze");
    }
}
