using System.Buffers;

namespace WildCam.Storage.Blobs;

/// <summary>A blob's name, size in bytes and time of the last write.</summary>
public sealed record BlobEntry(string Path, long SizeBytes, DateTimeOffset WrittenAt);

/// <summary>
/// Where pictures lie. Paths are relative, of the segments a-z A-Z 0-9 . _ - divided by '/', and never derived again
/// once stored. <see cref="BlobPath"/> checks them. Implementations: a folder, Azure Blob Storage.
/// </summary>
public interface IBlobStore
{
    /// <summary>
    /// Writes a blob and returns when it is durable. Writing the same path again replaces it whole: a reader sees the
    /// old or the new bytes, never a mixture.
    /// </summary>
    /// <exception cref="BlobStoreException">
    /// The store refused or did not answer; the path holds the old bytes or the new ones, and the new may yet be lost.
    /// </exception>
    Task PutAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading, or null where there is none. The stream can seek.</summary>
    /// <exception cref="BlobStoreException">The store did not answer.</exception>
    Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Moves a blob, replacing what has the new path; durable on return. False where there is none.</summary>
    Task<bool> MoveAsync(string path, string newPath, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; false where there is none.</summary>
    Task<bool> DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// All blobs whose path starts with the prefix (a valid path, a valid path and '/', or empty), in no order.
    /// </summary>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Bytes that can still be written, or null where the store has no such bound.</summary>
    long? FreeBytes();
}

/// <summary>Why a blob could not be written or read.</summary>
public enum BlobFault
{
    /// <summary>Try again later: timeout, 5xx, throttled.</summary>
    Unavailable,

    /// <summary>The store is full.</summary>
    Full,

    /// <summary>Credentials or permissions are wrong; trying again soon is no use.</summary>
    Denied,
}

/// <summary>The blob store refused or did not answer. The message names the path and the remedy.</summary>
public sealed class BlobStoreException(BlobFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public BlobFault Fault { get; } = fault;
}
