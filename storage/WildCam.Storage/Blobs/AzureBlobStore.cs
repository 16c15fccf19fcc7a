using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace WildCam.Storage.Blobs;

/// <summary>Blobs in a container of Azure Blob Storage.</summary>
public sealed class AzureBlobStore : IBlobStore
{
    /// <summary>A try of one request.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Tries of one request after the first; then the caller hears of it.</summary>
    public const int RetriesMax = 3;

    /// <summary>Read in one request up to this size, a picture always; larger ones (models) page by page.</summary>
    public const int ReadWholeBytesMax = 16 << 20;

    /// <summary>Written in one request up to this size, in blocks of it above.</summary>
    public const int WriteWholeBytesMax = 16 << 20;

    const int ReadPageBytes = 4 << 20;

    static readonly TimeSpan CopyPollPause = TimeSpan.FromMilliseconds(200);

    readonly BlobContainerClient _container;

    public AzureBlobStore(string connection, string container)
    {
        // The newest service version that Azurite and the sovereign clouds know as well.
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_01_03);
        options.Retry.MaxRetries = RetriesMax;
        options.Retry.NetworkTimeout = RequestTimeout;
        options.Retry.Delay = TimeSpan.FromMilliseconds(300);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        _container = new BlobContainerClient(connection, container, options);
    }

    public async Task PutAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        var bytes = content.IsSingleSegment ? content.First : content.ToArray();
        try
        {
            try
            {
                await UploadAsync(path, bytes, cancellationToken);
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                await UploadAsync(path, bytes, cancellationToken);
            }
        }
        catch (Exception fault) when (IsFault(fault, cancellationToken))
        {
            throw Told(fault, $"write {path} ({content.Length} bytes)");
        }
    }

    public async Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        var blob = _container.GetBlobClient(path);
        try
        {
            var download = await blob.DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, ReadWholeBytesMax) }, cancellationToken);
            var content = download.Value.Content.ToMemory();
            var details = download.Value.Details;
            if (SizeOf(details) == content.Length)
            {
                // An answer may be cut short and yet look whole: what was written decides.
                return IsIntact(content.Span, details.BlobContentHash ?? details.ContentHash)
                    ? download.Value.Content.ToStream()
                    : throw new BlobStoreException(
                        BlobFault.Unavailable,
                        $"Could not read {path} in container {_container.Name}: {content.Length} bytes came that do "
                        + "not match the blob's MD5.");
            }

            return await blob.OpenReadAsync(
                    new BlobOpenReadOptions(allowModifications: false) { BufferSize = ReadPageBytes },
                    cancellationToken);
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return null;
        }
        catch (RequestFailedException fault) when (fault.Status == 416)
        {
            return new MemoryStream([], writable: false); // A range of an empty blob is refused.
        }
        catch (Exception fault) when (IsFault(fault, cancellationToken))
        {
            throw Told(fault, $"read {path}");
        }
    }

    public async Task<bool> MoveAsync(string path, string newPath, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        BlobPath.Check(newPath);
        var source = _container.GetBlobClient(path);
        var target = _container.GetBlobClient(newPath);
        try
        {
            var copy = await target.StartCopyFromUriAsync(source.Uri, cancellationToken: cancellationToken);
            await copy.WaitForCompletionAsync(CopyPollPause, cancellationToken);
            var properties = await target.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (properties.Value.CopyStatus != CopyStatus.Success)
            {
                throw new BlobStoreException(BlobFault.Unavailable,
                    $"Could not move {path} to {newPath}: copying ended {properties.Value.CopyStatus}, " +
                    $"{properties.Value.CopyStatusDescription}.");
            }

            await source.DeleteIfExistsAsync(cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return false;
        }
        catch (Exception fault) when (IsFault(fault, cancellationToken))
        {
            throw Told(fault, $"move {path} to {newPath}");
        }
    }

    public async Task<bool> DeleteAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        try
        {
            return await _container.GetBlobClient(path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
        catch (Exception fault) when (IsFault(fault, cancellationToken))
        {
            throw Told(fault, $"delete {path}");
        }
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobPath.CheckPrefix(prefix);
        var pages = _container.GetBlobsAsync(prefix: prefix, cancellationToken: cancellationToken).AsPages();
        await using var page = pages.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(page, prefix, cancellationToken))
        {
            foreach (var blob in page.Current.Values.Where(b => BlobPath.IsValid(b.Name)))
            {
                yield return new BlobEntry(
                    blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? default);
            }
        }
    }

    /// <summary>The service has no bound that it tells.</summary>
    public long? FreeBytes() => null;

    async Task<bool> NextAsync(
        IAsyncEnumerator<Page<BlobItem>> pages, string prefix, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return false; // No container yet: nothing was ever written.
        }
        catch (Exception fault) when (IsFault(fault, cancellationToken))
        {
            throw Told(fault, $"list {prefix}");
        }
    }

    async Task UploadAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var isWhole = content.Length <= WriteWholeBytesMax;
        var written = await _container.GetBlobClient(path).UploadAsync(new BinaryData(content), new BlobUploadOptions
        {
            // The service compares a checksum, so that a truncated or altered body is refused.
            TransferValidation = new UploadTransferValidationOptions
            {
                ChecksumAlgorithm = StorageChecksumAlgorithm.MD5,
            },
            TransferOptions = new StorageTransferOptions
            {
                InitialTransferSize = WriteWholeBytesMax,
                MaximumTransferSize = WriteWholeBytesMax,
            },
        }, cancellationToken);

        // And it says what it stored, in case that something between us and it kept less and took the blame on itself.
        if (isWhole && !Md5(content.Span).AsSpan().SequenceEqual(written.Value.ContentHash))
        {
            throw new BlobStoreException(
                BlobFault.Unavailable,
                $"Could not write {path} ({content.Length} bytes) in container {_container.Name}: the service took it, "
                + "and does not say the MD5 of the bytes sent.");
        }
    }

    /// <summary>Whether bytes are those of a checksum; one that is not told proves nothing against them.</summary>
    static bool IsIntact(ReadOnlySpan<byte> content, byte[]? md5) =>
        md5 is not { Length: > 0 } || md5.AsSpan().SequenceEqual(Md5(content));

