using System.Security.Cryptography;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;

namespace WildCam.IntegrationTests.Ingest;

public sealed class IngestTransactionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_group_is_filed_with_four_jobs_each_and_leaves_out_what_is_there()
    {
        var (projectId, cameraId) = await AddCameraAsync("group-1");
        var transaction = new IngestTransaction(database.Source);
        var first = Capture(projectId, cameraId, 1, Now);
        Assert.Equal([first.Id], await transaction.FileAsync([first], 10, CancellationToken.None));

        // A resend under a new public id, its twin in the same group, and two new ones, one of them years back.
        var resend = first with { Id = Guid.CreateVersion7() };
        var second = Capture(projectId, cameraId, 2, Now.AddYears(-4));
        var third = Capture(projectId, cameraId, 3, Now);
        var filed = await transaction.FileAsync(
            [resend, second, third, third with { Id = Guid.CreateVersion7() }], 10, CancellationToken.None);
        Assert.Equal(2, filed.Count);
        Assert.Contains(second.Id, filed);
        Assert.DoesNotContain(resend.Id, filed);
        Assert.Equal(3, await database.ReadAsync<long>(
            "select count(*) from captures where camera_id = $1", cameraId));
        Assert.Equal(3, await database.ReadAsync<long>(
            "select count(*) from capture_identities where camera_id = $1", cameraId));
        Assert.Equal(12, await database.ReadAsync<long>("""
            select count(*) from jobs
            where subject in (select id::text from captures where camera_id = $1) and priority = 10
            """, cameraId));
        Assert.Equal(0, await database.ReadAsync<long>(
            "select count(*) from jobs where subject = $1", resend.Id.ToString()));
        Assert.Equal("captures_2022_11", await database.ReadAsync<string>(
            "select tableoid::regclass::text from captures where id = $1", second.Id));
    }

    [Fact]
    public async Task An_erased_capture_leaves_a_tombstone()
    {
        var (projectId, cameraId) = await AddCameraAsync("erase-1");
        var transaction = new IngestTransaction(database.Source);
        var capture = Capture(projectId, cameraId, 1, Now);
        await transaction.FileAsync([capture], 0, CancellationToken.None);
        var captures = new CapturesTable(database.Source);
        await using var connection = await database.Source.OpenConnectionAsync();
        Assert.Equal(
            capture.BlobPath,
            await captures.EraseAsync(connection, capture.Id, CaptureState.Erased, CancellationToken.None));
        Assert.Null(await captures.EraseAsync(connection, capture.Id, CaptureState.Erased, CancellationToken.None));
        Assert.Empty(await transaction.FileAsync(
            [capture with { Id = Guid.CreateVersion7() }], 0, CancellationToken.None));
        var known = await captures.FindAsync(capture.Id, CancellationToken.None);
        Assert.Equal(CaptureState.Erased, known!.State);
        Assert.True(known.IsSame(capture.SizeBytes, capture.Digest));
    }

    [Fact]
    public async Task What_waits_on_the_camera_goes_down_with_what_came()
    {
        var (projectId, cameraId) = await AddCameraAsync("spool-1");
        await database.RunAsync("""
            insert into camera_states (camera_id, spool_count, spool_bytes) values ($1, 3, 10)
            on conflict (camera_id) do update set spool_count = 3, spool_bytes = 10
            """, cameraId);
        var transaction = new IngestTransaction(database.Source);
        var first = Capture(projectId, cameraId, 1, Now);
        var second = Capture(projectId, cameraId, 2, Now);
        await transaction.FileAsync([first, second], 0, CancellationToken.None);
        Assert.Equal("1 2", await WaitingAsync(cameraId));

        // What was stored before changes nothing, nor does a card; below nothing it cannot go.
        await transaction.FileAsync([first with { Id = Guid.CreateVersion7() }], 0, CancellationToken.None);
        await transaction.FileAsync(
            [Capture(projectId, cameraId, 3, Now) with { Source = CaptureSource.Import }], 0, CancellationToken.None);
        Assert.Equal("1 2", await WaitingAsync(cameraId));
        await transaction.FileAsync(
            [Capture(projectId, cameraId, 4, Now), Capture(projectId, cameraId, 5, Now)], 0, CancellationToken.None);
        Assert.Equal("0 0", await WaitingAsync(cameraId));

        // A camera that has not told yet what it holds stays one that has not told.
        await database.RunAsync(
            "update camera_states set spool_count = null, spool_bytes = null where camera_id = $1", cameraId);
        await transaction.FileAsync([Capture(projectId, cameraId, 6, Now)], 0, CancellationToken.None);
        Assert.Equal("none none", await WaitingAsync(cameraId));
    }

    Task<string> WaitingAsync(int cameraId) => database.ReadAsync<string>("""
        select coalesce(spool_count::text, 'none') || ' ' || coalesce(spool_bytes::text, 'none')
        from camera_states where camera_id = $1
        """, cameraId);

    [Fact]
    public async Task A_month_that_was_detached_is_made_again()
    {
        var (projectId, cameraId) = await AddCameraAsync("month-1");
        var transaction = new IngestTransaction(database.Source);
        var at = new DateTimeOffset(2021, 3, 5, 0, 0, 0, TimeSpan.Zero);
        await transaction.FileAsync([Capture(projectId, cameraId, 1, at)], 0, CancellationToken.None);
        await database.RunAsync("drop table captures_2021_03");
        var next = Capture(projectId, cameraId, 2, at);
        var fault = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => transaction.FileAsync([next], 0, CancellationToken.None));
        Assert.Equal("23514", fault.SqlState);
        Assert.Single(await transaction.FileAsync([next], 0, CancellationToken.None));
    }

    async Task<(int ProjectId, int CameraId)> AddCameraAsync(string code)
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, code);
        return (
            await database.ReadAsync<int>("select project_id from cameras where code = $1", code),
            await database.ReadAsync<int>("select id from cameras where code = $1", code));
    }

    static NewCapture Capture(int projectId, int cameraId, ulong counter, DateTimeOffset at)
    {
        var picture = new ScriptedPicture((ulong)cameraId, counter, [1, 2, 3, (byte)counter]);
        return new NewCapture
        {
            Id = Guid.CreateVersion7(),
            DeviceCaptureId = picture.DeviceCaptureId,
            ProjectId = projectId,
            CameraId = cameraId,
            CapturedAt = at,
            ReceivedAt = Now,
            ClockQuality = ClockQuality.Anchored,
            SizeBytes = picture.Bytes.Length,
            Digest = picture.Digest,
            Sha256 = SHA256.HashData(picture.Bytes),
            BlobPath = $"test/{cameraId}/{counter}.jpg",
        };
    }
}
