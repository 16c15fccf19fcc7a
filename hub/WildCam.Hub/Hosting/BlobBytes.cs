using WildCam.Imaging;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Hosting;

/// <summary>A whole blob in rented memory: dispose it, and use nothing of it afterwards.</summary>
sealed class BlobBytes : IDisposable
{
    /// <summary>Largest blob that is read whole: a picture or a model's weights.</summary>
    public const int BytesMax = 1_000_000_000;

    readonly int _length;
    byte[]? _bytes;

    BlobBytes(byte[] bytes, int length)
    {
        _bytes = bytes;
        _length = length;
    }

    public ReadOnlySpan<byte> Span => Memory.Span;

    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsMemory(0, _length);
        }
    }

    /// <exception cref="BlobStoreException">The store did not answer, or has no such blob.</exception>
    public static async Task<BlobBytes> ReadAsync(
        IBlobStore blobs, string path, CancellationToken cancellationToken) =>
        await TryReadAsync(blobs, path, cancellationToken)
            ?? throw new BlobStoreException(
                BlobFault.Unavailable, $"The blob {path} is missing. Restore it, or run `wildcam db check`.");

    /// <summary>The blob, or null where there is none.</summary>
    /// <exception cref="BlobStoreException">The store did not answer.</exception>
    public static async Task<BlobBytes?> TryReadAsync(
        IBlobStore blobs, string path, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(path, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        if (stream.Length > BytesMax)
        {
            throw new BlobStoreException(
                BlobFault.Denied, $"The blob {path} is {stream.Length} bytes, over BytesMax ({BytesMax}).");
        }

        var length = (int)stream.Length;
        var bytes = PictureMemory.Pool.Rent(Math.Max(length, 1));
        try
        {
            await stream.ReadExactlyAsync(bytes.AsMemory(0, length), cancellationToken);
            return new BlobBytes(bytes, length);
        }
        catch (EndOfStreamException fault)
        {
            PictureMemory.Pool.Return(bytes);
            throw new BlobStoreException(BlobFault.Unavailable, $"The blob {path} ended before its length.", fault);
        }
        catch
        {
            PictureMemory.Pool.Return(bytes);
            throw;
        }
    }

    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, null);
        if (bytes is not null)
        {
            PictureMemory.Pool.Return(bytes);
        }
    }
}
