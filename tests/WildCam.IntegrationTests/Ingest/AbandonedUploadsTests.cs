using WildCam.Storage.Ingest;
using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Ingest;

public sealed class AbandonedUploadsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    readonly AbandonedUploadsTable _table = new(database.Source);

    [Fact]
    public async Task An_upload_that_is_noted_again_by_the_same_sweep_counts_once()
    {
        var camera = await AddCameraAsync("noted-1");
        AbandonedUpload[] uploads = [Upload(camera, 1, Noon), Upload(camera, 2, Noon)];
        await _table.NoteForSweepAsync(uploads, default);
        await _table.NoteForSweepAsync(uploads, default);
        var rows = await _table.ListForCameraPageAsync(camera, default);
        Assert.Equal([1, 1], rows.Select(r => r.Times));

        await _table.NoteForSweepAsync(
            [Upload(camera, 2, Noon.AddHours(1)) with { ReceivedBytes = 70_000 }, Upload(camera, 2, Noon)], default);
        rows = await _table.ListForCameraPageAsync(camera, default);
        Assert.Equal((2, 70_000, Noon.AddHours(1)), (rows[0].Times, rows[0].ReceivedBytes, rows[0].GivenUpAt));
        Assert.Equal(1, rows[1].Times);
    }

    [Fact]
    public async Task A_camera_keeps_its_newest_ones_and_takes_no_place_of_others()
    {
        var camera = await AddCameraAsync("many-1");
        var other = await AddCameraAsync("many-2");
        await _table.NoteForSweepAsync([Upload(other, 1, Noon.AddDays(-1))], default);
        const int surplus = 7;
        await _table.NoteForSweepAsync(
            [.. Enumerable.Range(1, AbandonedUploadsTable.PerCameraMax + surplus)
                .Select(n => Upload(camera, n, Noon.AddSeconds(n)))], default);
        Assert.Equal(
            (long)AbandonedUploadsTable.PerCameraMax, await database.ReadAsync<long>(
                "select count(*) from abandoned_uploads where camera_id = $1", camera));
        var rows = await _table.ListForCameraPageAsync(camera, default);
        Assert.Equal(Noon.AddSeconds(surplus + 1), rows[^1].GivenUpAt);
        Assert.Single(await _table.ListForCameraPageAsync(other, default));
    }

    [Fact]
    public async Task Uploads_of_a_camera_that_is_gone_are_left_out()
    {
        var camera = await AddCameraAsync("there-1");
        await _table.NoteForSweepAsync([Upload(int.MaxValue, 1, Noon), Upload(camera, 1, Noon)], default);
        Assert.Single(await _table.ListForCameraPageAsync(camera, default));
    }

    [Fact]
    public async Task What_became_of_it_is_asked_of_the_captures()
    {
        var camera = await AddCameraAsync("became-1");
        var since = DateTimeOffset.UtcNow.AddYears(1);
        AbandonedUpload[] uploads =
            [.. Enumerable.Range(1, 4).Select(n => Upload(camera, n, since.AddMinutes(5 - n)))];
        await _table.NoteForSweepAsync(uploads, default);
        await AddIdentityAsync(uploads[1], state: 1);
        await AddIdentityAsync(uploads[2], state: 2);
        await database.RunAsync("""
            insert into quarantine_entries (id, camera_id, device_capture_id, code, reason, size_bytes, sha256,
              blob_path)
            values (gen_random_uuid(), $1, $2, 5, 'damaged', 1, sha256(''), 'quarantine/x')
            """, camera, uploads[3].DeviceCaptureId);
        var rows = await _table.ListForCameraPageAsync(camera, default);
        Assert.Equal(
            [AbandonedState.Missing, AbandonedState.Stored, AbandonedState.Erased, AbandonedState.Held],
            rows.Select(r => r.State));
        Assert.Equal([false, true, false, false], rows.Select(r => r.CaptureId is not null));
        Assert.Equal(new AbandonedCount(4, 3), await _table.CountForJobsPageAsync(since, default));
        Assert.Equal(
            new AbandonedCount(0, 0), await _table.CountForJobsPageAsync(since.AddHours(1), default));
    }

    [Fact]
    public async Task They_are_kept_for_thirty_days()
    {
        var camera = await AddCameraAsync("kept-1");
        var now = DateTimeOffset.UtcNow;
        await _table.NoteForSweepAsync(
            [Upload(camera, 1, now.AddDays(-31)), Upload(camera, 2, now.AddDays(-29))], default);
        await new UpkeepTable(database.Source).CleanUpAsync(default);
        var row = Assert.Single(await _table.ListForCameraPageAsync(camera, default));
        Assert.Equal(2, row.DeviceCaptureId[8]);
    }

    static AbandonedUpload Upload(int camera, long number, DateTimeOffset at) => new(
        camera, [.. BitConverter.GetBytes((long)camera), .. BitConverter.GetBytes(number)], at, 300_000, 40_000);

    Task AddIdentityAsync(AbandonedUpload upload, short state) => database.RunAsync("""
        insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest, state)
        values (gen_random_uuid(), $1, $2, now(), 1, sha256(''), $3)
        """, upload.DeviceCaptureId, upload.CameraId, state);

    async Task<int> AddCameraAsync(string code)
    {
        await ScriptedCamera.RegisterAsync(database.Source, code);
        return await database.ReadAsync<int>("select id from cameras where code = $1", code);
    }
}
