using System.Buffers;
using System.Security.Cryptography;
using NpgsqlTypes;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Jobs;
using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>
/// Captures as ingest leaves them, rows by plain SQL and blobs in a folder, for worlds about what happens afterwards.
/// </summary>
sealed class StoredPictures
{
    /// <summary>Captures lie so close behind each other, ending now.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    const string Camera = "shelf-1";

    /// <summary>Of the jobs that every picture has.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        [JobKinds.Event, JobKinds.Thumbnail, JobKinds.Exif, JobKinds.Detection];

    readonly WorldDatabase _database;
    readonly FolderBlobStore _blobs;
    readonly int _project;
    readonly int _camera;
    readonly List<TakenPicture> _taken = [];

    StoredPictures(WorldDatabase database, FolderBlobStore blobs, int project, int camera)
    {
        _database = database;
        _blobs = blobs;
        _project = project;
        _camera = camera;
    }

    /// <summary>All that were added, as a camera would know them: each has its receipt.</summary>
    public IReadOnlyList<TakenPicture> Taken => _taken;

    /// <summary>A project with one camera; blobs go into the folder where a hub of this data folder has them.</summary>
    public static async Task<StoredPictures> MakeAsync(WorldDatabase database, string dataFolder)
    {
        var project = await database.ReadAsync<int>("""
            insert into projects (slug, name, time_zone) values ('shelf', 'Shelf', 'Europe/Paris') returning id
            """);
        var camera = await database.ReadAsync<int>(
            "insert into cameras (project_id, code, name) values ($1, $2, 'Shelf') returning id", project, Camera);
        await database.RunAsync("""
            select ensure_month(name, (now() - make_interval(months => ago))::date)
            from unnest(array['captures', 'wildlife_detections']) name, generate_series(0, 1) ago
            """);
        return new StoredPictures(
            database, new FolderBlobStore(Path.Combine(dataFolder, "blobs"), TimeProvider.System), project, camera);
    }

    /// <summary>Stores so many captures, the pictures in turn, that miss these stages; without jobs.</summary>
    public async Task<IReadOnlyList<Guid>> AddAsync(
        IReadOnlyList<byte[]> pictures, int count, CaptureStages missing)
    {
        var now = DateTime.UtcNow;
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        var hashes = pictures.Select(p => SHA256.HashData(p)).ToArray();
        foreach (var (id, n) in ids.Select((id, n) => (id, n)))
        {
            await _blobs.PutAsync(
                PathOf(id), new ReadOnlySequence<byte>(pictures[n % pictures.Count]), CancellationToken.None);
        }

        await using var command = _database.Source.CreateCommand("""
            with new as (
              select * from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::bytea[], $5::text[])
                as new (id, captured_at, size_bytes, sha256, blob_path)),
            identities as (
              insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
              select id, uuid_send(id), $6, captured_at, size_bytes, sha256 from new)
            insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at, clock_quality,
              size_bytes, sha256, blob_path, stages_missing)
            select id, captured_at, $7, $6, uuid_send(id), now(), 1, size_bytes, sha256, blob_path, $8 from new
            """);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new()
        {
            Value = ids.Select((_, n) => now - (Interval * (count - n))).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new() { Value = ids.Select((_, n) => pictures[n % pictures.Count].Length).ToArray() });
        command.Parameters.Add(new() { Value = ids.Select((_, n) => hashes[n % pictures.Count]).ToArray() });
        command.Parameters.Add(new() { Value = ids.Select(PathOf).ToArray() });
        command.Parameters.Add(new() { Value = _camera });
        command.Parameters.Add(new() { Value = _project });
        command.Parameters.Add(new() { Value = (int)missing });
        await command.ExecuteNonQueryAsync();
        _taken.AddRange(ids.Select((id, n) => new TakenPicture(
            Camera, $"{id:N}", Convert.ToHexStringLower(hashes[n % pictures.Count]), ReceiptOutcomes.Stored)));
        return ids;
    }

    /// <summary>Makes jobs of the captures for every stage, as ingest does, and wakes the hubs.</summary>
    public async Task EnqueueAsync(IReadOnlyList<Guid> captures)
    {
        await _database.RunAsync("""
            insert into jobs (kind, subject, priority)
            select kind, id::text, $3 from unnest($1::uuid[]) id, unnest($2::text[]) kind
            """, captures.ToArray(), Kinds.ToArray(), JobPriorities.Fresh);
        await _database.RunAsync(
            "select pg_notify($1, kind) from unnest($2::text[]) kind", Channels.Jobs, Kinds.ToArray());
    }

    /// <summary>Makes jobs of the captures, wakes the hubs, and waits until all of them are carried out.</summary>
    /// <exception cref="WorldException">A job failed, or they were not done in time.</exception>
    public async Task<TimeSpan> RunJobsAsync(string kind, IReadOnlyList<Guid> captures, TimeSpan timeout)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await _database.RunAsync("""
            insert into jobs (kind, subject, priority) select $1, id::text, 10 from unnest($2::uuid[]) id
            """, kind, captures.ToArray());
        await _database.RunAsync("select pg_notify($1, $2)", Channels.Jobs, kind);
        await Wait.UntilAsync(
            async () => await _database.ReadAsync<long>("select count(*) from jobs where kind = $1", kind) == 0,
            timeout, () => $"The {kind} jobs of {captures.Count} captures are not done in {timeout}.");
        return clock.Elapsed;
    }

    static string PathOf(Guid id) => $"shelf/{id:N}"[..10] + $"/{id:N}.jpg";
}
