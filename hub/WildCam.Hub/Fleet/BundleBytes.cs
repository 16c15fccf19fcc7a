using System.Security.Cryptography;
using WildCam.Hub.Hosting;
using WildCam.Storage.Blobs;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Fleet;

/// <summary>The bundles that cameras download now: read once from the blobs, a few kept in memory.</summary>
sealed partial class BundleBytes(FirmwareTable firmware, IBlobStore blobs, ILogger<BundleBytes> log)
{
    /// <summary>Bundles kept; the one that was asked for longest ago makes room.</summary>
    public const int KeptMax = 8;

    readonly Lock _gate = new();
    readonly Dictionary<int, Kept> _kept = [];
    long _asked;

    /// <summary>The bundle of this firmware; null where it is missing or damaged in the store.</summary>
    /// <exception cref="BlobStoreException">The store does not answer.</exception>
    public async Task<byte[]?> FindAsync(int firmwareId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue(firmwareId, out var kept))
            {
                kept.AskedAt = ++_asked;
                return kept.Bytes;
            }
        }

        var bytes = await ReadAsync(firmwareId, cancellationToken);
        lock (_gate)
        {
            if (bytes is not null && _kept.TryAdd(firmwareId, new Kept(bytes) { AskedAt = ++_asked })
                && _kept.Count > KeptMax)
            {
                _kept.Remove(_kept.MinBy(k => k.Value.AskedAt).Key);
            }
        }

        return bytes;
    }

    async Task<byte[]?> ReadAsync(int firmwareId, CancellationToken cancellationToken)
    {
        if (await firmware.FindAsync(firmwareId, cancellationToken) is not { } found)
        {
            return null;
        }

        using var blob = await BlobBytes.TryReadAsync(blobs, found.BlobPath, cancellationToken);
        if (blob is null || !SHA256.HashData(blob.Span).AsSpan().SequenceEqual(found.Sha256))
        {
            Damaged(log, found.Version, found.BlobPath, blob is null ? "missing" : "damaged");
            return null;
        }

        return blob.Span.ToArray();
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Firmware {Version} cannot be served: its blob {Path} is {State}. Add the same file again.")]
    static partial void Damaged(ILogger logger, Version version, string path, string state);

    sealed class Kept(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public long AskedAt { get; set; }
    }
}
