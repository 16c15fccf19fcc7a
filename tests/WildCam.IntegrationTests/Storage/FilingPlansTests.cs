using Npgsql;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Detection;
using WildCam.Storage.Events;
using WildCam.Storage.Rollups;

namespace WildCam.IntegrationTests.Storage;

/// <summary>
/// What a new picture's statements read: its own month and no other, so that a picture costs the same after ten years.
/// </summary>
public sealed class FilingPlansTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly PlanLog _plans = new();

    NpgsqlDataSource _source = null!;
    int _camera;
    Guid _capture;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var world = await CaptureWorld.MakeAsync(_database);
        _camera = await world.AddCameraAsync();
        await _database.RunAsync("""
            select ensure_month(t, m::date) from unnest(array['captures', 'wildlife_detections']) t,
              generate_series('2025-05-01'::date, '2026-08-01', '1 month') m
            """);
        for (var month = -10; month < 0; month++)
        {
            await world.AddCaptureAsync(_camera, CaptureWorld.Noon.AddMonths(month));
        }

        _capture = await world.AddCaptureAsync(_camera, CaptureWorld.Noon);
        await _database.RunAsync("analyze");
        _source = _plans.Open(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
        _plans.Dispose();
    }

    [Fact]
    public async Task Each_step_of_a_picture_reads_its_own_month_only()
    {
        // More often than a server plans anew on its own: a plan that it keeps would open every month.
        for (var i = 0; i < 8; i++)
        {
            _plans.Clear();
            await _database.RunAsync("""
                update captures set event_id = null where id = $1 and captured_at = $2
                """, _capture, CaptureWorld.Noon.UtcDateTime);
            await _database.RunAsync("delete from wildlife_detections where captured_at > '-infinity'");
            Assert.Single(await new EventsTable(_source).PlaceAsync(_camera, [_capture], default));
            AssertMonth("select distinct x.id", "captures", "captures_2026_05_camera_id_captured_at_idx");
            AssertMonth("update captures c set event_id", "captures");
            AssertMonth("update wildlife_detections d set event_id", "wildlife_detections");

            await FileAsync();
            AssertMonth("with said as (", "captures");
            AssertMonth("with said as (", "wildlife_detections");

            Assert.Single(await new EventsTable(_source).FoldAsync(10, default));
            AssertMonth("insert into event_findings", "captures");
            AssertMonth("insert into event_findings", "wildlife_detections");
            AssertMonth("with of_event as", "captures");

            Assert.Equal(1, await new RollupsTable(_source).FoldAsync(10, default));
            AssertMonth(
                "insert into daily_detection_summary", "wildlife_detections",
                "wildlife_detections_2026_05_camera_id_local_date_idx");
        }
    }

    async Task FileAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Single(await new DetectionsTable(_source).CompleteDetectionsAsync(
            connection, [new CaptureDetections(_capture, 1, [new DetectionRow(Category.Animal, 0.9f, 0, 0, 1, 1)])],
            default));
        await transaction.CommitAsync();
    }

    void AssertMonth(string query, string table, string index = "")
    {
        var plan = _plans.Of(query);
        Assert.Equal([table + "_2026_05"], PlanLog.Partitions(plan, table));
        Assert.Contains(index, plan, StringComparison.Ordinal);
    }
}
