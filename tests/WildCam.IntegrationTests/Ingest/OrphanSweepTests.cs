using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Storage.Thumbnails;

namespace WildCam.IntegrationTests.Ingest;

public sealed class OrphanSweepTests : IAsyncLifetime
{
    static readonly DateTimeOffset LongAgo = DateTimeOffset.UtcNow.AddDays(-3);

    readonly TestDatabase _database = new();
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-orphans-");
    readonly CancellationTokenSource _stop = new();
    readonly IngestMetrics _metrics = new();
    readonly IngestOptions _options = new();
    FolderBlobStore _blobs = null!;
    GroupCommit _commit = null!;
    OrphanSweep _sweep = null!;
    Task _committing = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _blobs = new FolderBlobStore(_folder.FullName, TimeProvider.System);
        var options = Options.Create(_options);
        var health = new IngestHealth();
        var tables = IngestTables.Of(_database.Source);
        _commit = new GroupCommit(
            tables, options, health, _metrics, TimeProvider.System, NullLogger<GroupCommit>.Instance);
        var door = new CaptureDoor(
            _blobs, _commit, tables, health, _metrics, TimeProvider.System,
            NullLogger<CaptureDoor>.Instance);
        _sweep = new OrphanSweep(
            _database.Source, _blobs, door, _commit, options, TimeProvider.System, NullLogger<OrphanSweep>.Instance);
        _committing = _commit.RunAsync(_stop.Token);
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "cam-1");
    }

    [Fact]
    public async Task A_picture_whose_row_was_lost_is_adopted_once_under_its_own_ids()
    {
        var picture = ScriptedPicture.Random(7, 1, 9000);
        var id = Guid.CreateVersion7(LongAgo);
        var path = await WriteAsync(picture, id, LongAgo);

        var report = await _sweep.RunAsync(CancellationToken.None);
        Assert.Equal((1, 1, 1), (report.Looked, report.Orphans, report.Adopted));
        Assert.True(await _database.ReadAsync<bool>("""
            select c.blob_path = $2 and c.device_capture_id = $3 and i.digest = $4 and i.size_bytes = 9000
              and c.clock_quality = 4 and abs(extract(epoch from c.captured_at - $5)) < 0.01
              and c.received_at = c.captured_at and c.stages_missing = 15
            from captures c join capture_identities i using (id) where c.id = $1
            """, id, path, picture.DeviceCaptureId, picture.Digest, LongAgo.UtcDateTime));
        Assert.Equal(4, await _database.ReadAsync<long>(
            "select count(*) from jobs where subject = $1", id.ToString()));

        report = await _sweep.RunAsync(CancellationToken.None);
        Assert.Equal((1, 0, 0), (report.Looked, report.Orphans, report.Adopted));
        Assert.Equal(1, await _database.ReadAsync<long>("select count(*) from captures"));
        Assert.True(File.Exists(FullPath(path)));
    }

    [Fact]
    public async Task A_stored_picture_under_a_second_name_goes_to_the_trash_unless_the_first_is_missing()
    {
        var picture = ScriptedPicture.Random(7, 2, 500);
        var stored = await WriteAsync(picture, Guid.CreateVersion7(LongAgo), LongAgo);
        Assert.Equal(1, (await _sweep.RunAsync(CancellationToken.None)).Adopted);

        var second = await WriteAsync(picture, Guid.CreateVersion7(LongAgo), LongAgo);
        var report = await _sweep.RunAsync(CancellationToken.None);
        Assert.Equal((1, 1, 0, 0), (report.Orphans, report.Duplicates, report.Adopted, report.Left));
        Assert.True(File.Exists(FullPath(stored)));
        Assert.False(File.Exists(FullPath(second)));
        Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(Assert.Single(Trash())));

        // The stored one's blob is lost: another copy takes its place.
        File.Delete(FullPath(stored));
        await WriteAsync(picture, Guid.CreateVersion7(LongAgo), LongAgo);
        Assert.Equal(1, (await _sweep.RunAsync(CancellationToken.None)).Restored);
        Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(FullPath(stored)));
        Assert.Equal(1, await _database.ReadAsync<long>("select count(*) from captures"));
    }

    [Fact]
    public async Task Another_picture_under_a_taken_id_is_adopted_once_under_an_id_of_its_bytes()
    {
        await WriteAsync(ScriptedPicture.Random(7, 3, 500), Guid.CreateVersion7(LongAgo), LongAgo);
        Assert.Equal(1, (await _sweep.RunAsync(CancellationToken.None)).Adopted);
        var other = ScriptedPicture.Random(8, 3, 600) with { SpoolId = 7 };
        var path = await WriteAsync(other, Guid.CreateVersion7(LongAgo), LongAgo);
        Assert.Equal(1, (await _sweep.RunAsync(CancellationToken.None)).Adopted);
        var kept = await _database.ReadAsync<string>("select blob_path from captures where size_bytes = 600");
        Assert.NotEqual(path, kept);
        Assert.Equal(other.Bytes, await File.ReadAllBytesAsync(FullPath(kept)));

        // The same bytes once more under the taken id.
        await WriteAsync(other, Guid.CreateVersion7(LongAgo), LongAgo);
        Assert.Equal(1, (await _sweep.RunAsync(CancellationToken.None)).Duplicates);
        Assert.Equal(2, await _database.ReadAsync<long>("select count(*) from captures"));
    }

    [Fact]
    public async Task Young_derived_and_foreign_blobs_stay_untouched()
    {
        var young = await WriteAsync(ScriptedPicture.Random(7, 4, 500), Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        var original = PathOf(ScriptedPicture.Random(7, 5, 500), Guid.CreateVersion7(LongAgo), LongAgo);
        string[] others =
        [
            DerivedPaths.Thumbnail(original, 1, 400), DerivedPaths.Crop(original, 1, (1, 2, 3, 4)),
            "models/abc.onnx", "quarantine/cam-1/2026/01/01/x.bin", "notes/read-me.txt",
        ];
        foreach (var path in others)
        {
            await PutAsync(path, [1, 2, 3], LongAgo);
        }

        var strayed = await WriteAsync(
            ScriptedPicture.Random(7, 6, 500), Guid.CreateVersion7(LongAgo), LongAgo, camera: "nobody");
        var report = await _sweep.RunAsync(CancellationToken.None);
        Assert.Equal((1, 1, 1), (report.Looked, report.Orphans, report.Left));
        Assert.All([.. others, young, strayed], p => Assert.True(File.Exists(FullPath(p)), p));
        Assert.Equal(0, await _database.ReadAsync<long>("select count(*) from capture_identities"));
    }

    [Fact]
    public async Task Too_many_orphans_stop_the_sweep_as_a_failed_run_that_touches_nothing()
    {
        _options.OrphansAlwaysTaken = 2;
        for (ulong i = 0; i < 3; i++)
        {
            await WriteAsync(ScriptedPicture.Random(9, i, 300), Guid.CreateVersion7(LongAgo), LongAgo);
        }

        await PutAsync("trash/2020-01-01/old.jpg", [1], LongAgo);
        var work = new AdoptOrphans(_sweep, Options.Create(_options));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => work.RunAsync(CancellationToken.None));
        Assert.StartsWith("3 of 3 stored pictures have no row, over OrphanPercentMax (1 %).", fault.Message);
        Assert.Equal(0, await _database.ReadAsync<long>("select count(*) from captures"));
        Assert.Single(Trash());

        _options.OrphanPercentMax = 100;
        Assert.Contains("adopted 3", await work.RunAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.Empty(Trash());
    }

    [Fact]
    public async Task After_a_restore_a_person_takes_in_pictures_of_any_age_and_however_many()
    {
        _options.OrphansAlwaysTaken = 1;
        for (ulong i = 0; i < 3; i++)
        {
            await WriteAsync(ScriptedPicture.Random(10, i, 300), Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        }

        Assert.Equal(0, (await _sweep.RunAsync(CancellationToken.None)).Looked);
        Assert.True((await _sweep.ReconcileAsync(takesAll: false, CancellationToken.None)).IsStopped);
        Assert.Equal(0, await _database.ReadAsync<long>("select count(*) from captures"));
        Assert.Equal(3, (await _sweep.ReconcileAsync(takesAll: true, CancellationToken.None)).Adopted);
        Assert.Equal(0, (await _sweep.ReconcileAsync(takesAll: false, CancellationToken.None)).Orphans);
        Assert.Equal(3, await _database.ReadAsync<long>("select count(*) from captures"));
    }

    [Fact]
    public async Task What_is_left_of_an_erased_picture_is_deleted_and_young_trash_is_kept()
    {
        var id = Guid.CreateVersion7(LongAgo);
        var path = await WriteAsync(ScriptedPicture.Random(7, 8, 500), id, LongAgo);
        await _sweep.RunAsync(CancellationToken.None);
        var thumbnail = DerivedPaths.Thumbnail(path, 1, 200);
        await PutAsync(thumbnail, [1, 2], LongAgo);
        await using (var connection = await _database.Source.OpenConnectionAsync())
        {
            // The hub dies after the commit, before it deletes the blob.
            await new CapturesTable(_database.Source).EraseAsync(
                connection, id, CaptureState.Erased, CancellationToken.None);
        }

        await PutAsync(CapturePath.OfTrash(DateTimeOffset.UtcNow.AddDays(-29), "a/b.jpg"), [1], LongAgo);
        await PutAsync(CapturePath.OfTrash(DateTimeOffset.UtcNow.AddDays(-32), "a/b.jpg"), [1], LongAgo);
        var report = await _sweep.RunAsync(CancellationToken.None);
        Assert.Equal((0, 2, 1), (report.Orphans, report.Buried, report.TrashDeleted));
        Assert.False(File.Exists(FullPath(path)) || File.Exists(FullPath(thumbnail)));
        Assert.Single(Trash());
        Assert.Equal(0, await _database.ReadAsync<long>("select count(*) from captures"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _metrics.Dispose();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    static string PathOf(ScriptedPicture picture, Guid id, DateTimeOffset at, string camera = "cam-1") =>
        CapturePath.Of("test", camera, at, id, picture.DeviceCaptureId);

    async Task<string> WriteAsync(ScriptedPicture picture, Guid id, DateTimeOffset at, string camera = "cam-1")
    {
        var path = PathOf(picture, id, at, camera);
        await PutAsync(path, picture.Bytes, at);
        return path;
    }

    async Task PutAsync(string path, byte[] bytes, DateTimeOffset at)
    {
        await _blobs.PutAsync(path, new ReadOnlySequence<byte>(bytes), CancellationToken.None);
        File.SetLastWriteTimeUtc(FullPath(path), at.UtcDateTime);
    }

    string FullPath(string path) => Path.Combine(_folder.FullName, path);

    string[] Trash()
    {
        var folder = FullPath("trash");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
    }
}
