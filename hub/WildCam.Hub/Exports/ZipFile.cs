using System.IO.Compression;

namespace WildCam.Hub.Exports;

/// <summary>A zip that is written front to back, one file after the other.</summary>
sealed class ZipFile(PartsWriter target, DateTimeOffset now) : IDisposable
{
    readonly ZipArchive _zip = new(target, ZipArchiveMode.Create, leaveOpen: true);

    /// <summary>The next file; the one before must be closed.</summary>
    public Stream Open(string name)
    {
        // Quickest: the text of tables shrinks to a sixth even so.
        var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = now;
        return entry.Open();
    }

    public void Dispose() => _zip.Dispose();
}
