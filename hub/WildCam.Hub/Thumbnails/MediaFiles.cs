using System.Buffers;
using System.Security.Claims;
using WildCam.Hub.Hosting;
using WildCam.Imaging;
using WildCam.Storage.Blobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Thumbnails;

/// <summary>What is served of captures; crops and blurs are made at the first request and kept as blobs.</summary>
sealed class MediaFiles(ThumbnailsTable thumbnails, IBlobStore blobs) : IDisposable
{
    /// <summary>Crops and blurs made at once: each holds a decoded picture.</summary>
    static readonly int MadeAtOnceMax = Environment.ProcessorCount;

    readonly SemaphoreSlim _making = new(MadeAtOnceMax);

    /// <summary>A capture that the visitor may see; somebody else's and none look the same.</summary>
    public async Task<CaptureMedia?> FindAsync(
        ClaimsPrincipal user, Guid captureId, CancellationToken cancellationToken) =>
        user.AccountId() is { } account
            ? await thumbnails.FindMediaForAsync(account, captureId, cancellationToken)
            : null;

    public Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken) =>
        blobs.OpenReadAsync(path, cancellationToken);

    /// <summary>What is to be blurred of a picture for those who may not see people; null: nothing.</summary>
    public async Task<IReadOnlyList<PictureBox>?> FindVeilAsync(Guid id, CancellationToken cancellationToken)
    {
        var (isHidden, boxes) = await thumbnails.FindVeilAsync(id, cancellationToken);
        return isHidden ? boxes : null;
    }

    /// <summary>A thumbnail with people blurred, made at the first request and kept.</summary>
    public async Task<Stream?> OpenVeiledAsync(
        CaptureMedia media, int width, IReadOnlyList<PictureBox> veil, CancellationToken cancellationToken)
    {
        var path = DerivedPaths.Veiled(media.BlobPath, PictureVeil.Version, width, PictureVeil.HashOf(veil));
        return await blobs.OpenReadAsync(path, cancellationToken) ?? await MakeAsync(
            DerivedPaths.Thumbnail(media.BlobPath, media.ThumbnailVersion, width), path,
            bytes => PictureVeil.Make(bytes.Span, veil), cancellationToken);
    }

    /// <summary>
    /// The crop and a name for what it shows; without a box the whole picture, as wide as a crop. People are blurred
    /// where there is a veil.
    /// </summary>
    public async Task<(Stream? Stream, string Name)> OpenCropAsync(
        CaptureMedia media, IReadOnlyList<PictureBox>? veil, CancellationToken cancellationToken)
    {
        if (await thumbnails.FindBestBoxAsync(media.Id, cancellationToken) is not { } box
            || media is not { Width: { } width, Height: { } height })
        {
            var whole = media.Widths.Where(w => w >= AnimalCrop.Width).DefaultIfEmpty(media.Widths.Max()).Min();
            var thumbnail = DerivedPaths.Thumbnail(media.BlobPath, media.ThumbnailVersion, whole);
            return veil is null
                ? (await blobs.OpenReadAsync(thumbnail, cancellationToken), "whole")
                : (await OpenVeiledAsync(media, whole, veil, cancellationToken), $"veiled{PictureVeil.HashOf(veil)}");
        }

        var part = AnimalCrop.PartFor(box, width, height);
        var path = veil is null
            ? DerivedPaths.Crop(media.BlobPath, AnimalCrop.Version, part)
            : DerivedPaths.VeiledCrop(media.BlobPath, PictureVeil.Version, part, PictureVeil.HashOf(veil));
        var name = path[(path.LastIndexOf('.', path.Length - ".jpg".Length - 1) + 1)..^".jpg".Length];
        return (
            await blobs.OpenReadAsync(path, cancellationToken) ?? await MakeAsync(
                media.BlobPath, path, bytes => AnimalCrop.Make(bytes.Span, part, veil), cancellationToken),
            name);
    }

    /// <summary>The original without what its camera wrote beside the picture; null where none can tell.</summary>
    public async Task<Stream?> OpenStrippedAsync(CaptureMedia media, CancellationToken cancellationToken)
    {
        using var original = await BlobBytes.ReadAsync(blobs, media.BlobPath, cancellationToken);
        return JpegPrivacy.Strip(original.Span) is { } stripped ? new MemoryStream(stripped, writable: false) : null;
    }

    /// <summary>Makes a picture from another one, and keeps it where the store lets it.</summary>
    async Task<Stream?> MakeAsync(
        string from, string path, Func<BlobBytes, JpegBytes?> make, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            using var bytes = await BlobBytes.TryReadAsync(blobs, from, cancellationToken);
            using var made = bytes is null ? null : make(bytes);
            if (made is null)
            {
                return null;
            }

            try
            {
                await blobs.PutAsync(path, new ReadOnlySequence<byte>(made.Memory), cancellationToken);
            }
            catch (BlobStoreException)
            {
                // A store that is full or read-only can still be looked at; the next request makes it again.
            }

            return new MemoryStream(made.Memory.ToArray(), writable: false);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();
}
