using WildCam.Hub.Jobs;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Captures;

/// <summary>
/// Ends the time of pictures by their project's policy. A run goes on where the last one stopped, so that the pictures
/// that are kept are not walked over again and again.
/// </summary>
sealed partial class ExpireCaptures(
    RetentionTable retention, IBlobStore blobs, TimeProvider time, ILogger<ExpireCaptures> log) : IRecurringWork
{
    /// <summary>Most captures of a project that one run looks at.</summary>
    public const int RunMax = 50_000;

    static readonly (DateTimeOffset At, Guid Id) Start = (DateTimeOffset.MinValue, Guid.Empty);

    readonly Dictionary<int, (DateTimeOffset At, Guid Id)> _after = [];

    public string Name => "retention";

    public string Title => "Delete pictures that are older than their project keeps them";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var expired = 0;
        var kept = 0;
        var policies = (await retention.ListAsync(cancellationToken)).Where(p => p.Days is not null).ToList();
        foreach (var policy in policies)
        {
            var before = time.GetUtcNow().AddDays(-policy.Days!.Value);
            var looked = 0;
            while (looked < RunMax)
            {
                var old = await retention.FindOldAsync(
                    policy.ProjectId, before, _after.GetValueOrDefault(policy.ProjectId, Start), cancellationToken);
                var done = 0;
                foreach (var camera in old.Where(c => !(policy.KeepsDecided && c.IsDecided)).GroupBy(c => c.CameraId))
                {
                    var paths = await retention.ExpireAsync(
                        camera.Key, [.. camera], policy.KeepsDecided, cancellationToken);
                    await DeleteBlobsAsync(paths, cancellationToken);
                    done += paths.Count;
                }

                expired += done;
                kept += old.Count - done;
                looked += old.Count;
                if (old.Count < RetentionTable.BatchMax)
                {
                    _after.Remove(policy.ProjectId);
                    break;
                }

                _after[policy.ProjectId] = (old[^1].CapturedAt, old[^1].Id);
            }
        }

        return $"{policies.Count} projects delete old pictures: "
            + $"deleted {expired}, kept {kept} that a person decided on.";
    }

    /// <summary>Pictures and all that was derived from them; one listing a folder, that is a camera's day.</summary>
    async Task DeleteBlobsAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var originals = paths.ToHashSet(StringComparer.Ordinal);
        foreach (var folder in paths.Select(p => p[..(p.LastIndexOf('/') + 1)]).Distinct(StringComparer.Ordinal))
        {
            try
            {
                var gone = new List<string>();
                await foreach (var blob in blobs.ListAsync(folder, cancellationToken))
                {
                    if (originals.Contains(DerivedPaths.Original(blob.Path)))
                    {
                        gone.Add(blob.Path);
                    }
                }

                foreach (var path in gone)
                {
                    await blobs.DeleteAsync(path, cancellationToken);
                }
            }
            catch (BlobStoreException fault)
            {
                // The rows are gone; the sweep of orphans deletes what is left.
                DeletingFailed(log, folder, fault.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Blobs of expired pictures in {Folder} stay for now: {Reason}")]
    static partial void DeletingFailed(ILogger logger, string folder, string reason);
}
