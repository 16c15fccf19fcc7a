using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Captures;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Thumbnails;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Captures;

/// <summary>A database for each test: a run expires the pictures of every project.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Old_pictures_go_with_all_that_was_made_of_them_and_leave_a_tombstone()
    {
        var world = await CaptureWorld.MakeAsync(_database);
        using var pictures = new PictureWorld(_database, world);
        var camera = await world.AddCameraAsync();
        var model = await world.AddModelAsync(Guid.NewGuid().ToString());
        await _database.RunAsync("update models set is_active = id = $1", model);
        var old = await pictures.AddAsync(camera, Noon.AddDays(-20), new byte[10]);
        var first = await pictures.AddAsync(camera, Noon.AddMinutes(-10), new byte[10]);
        var last = await pictures.AddAsync(camera, Noon.AddMinutes(10), new byte[10]);
        foreach (var id in new[] { old, first, last })
        {
            await pictures.Blobs.PutAsync(
                DerivedPaths.Thumbnail($"{id}.jpg", 1, 400), new ReadOnlySequence<byte>([1]), default);
            await world.AddModelRowAsync(id, model, Category.Animal, 0.9f);
        }

        var events = await new EventsTable(_database.Source).PlaceAsync(camera, [old, first, last], default);
        Assert.Equal(2, events.Count);
        await FoldAsync();
        await _database.RunAsync("update projects set retention_days = 30 where id = $1", world.ProjectId);

        // Received just now: nothing is old, whenever it was taken.
        var work = Work(pictures.Blobs);
        await work.RunAsync(default);
        Assert.Equal(3, await CountAsync("captures", world));

        await _database.RunAsync(
            "update captures set received_at = captured_at where project_id = $1", world.ProjectId);
        SetNow(Noon.AddDays(30));
        await work.RunAsync(default);
        await FoldAsync();
        Assert.Equal(last, await _database.ReadAsync<Guid>(
            "select id from captures where project_id = $1", world.ProjectId));
        Assert.Equal(last, await _database.ReadAsync<Guid>(
            "select capture_id from wildlife_detections where project_id = $1", world.ProjectId));
        Assert.Equal(2, await _database.ReadAsync<long>(
            "select count(*) from capture_identities where camera_id = $1 and state = 3", camera));
        Assert.Equal("1 00:00:00 1 1", await _database.ReadAsync<string>("""
            select format('%s %s %s %s', max(capture_count), max(ended_at - started_at), count(*),
              (select sum(count) from event_findings f where f.project_id = $1))
            from events where project_id = $1
            """, world.ProjectId));
        Assert.Equal(1, await _database.ReadAsync<long>(
            "select sum(detection_count) from daily_detection_summary where project_id = $1", world.ProjectId));
        var left = new List<string>();
        await foreach (var blob in pictures.Blobs.ListAsync("", default))
        {
            left.Add(blob.Path);
        }

        Assert.Equal([$"{last}.jpg", $"{last}.v1-400.jpg"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_policy_pictures_are_kept_for_ever()
    {
        var world = await CaptureWorld.MakeAsync(_database);
        using var pictures = new PictureWorld(_database, world);
        await pictures.AddAsync(await world.AddCameraAsync(), Noon, new byte[10]);
        SetNow(Noon.AddYears(90));
        await Work(pictures.Blobs).RunAsync(default);
        Assert.Equal(1, await CountAsync("captures", world));
    }

    [Fact]
    public async Task What_a_person_decided_on_stays_unless_the_policy_says_otherwise()
    {
        var world = await CaptureWorld.MakeAsync(_database);
        using var pictures = new PictureWorld(_database, world);
        var camera = await world.AddCameraAsync();
        var person = await world.AddAccountAsync();
        Guid[] visit =
            [await world.AddCaptureAsync(camera, Noon), await world.AddCaptureAsync(camera, Noon.AddMinutes(5))];
        var other = await world.AddCaptureAsync(camera, Noon.AddHours(3));
        var alone = await world.AddCaptureAsync(camera, Noon.AddHours(9));
        var placed = await new EventsTable(_database.Source).PlaceAsync(camera, [.. visit, other], default);
        var decisions = new IdentificationsTable(_database.Source);
        foreach (var capture in new[] { visit[0], alone })
        {
            var filed = await decisions.FileAsync(
                new Decision(person, null, capture, null, [new Finding(Category.Animal)], null), default);
            Assert.Equal(FileOutcome.Filed, filed.Outcome);
        }

        Assert.Equal(2, placed.Count);
        await _database.RunAsync(
            "update projects set retention_days = 30 where id = $1", world.ProjectId);
        SetNow(DateTimeOffset.UtcNow.AddDays(31));
        var work = Work(pictures.Blobs);
        Assert.False(await new RetentionTable(_database.Source).SetAsync("no-such-project", 1, true, default));
        Assert.EndsWith("kept 3 that a person decided on.", await work.RunAsync(default), StringComparison.Ordinal);
        Assert.Equal(3, await CountAsync("captures", world));
        Assert.Equal(0, await _database.ReadAsync<long>("select count(*) from captures where id = $1", other));

        await _database.RunAsync(
            "update projects set retention_keeps_decided = false where id = $1", world.ProjectId);
        await work.RunAsync(default);
        Assert.Equal(0, await CountAsync("captures", world));
        Assert.Equal(0, await CountAsync("events", world));
        Assert.Equal(4, await _database.ReadAsync<long>(
            "select count(*) from capture_identities where camera_id = $1 and state = 3", camera));
    }

    [Fact]
    public async Task More_than_a_batch_of_kept_pictures_does_not_hide_old_ones()
    {
        var world = await CaptureWorld.MakeAsync(_database);
        using var pictures = new PictureWorld(_database, world);
        var camera = await world.AddCameraAsync();
        await _database.RunAsync("""
            with rows as (
              insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at,
                clock_quality, size_bytes, sha256, blob_path, stages_missing)
              select gen_random_uuid(), $3 + make_interval(secs => n), $1, $2, decode(md5($1 || '/' || n), 'hex'), $3,
                1, 1, '', 'x' || n || '.jpg', 0
              from generate_series(1, 1100) n
              returning id, device_capture_id, captured_at),
            named as (
              insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
              select id, device_capture_id, $2, captured_at, 1, sha256('') from rows)
            insert into wildlife_detections (capture_id, captured_at, identification_id, source, project_id, camera_id,
              category, is_current, local_date, local_hour)
            select id, captured_at, 1, 2, $1, $2, 1, true, captured_at::date, 12
            from rows where captured_at <= $3 + interval '700 seconds'
            """, world.ProjectId, camera, Noon.UtcDateTime);
        await _database.RunAsync("update projects set retention_days = 1 where id = $1", world.ProjectId);
        SetNow(Noon.AddDays(3));
        Assert.EndsWith(
            "deleted 400, kept 700 that a person decided on.", await Work(pictures.Blobs).RunAsync(default),
            StringComparison.Ordinal);
        Assert.Equal(700, await CountAsync("captures", world));
    }

    ExpireCaptures Work(IBlobStore blobs) => new(
        new RetentionTable(_database.Source), blobs, _clock, NullLogger<ExpireCaptures>.Instance);

    void SetNow(DateTimeOffset now) => _clock.Advance(now - _clock.GetUtcNow());

    async Task FoldAsync()
    {
        while (await _database.ReadAsync<int>("select refresh_daily_summary(1000)") > 0)
        {
        }
    }

    Task<long> CountAsync(string table, CaptureWorld world) =>
        _database.ReadAsync<long>($"select count(*) from {table} where project_id = $1", world.ProjectId);
}

/// <summary>An expired picture and the camera that still has it.</summary>
public sealed class ExpiredResendTests(Ingest.RunningHub running) : IClassFixture<Ingest.RunningHub>
{
    [Fact]
    public async Task A_running_hub_sweeps_orphans_and_expires_pictures_by_itself() => await CaptureWorld.UntilAsync(
        async () => await running.Database.ReadAsync<long>("""
            select count(*) from recurring_runs where name in ('orphans', 'retention') and succeeded
            """) == 2, "both have run without a fault");

    [Fact]
    public async Task A_resend_of_an_expired_picture_is_receipted_as_duplicate_and_never_returns()
    {
        await using var camera = await running.ConnectAsync("expired-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(91, 1, 30_000);
        Assert.Equal(ReceiptOutcomes.Stored, (await camera.DeliverAsync(picture)).Outcome);
        var path = await running.Database.ReadAsync<string>(
            "select blob_path from captures where device_capture_id = $1", picture.DeviceCaptureId);
        Assert.True(File.Exists(running.BlobFile(path)));

        Assert.True(await new RetentionTable(running.Database.Source).SetAsync("test", 10, true, default));
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromDays(11));
        var work = new ExpireCaptures(
            new RetentionTable(running.Database.Source),
            new FolderBlobStore(running.BlobFile(""), TimeProvider.System), clock,
            NullLogger<ExpireCaptures>.Instance);
        await work.RunAsync(CancellationToken.None);
        Assert.False(File.Exists(running.BlobFile(path)));

        var wants = camera.Heard(Topics.Want);
        Assert.Equal(ReceiptOutcomes.Duplicate, (await camera.DeliverAsync(picture)).Outcome);
        Assert.Equal(wants, camera.Heard(Topics.Want));
        Assert.Equal(0, await running.Database.ReadAsync<long>(
            "select count(*) from captures where device_capture_id = $1", picture.DeviceCaptureId));
        Assert.Equal(3, await running.Database.ReadAsync<short>(
            "select state from capture_identities where device_capture_id = $1", picture.DeviceCaptureId));
    }
}