#pragma warning disable CA5351 // Of the service's choosing, against accidents, not against attackers.
    static byte[] Md5(ReadOnlySpan<byte> content) => MD5.HashData(content);
#pragma warning restore CA5351

    // Of a range answer the length is the range's; the blob's own stands after the slash: "bytes 0-99/1000".
    static long SizeOf(BlobDownloadDetails details)
    {
        var slash = details.ContentRange?.LastIndexOf('/') ?? -1;
        return slash >= 0 && long.TryParse(details.ContentRange.AsSpan(slash + 1), out var size)
            ? size
            : details.ContentLength;
    }

    // A request that ran into its own time limit ends as a cancellation that nobody asked for.
    static bool IsFault(Exception fault, CancellationToken cancellationToken) =>
        fault is RequestFailedException or AggregateException or IOException or HttpRequestException
        || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    BlobStoreException Told(Exception fault, string attempted)
    {
        var refused = fault as RequestFailedException
            ?? (fault as AggregateException)?.InnerExceptions.OfType<RequestFailedException>().LastOrDefault();
        var kind = refused?.Status switch
        {
            401 or 403 => BlobFault.Denied,
            507 => BlobFault.Full,
            _ => BlobFault.Unavailable,
        };
        var said = refused is null or { Status: 0 }
            ? (refused ?? fault).GetBaseException().Message
            : $"{refused.Status} {refused.ErrorCode}";
        var remedy = kind switch
        {
            BlobFault.Denied => " Check WildCam:Blobs:AzureConnection.",
            BlobFault.Full => " Raise the account's capacity.",
            _ => "",
        };
        return new BlobStoreException(
            kind, $"Could not {attempted} in container {_container.Name}: {said}.{remedy}", fault);
    }
}
