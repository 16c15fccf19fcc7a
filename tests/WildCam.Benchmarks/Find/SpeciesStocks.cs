using System.Globalization;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Benchmarks.Find;

/// <summary>
/// A history with species for whoever reads it: visits of one of eight species each, two detections a picture, and a
/// real hub over it. Made once a run, of WILDCAM_BENCH_LOAD detections.
/// </summary>
sealed class SpeciesStocks(string folder) : IAsyncDisposable
{
    public const int Species = 8;

    /// <summary>Detections of one picture.</summary>
    public const int PerCapture = 2;

    const int DetectionsDefault = 3_000_000;

    WorldServer? _server;
    WorldDatabase? _database;
    WorldHub? _hub;

    public static int Detections => int.TryParse(
        Environment.GetEnvironmentVariable("WILDCAM_BENCH_LOAD"), NumberStyles.None, CultureInfo.InvariantCulture,
        out var given) && given > 0
        ? given
        : DetectionsDefault;

    string Folder => Path.Combine(folder, $"stock-{Environment.ProcessId}");

    /// <summary>The database and a hub over it.</summary>
    public async Task<(WorldDatabase Database, WorldHub Hub)> OpenAsync(Bench bench)
    {
        if (_database is not null && _hub is not null)
        {
            return (_database, _hub);
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        _server = await WorldServer.StartAsync(Path.Combine(Folder, "postgres"), WorldServer.Durable);
        _database = await _server.CreateAsync();
        var captures = Detections / PerCapture;
        await Stock.MakeCamerasAsync(_database);
        await Stock.FillCapturesAsync(_database, captures);
        await FillAsync(_database, captures);
        await Stock.RestAsync(_database);
        bench.Say($"{Detections} detections of {Species} species made in {clock.Elapsed.TotalSeconds:0} s");
        _hub = await WorldHub.StartAsync(
            _database.ConnectionString, Path.Combine(Folder, "data"), ("WildCam__RateLimits__ApiPerSecond", "1000000"),
            ("WildCam__RateLimits__ApiBurst", "1000000"));
        return (_database, _hub);
    }

    /// <summary>A person of the project, and the header that their browser or program sends.</summary>
    public static async Task<(string Name, string Value)> VisitAsync(WorldDatabase database, bool asBrowser)
    {
        var account = await database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, 'Reader') returning id", $"{Guid.NewGuid():N}@example.org");
        await new AccountsTable(database.Source).SetRoleAsync(1, account, Role.Viewer, CancellationToken.None);
        if (asBrowser)
        {
            var (secret, _) = await new SessionsTable(database.Source).OpenAsync(account, CancellationToken.None);
            return ("Cookie", $"{WildCam.Hub.Hosting.SessionCookie.Name}={secret}");
        }

        var token = await new ApiTokensTable(database.Source).CreateAsync(
            account, "bench", TimeSpan.FromDays(1), CancellationToken.None);
        return ("Authorization", "Bearer " + token!.Value.Text);
    }

    public async ValueTask DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }

    static async Task FillAsync(WorldDatabase database, int captures)
    {
        await Stock.MakeMonthsAsync(database, "wildlife_detections", captures);
        await database.RunAsync($"""
            insert into taxa (slug, scientific_name) select 'species-' || n, 'Species ' || n
            from generate_series(1, {Species}) n
            """);

        // By visit and by round of the cameras, so that every camera meets every species.
        var taxon = $"1 + (i / {Stock.VisitPictures} + i / {Stock.VisitPictures * Stock.Cameras}) % {Species}";
        await Stock.WithoutIndexesAsync(database, "wildlife_detections", () => database.RunLongAsync($"""
            insert into wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id, camera_id,
              site_id, event_id, category, taxon_id, confidence, box_x, box_y, box_width, box_height, is_current,
              local_date, local_hour)
            select id, at, 1, o, 1, 1, camera_id, camera_id, event_id, 1, {taxon}, 0.5 + (i + o) % 50 / 100.0, 0.1, 0.1,
              0.2, 0.2, true, (at at time zone 'Europe/Berlin')::date,
              extract(hour from at at time zone 'Europe/Berlin')
            from ({Stock.Series(captures)}) s, generate_series(0, {PerCapture - 1}) o
            """));
        await database.RunLongAsync($"""
            insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at,
              local_hour, source, confidence, count, best_capture_id, best_captured_at)
            select event_id, 1, {taxon}, 1, camera_id, camera_id, min(at),
              extract(hour from min(at) at time zone 'Europe/Berlin'), 1, 0.9, {PerCapture}, min(id::text)::uuid,
              max(at)
            from ({Stock.Series(captures)}) s group by event_id, {taxon}, camera_id
            """);
        await database.RunLongAsync($"""
            insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id,
              detection_count, avg_confidence) {Invariants.Recount}
            """);
        while (await database.ReadAsync<int>("select refresh_sighting_days(50)") > 0)
        {
        }

        await database.RunAsync(
            "update sites set latitude = 45 + id / 1000.0, longitude = 7 + id / 1000.0 where project_id = 1");
    }
}
