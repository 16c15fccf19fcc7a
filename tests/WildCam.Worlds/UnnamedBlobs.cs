using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;
using WildCam.Storage.Thumbnails;

namespace WildCam.Worlds;

/// <summary>
/// Blobs that no row names. A death between bytes and row leaves one, and the hub's sweep settles it when it is a day
/// old. This is that sweep, run by a clock that is two days ahead; behind it no such blob may be left.
/// </summary>
sealed class UnnamedBlobs(WorldDatabase database, Func<TimeProvider, IBlobStore> openBlobs)
{
    static readonly string[] KeptFolders = ["trash/", "models/"];

    /// <summary>Runs the sweep and looks again; gives the pictures that it adopted.</summary>
    /// <param name="inCameras">SHA-256 of pictures whose cameras have them still, under another id.</param>
    /// <exception cref="WorldException">A blob is neither named by a row nor settled by the sweep.</exception>
    public async Task<int> SettleAsync(IReadOnlySet<string> inCameras)
    {
        var time = new LaterClock(OrphanSweep.AgeMin * 2);
        var blobs = openBlobs(time);
        var report = await SweepAsync(blobs, time);
        Must.Hold(!report.IsStopped, $"The sweep of orphans stopped: {report}");
        Must.Equal(0, report.Left, $"orphans that the sweep left ({report})");
        var named = await ReadNamedAsync();
        var known = await ReadKnownHashesAsync();
        known.UnionWith(inCameras);
        await foreach (var blob in blobs.ListAsync("", CancellationToken.None))
        {
            if (blob.Path.StartsWith("trash/", StringComparison.Ordinal))
            {
                // What is thrown away must be one too many: its bytes are stored under another name.
                Must.Hold(
                    DerivedPaths.IsDerived(blob.Path) || known.Contains(await HashAsync(blobs, blob.Path)),
                    $"{blob.Path} is in the trash, and nowhere else.");
            }
            else if (!KeptFolders.Any(f => blob.Path.StartsWith(f, StringComparison.Ordinal)))
            {
                Must.Hold(named.Contains(DerivedPaths.Original(blob.Path)), $"No row names the blob {blob.Path}.");
            }
        }

        return report.Adopted;
    }

    async Task<OrphanReport> SweepAsync(IBlobStore blobs, TimeProvider time)
    {
        using var metrics = new IngestMetrics();
        using var stop = new CancellationTokenSource();
        var options = Options.Create(new IngestOptions());
        var health = new IngestHealth();
        var tables = IngestTables.Of(database.Source);
        var commit = new GroupCommit(
            tables, options, health, metrics, time, NullLogger<GroupCommit>.Instance);
        var door = new CaptureDoor(
            blobs, commit, tables, health, metrics, time, NullLogger<CaptureDoor>.Instance);
        var committing = commit.RunAsync(stop.Token);
        var report = await new OrphanSweep(
            database.Source, blobs, door, commit, options, time, NullLogger<OrphanSweep>.Instance)
            .RunAsync(CancellationToken.None);
        commit.Complete();
        await committing;
        return report;
    }

    async Task<HashSet<string>> ReadNamedAsync() => [.. await database.ReadAsync<string[]>("""
        select coalesce(array_agg(path), '{}') from (
          select blob_path from captures union all
          select blob_path from quarantine_entries where resolved_at is null) as named (path)
        """)];

    async Task<HashSet<string>> ReadKnownHashesAsync() => [.. await database.ReadAsync<string[]>("""
        select coalesce(array_agg(hash), '{}') from (
          select encode(sha256, 'hex') from captures union all
          select encode(sha256, 'hex') from quarantine_entries) as known (hash)
        """)];

    static async Task<string> HashAsync(IBlobStore blobs, string path)
    {
        await using var blob = await blobs.OpenReadAsync(path, CancellationToken.None);
        return blob is null ? "" : Convert.ToHexStringLower(await SHA256.HashDataAsync(blob));
    }

    /// <summary>The machine's clock, ahead.</summary>
    sealed class LaterClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
