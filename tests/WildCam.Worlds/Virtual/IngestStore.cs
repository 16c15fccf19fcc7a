using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Npgsql;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// What survives the death of a simulated hub: blobs and rows. Statements and writes take their time and fail by
/// chance, before or after they took effect. It holds the hub to the order "first the bytes, then the row".
/// </summary>
sealed class IngestStore(Field field)
{
    public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Captures by the hex of their device's id.</summary>
    public Dictionary<string, NewCapture> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids that pictures of somebody else have.</summary>
    public HashSet<string> Foreign { get; } = new(StringComparer.Ordinal);

    public List<QuarantineEntry> Quarantine { get; } = [];

    /// <summary>Uploads that the hub gave up, by the hex of their device's id.</summary>
    public Dictionary<string, AbandonedUpload> Abandoned { get; } = new(StringComparer.Ordinal);

    /// <summary>Chance that a statement or a write fails.</summary>
    public double FaultChance { get; set; }

    /// <summary>Promises that were broken.</summary>
    public List<string> Broken { get; } = [];

    public int Faults { get; private set; }

    public int AnswersLost { get; private set; }

    /// <summary>The bytes of every stored picture.</summary>
    public IEnumerable<byte[]> Pictures => Rows.Values.Select(r => Blobs[r.BlobPath]);

    /// <summary>The tables as one hub sees them; once it is dead, nothing of it takes effect any more.</summary>
    public IngestTables Tables(TimeProvider time, Func<bool> isAlive) => new()
    {
        FindForBegin = async (offered, _) =>
        {
            await ReachAsync(time, isAlive);
            return [.. offered.Select(o => new OfferedFacts(Known(o.DeviceCaptureId), null))];
        },
        File = async (captures, _, _) =>
        {
            await ReachAsync(time, isAlive);
            var filed = captures.Where(TryFile).Select(c => c.Id).ToHashSet();
            await AnswerAsync(time, isAlive);
            return filed;
        },
        FindByDeviceId = async (ids, _) =>
        {
            await ReachAsync(time, isAlive);
            return [.. ids.Select(Known).OfType<KnownCapture>()];
        },
        Quarantine = async (entry, _) =>
        {
            await ReachAsync(time, isAlive);
            if (Quarantine.All(q => q.Id != entry.Id))
            {
                Quarantine.Add(entry);
            }

            await AnswerAsync(time, isAlive);
        },
        NoteAbandoned = async (uploads, _) =>
        {
            await ReachAsync(time, isAlive);
            foreach (var upload in uploads)
            {
                Abandoned[Convert.ToHexStringLower(upload.DeviceCaptureId)] = upload;
            }

            await AnswerAsync(time, isAlive);
        },
        TellWorkers = _ => Task.CompletedTask,
    };

    public IBlobStore Open(TimeProvider time, Func<bool> isAlive) => new Folder(this, time, isAlive);

    bool TryFile(NewCapture capture)
    {
        var id = Convert.ToHexStringLower(capture.DeviceCaptureId);
        if (!Blobs.TryGetValue(capture.BlobPath, out var bytes)
            || !SHA256.HashData(bytes).AsSpan().SequenceEqual(capture.Sha256))
        {
            Broken.Add($"{id} is filed before its bytes are durable.");
        }

        return !Foreign.Contains(id) && Rows.TryAdd(id, capture);
    }

    KnownCapture? Known(byte[] deviceId)
    {
        var id = Convert.ToHexStringLower(deviceId);
        return Rows.TryGetValue(id, out var row)
            ? new KnownCapture(
                row.Id, deviceId, row.CameraId, row.CapturedAt, row.SizeBytes, row.Digest, CaptureState.Stored)
            : Foreign.Contains(id)
                ? new KnownCapture(
                    Guid.Empty, deviceId, 0, DateTimeOffset.UnixEpoch, 0, new byte[32], CaptureState.Stored)
                : null;
    }

    async Task ReachAsync(TimeProvider time, Func<bool> isAlive)
    {
        await PassAsync(time, isAlive);
        if (field.Chance.NextDouble() < FaultChance)
        {
            Faults++;
            throw new NpgsqlException("The database went away before the statement.");
        }
    }

    async Task AnswerAsync(TimeProvider time, Func<bool> isAlive)
    {
        await PassAsync(time, isAlive);
        if (field.Chance.NextDouble() < FaultChance)
        {
            AnswersLost++;
            throw new NpgsqlException("The database went away after the statement.");
        }
    }

    // Up to a second, so that deaths and new offers come in between; a dead hub never comes back from it.
    async Task PassAsync(TimeProvider time, Func<bool> isAlive)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(field.Chance.Next(1000)), time);
        if (!isAlive())
        {
            await new TaskCompletionSource().Task;
        }
    }

    sealed class Folder(IngestStore store, TimeProvider time, Func<bool> isAlive) : IBlobStore
    {
        public async Task PutAsync(
            string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
        {
            await store.PassAsync(time, isAlive);
            Fail(path);

            // Read after the wait: who lends its memory to somebody else meanwhile is found out.
            store.Blobs[path] = content.ToArray();
            await store.PassAsync(time, isAlive);
            Fail(path);
        }

        public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(
                store.Blobs.TryGetValue(path, out var bytes) ? new MemoryStream(bytes, writable: false) : null);

        public Task<bool> MoveAsync(string path, string newPath, CancellationToken cancellationToken)
        {
            var isThere = store.Blobs.Remove(path, out var bytes);
            if (isThere)
            {
                store.Blobs[newPath] = bytes!;
            }

            return Task.FromResult(isThere);
        }

        public Task<bool> DeleteAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult(store.Blobs.Remove(path));

        public async IAsyncEnumerable<BlobEntry> ListAsync(
            string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            foreach (var (path, bytes) in store.Blobs)
            {
                if (path.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new BlobEntry(path, bytes.Length, time.GetUtcNow());
                }
            }
        }

        public long? FreeBytes() => null;

        void Fail(string path)
        {
            if (store.FaultFalls())
            {
                throw new BlobStoreException(BlobFault.Unavailable, $"The store did not answer for {path}.");
            }
        }
    }

    bool FaultFalls()
    {
        var falls = field.Chance.NextDouble() < FaultChance;
        Faults += falls ? 1 : 0;
        return falls;
    }
}
