using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WildCam.Hub.Ingest;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;
using WildCam.Storage.Captures;
using WildCam.Wire;

namespace WildCam.Faults.Storage;

/// <summary>
/// The file system fails at the Nth step of writing, moving or deleting a blob, for every N; then at random under a
/// stream of captures whose filing is broken off.
/// </summary>
static class BlobWritesFail
{
    const int InputOutputError = 5; // EIO
    const int Captures = 30;
    const ulong Spool = 9;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "blob-writes-fail",
        "an I/O error at the Nth step of a write, move or delete, every N: old or new bytes, no row without its blob",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-steps-");
        try
        {
            await SweepAsync(point, Path.Combine(folder.FullName, "sweep"));
            await StreamAsync(point, Path.Combine(folder.FullName, "stream"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task SweepAsync(Point point, string folder)
    {
        var left = int.MaxValue;
        var store = new FolderBlobStore(folder, TimeProvider.System)
        {
            BeforeStep = step =>
            {
                if (--left == 0)
                {
                    throw new IOException($"Input/output error: {step}", InputOutputError);
                }
            },
        };
        var (old, young) = (Bytes(point), Bytes(point));
        for (var n = 1; ; n++)
        {
            var (path, moved) = ($"a/{n}/b.jpg", $"trash/{n}/b.jpg");
            await store.PutAsync(path, new ReadOnlySequence<byte>(old), point.Cancellation);
            left = n;
            var hits = 0;
            hits += await FailsAsync(() => store.PutAsync(path, new ReadOnlySequence<byte>(young), default));
            var now = await File.ReadAllBytesAsync(Path.Combine(folder, path));
            Must.Hold(now.SequenceEqual(young) || (hits == 1 && now.SequenceEqual(old)), $"Torn bytes at step {n}.");
            Must.Hold(!Directory.EnumerateFiles(Path.Combine(folder, ".tmp")).Any(), $"A torn file at step {n}.");
            if (hits == 1)
            {
                await store.PutAsync(path, new ReadOnlySequence<byte>(young), default);
            }

            hits += await FailsAsync(() => store.MoveAsync(path, moved, default));
            string[] names = [Path.Combine(folder, path), Path.Combine(folder, moved)];
            Must.Hold(
                names.Any(f => File.Exists(f) && File.ReadAllBytes(f).SequenceEqual(young)),
                $"A move that failed at step {n} lost the bytes.");
            await store.MoveAsync(path, moved, default);
            hits += await FailsAsync(() => store.DeleteAsync(moved, default));
            left = int.MaxValue;
            await store.DeleteAsync(moved, default);
            Must.Hold(!names.Any(File.Exists), $"A delete at step {n} left the blob.");
            if (hits == 0)
            {
                return;
            }
        }
    }

    /// <summary>Captures through the door of ingest over a bad disk, and a stop in the middle.</summary>
    static async Task StreamAsync(Point point, string folder)
    {
        await using var database = await point.Server.CreateAsync();
        await using (await ScriptedCamera.RegisterAsync(database.Source, "bad-disk"))
        {
        }

        var chance = new Random(point.Chance.Next());
        var isBad = true;
        var store = new FolderBlobStore(folder, TimeProvider.System)
        {
            BeforeStep = step =>
            {
                lock (chance)
                {
                    if (isBad && chance.Next(12) == 0)
                    {
                        throw new IOException($"Input/output error: {step}", InputOutputError);
                    }
                }
            },
        };
        var options = Options.Create(new IngestOptions());
        var health = new IngestHealth();
        using var metrics = new IngestMetrics();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(point.Cancellation);
        var tables = IngestTables.Of(database.Source);
        var commit = new GroupCommit(
            tables, options, health, metrics, TimeProvider.System, NullLogger<GroupCommit>.Instance);
        var door = new CaptureDoor(
            store, commit, tables, health, metrics, TimeProvider.System, NullLogger<CaptureDoor>.Instance);
        var committing = commit.RunAsync(stop.Token);
        var (projectId, cameraId) = (
            await database.ReadAsync<int>("select id from projects"),
            await database.ReadAsync<int>("select id from cameras"));
        var filed = new ConcurrentDictionary<Guid, byte[]>();
        var stopAt = point.Chance.Next(1, Captures);
        var pictures = Enumerable.Range(1, Captures).Select(n => (N: n, Bytes: Bytes(point))).ToList();
        await Task.WhenAll(pictures.Select(async picture =>
        {
            try
            {
                var capture = Capture(projectId, cameraId, picture.N, picture.Bytes);
                var content = new ReadOnlySequence<byte>(picture.Bytes);
                await door.WriteAsync(capture.BlobPath, content, stop.Token);
                var result = await door.FileAsync(capture, stop.Token);
                Must.Equal(Filing.Stored, result.Filing, result.Reason ?? "a filing");
                filed[capture.Id] = picture.Bytes;
                if (filed.Count >= stopAt)
                {
                    await stop.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (!point.Cancellation.IsCancellationRequested)
            {
                // Broken off: no receipt would have been sent.
            }
        })).WaitAsync(Timeout, point.Cancellation);
        await committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        isBad = false;
        Must.Hold(health.Blobs is null, $"Who gave up left the way in closed: {health.Blobs}");

        // What was filed is there whole; a blob without a row gets it; then rows and blobs are one to one.
        foreach (var (id, bytes) in filed)
        {
            var path = await database.ReadAsync<string>("select blob_path from captures where id = $1", id);
            Must.Hold(
                (await File.ReadAllBytesAsync(Path.Combine(folder, path))).SequenceEqual(bytes), $"{path} differs.");
        }

        var report = await ReconcileRun.RunAsync(
            database.Source, store, options.Value, takesAll: true, NullLogger<OrphanSweep>.Instance,
            point.Cancellation);
        Must.Equal(0, report.Left, "orphans left");
        Must.Equal(
            Directory.EnumerateFiles(folder, "*.jpg", SearchOption.AllDirectories).LongCount(),
            await database.ReadAsync<long>("select count(*) from captures"), "captures, of as many blobs");

        // No hub runs here: what jobs make of the pictures is left out.
        var receipted = filed.Values.ToHashSet();
        List<TakenPicture> taken =
        [
            .. pictures.Select(p => new TakenPicture(
                "bad-disk", Convert.ToHexStringLower(CapturePath.DeviceCaptureId(Spool, (ulong)p.N)),
                Convert.ToHexStringLower(SHA256.HashData(p.Bytes)),
                receipted.Contains(p.Bytes) ? ReceiptOutcomes.Stored : null)),
        ];
        await new Invariants(database, folder) { IsWorked = false }.CheckAsync(
            taken, taken.Where(t => t.Outcome is null).Select(t => t.DeviceCaptureId).ToHashSet());
        Must.Hold(!Directory.EnumerateFiles(Path.Combine(folder, ".tmp")).Any(), "Torn files were left.");
    }

    static async Task<int> FailsAsync(Func<Task> change)
    {
        try
        {
            await change();
            return 0;
        }
        catch (BlobStoreException fault) when (fault.Fault == BlobFault.Unavailable)
        {
            return 1;
        }
    }

    static byte[] Bytes(Point point)
    {
        var bytes = new byte[point.Chance.Next(1, 100_000)];
        point.Chance.NextBytes(bytes);
        return bytes;
    }

    static NewCapture Capture(int projectId, int cameraId, int counter, byte[] bytes)
    {
        var now = DateTimeOffset.UtcNow;
        var id = Guid.CreateVersion7(now);
        var deviceId = CapturePath.DeviceCaptureId(Spool, (ulong)counter);
        return new NewCapture
        {
            Id = id,
            DeviceCaptureId = deviceId,
            ProjectId = projectId,
            CameraId = cameraId,
            CapturedAt = now,
            ReceivedAt = now,
            ClockQuality = ClockQuality.Anchored,
            SizeBytes = bytes.Length,
            Digest = ScriptedPicture.DigestOf(bytes),
            Sha256 = SHA256.HashData(bytes),
            BlobPath = CapturePath.Of("test", "bad-disk", now, id, deviceId),
        };
    }
}
