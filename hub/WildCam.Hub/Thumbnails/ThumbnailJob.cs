using System.Buffers;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Jobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>
/// Makes the thumbnails of a picture and records what its pixels tell. A picture that cannot be decoded stays what it
/// is and is marked; its job is dead at once, since the bytes will not change, and can be retried by hand.
/// </summary>
sealed class ThumbnailJob(
    NpgsqlDataSource database, ThumbnailsTable thumbnails, IBlobStore blobs, PageNews news) : IJobHandler
{
    public string Kind => JobKinds.Thumbnail;

    public int BatchMax => 4;

    public int ParallelMax => Environment.ProcessorCount;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. batch.Where(j => Guid.TryParse(j.Subject, out _)).Select(j => Guid.Parse(j.Subject))];
        var missing = await thumbnails.FindMissingThumbnailsAsync(ids, cancellationToken);
        var outcomes = new JobOutcome[batch.Count];
        var facts = new List<PictureFacts>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!Guid.TryParse(batch[i].Subject, out var id) || !missing.TryGetValue(id, out var picture))
            {
                outcomes[i] = JobOutcome.Skip($"Capture {batch[i].Subject} is not stored any more.");
                continue;
            }

            try
            {
                var (learned, problem) = await MakeAsync(picture, cancellationToken);
                outcomes[i] = problem is null ? JobOutcome.Done : JobOutcome.Dead(problem);
                facts.Add(learned);
            }
            catch (BlobStoreException fault)
            {
                outcomes[i] = JobOutcome.Retry(fault.Message);
            }
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await thumbnails.CompleteThumbnailsAsync(connection, facts, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await news.TellProcessedAsync(facts.Select(f => (missing[f.Id].ProjectId, f.Id)), cancellationToken);
        return outcomes;
    }

    async Task<(PictureFacts Facts, string? Problem)> MakeAsync(
        MissingThumbnails picture, CancellationToken cancellationToken)
    {
        using var original = await BlobBytes.ReadAsync(blobs, picture.BlobPath, cancellationToken);
        using var made = PictureThumbnails.Make(original.Span);
        foreach (var thumbnail in made.Made)
        {
            await blobs.PutAsync(
                DerivedPaths.Thumbnail(picture.BlobPath, PictureThumbnails.Version, thumbnail.Width),
                new ReadOnlySequence<byte>(thumbnail.Jpeg.Memory), cancellationToken);
        }

        var isShown = made.Integrity != JpegIntegrity.Undecodable;
        var facts = new PictureFacts
        {
            Id = picture.Id,
            Integrity = (short)made.Integrity,
            Width = isShown ? made.Width : null,
            Height = isShown ? made.Height : null,
            Lightness = isShown ? made.Lightness : null,
            IsInfrared = made.IsInfrared,
            ThumbnailVersion = isShown ? PictureThumbnails.Version : (short)0,
            Widths = [.. made.Made.Select(t => (short)t.Width).Order()],
        };
        return (facts, isShown ? null : $"The picture cannot be decoded: {made.Problem}");
    }
}
