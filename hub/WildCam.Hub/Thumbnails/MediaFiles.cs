using System.Buffers;
using System.Security.Claims;
using WildCam.Hub.Hosting;
using WildCam.Storage.Blobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>What is served of captures; crops are made at the first request and kept as blobs.</summary>
sealed class MediaFiles(ThumbnailsTable thumbnails, IBlobStore blobs) : IDisposable
{
    /// <summary>Crops made at once: each holds a decoded picture.</summary>
    static readonly int CropsAtOnceMax = Environment.ProcessorCount;

    readonly SemaphoreSlim _cropping = new(CropsAtOnceMax);

    /// <summary>A capture that the visitor may see; somebody else's and none look the same.</summary>
    public async Task<CaptureMedia?> FindAsync(
        ClaimsPrincipal user, Guid captureId, CancellationToken cancellationToken) =>
        user.AccountId() is { } account
            ? await thumbnails.FindMediaForAsync(account, captureId, cancellationToken)
            : null;

    public Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken) =>
        blobs.OpenReadAsync(path, cancellationToken);

    /// <summary>The crop and a name for what it shows; without a box the whole picture, as wide as a crop.</summary>
    public async Task<(Stream? Stream, string Name)> OpenCropAsync(
        CaptureMedia media, CancellationToken cancellationToken)
    {
        if (await thumbnails.FindBestBoxAsync(media.Id, cancellationToken) is not { } box
            || media is not { Width: { } width, Height: { } height })
        {
            var whole = media.Widths.Where(w => w >= AnimalCrop.Width).DefaultIfEmpty(media.Widths.Max()).Min();
            var thumbnail = DerivedPaths.Thumbnail(media.BlobPath, media.ThumbnailVersion, whole);
            return (await blobs.OpenReadAsync(thumbnail, cancellationToken), "whole");
        }

        var part = AnimalCrop.PartFor(box, width, height);
        var path = DerivedPaths.Crop(media.BlobPath, AnimalCrop.Version, part);
        var name = path[(path.LastIndexOf(".c", StringComparison.Ordinal) + 1)..^".jpg".Length];
        if (await blobs.OpenReadAsync(path, cancellationToken) is { } kept)
        {
            return (kept, name);
        }

        await _cropping.WaitAsync(cancellationToken);
        try
        {
            using var original = await BlobBytes.ReadAsync(blobs, media.BlobPath, cancellationToken);
            using var crop = AnimalCrop.Make(original.Span, part);
            if (crop is null)
            {
                return (null, name);
            }

            try
            {
                await blobs.PutAsync(path, new ReadOnlySequence<byte>(crop.Memory), cancellationToken);
            }
            catch (BlobStoreException)
            {
                // A store that is full or read-only can still be looked at; the next request makes it again.
            }

            return (new MemoryStream(crop.Memory.ToArray(), writable: false), name);
        }
        finally
        {
            _cropping.Release();
        }
    }

    public void Dispose() => _cropping.Dispose();
}
