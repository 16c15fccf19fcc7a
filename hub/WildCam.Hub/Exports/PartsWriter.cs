using System.Buffers;
using System.Globalization;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Exports;

/// <summary>
/// A file in the blob store, written as it is made: blobs of one size each, so that memory holds a part or two however
/// long the file gets. Writing only fills memory; <see cref="SpillAsync"/>, called between pages, stores what is full.
/// </summary>
sealed class PartsWriter(IBlobStore blobs, Guid id) : Stream
{
    /// <summary>Bytes of each part but the last.</summary>
    public const int PartBytes = 8 << 20;

    /// <summary>Longest file: what a part's number of five digits can count.</summary>
    public const long FileBytesMax = 99_999L * PartBytes;

    readonly Queue<byte[]> _full = [];
    byte[] _part = ArrayPool<byte>.Shared.Rent(PartBytes);
    int _filled;
    int _stored;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => ((long)(_stored + _full.Count) * PartBytes) + _filled;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    public static string Folder(Guid id) => $"exports/{id:N}/";

    public static string PathOf(Guid id, long part) =>
        string.Create(CultureInfo.InvariantCulture, $"exports/{id:N}/{part:00000}.part");

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var fits = Math.Min(buffer.Length, PartBytes - _filled);
            buffer[..fits].CopyTo(_part.AsSpan(_filled));
            buffer = buffer[fits..];
            _filled += fits;
            if (_filled == PartBytes)
            {
                _full.Enqueue(_part);
                _part = ArrayPool<byte>.Shared.Rent(PartBytes);
                _filled = 0;
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Stores the parts that are full.</summary>
    /// <exception cref="BlobStoreException">The store refused or did not answer.</exception>
    public async Task SpillAsync(CancellationToken cancellationToken)
    {
        while (_full.TryPeek(out var part))
        {
            await blobs.PutAsync(
                PathOf(id, _stored), new ReadOnlySequence<byte>(part, 0, PartBytes), cancellationToken);
            ArrayPool<byte>.Shared.Return(_full.Dequeue());
            _stored++;
        }
    }

    /// <summary>Stores the rest; the file is whole. Gives its length.</summary>
    /// <exception cref="BlobStoreException">The store refused or did not answer.</exception>
    public async Task<long> FinishAsync(CancellationToken cancellationToken)
    {
        var length = Length;
        await SpillAsync(cancellationToken);
        await blobs.PutAsync(PathOf(id, _stored), new ReadOnlySequence<byte>(_part, 0, _filled), cancellationToken);
        return length;
    }

    public override void Flush()
    {
        // Parts are stored when they are full.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (var part in _full.Append(_part))
        {
            if (part.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(part);
            }
        }

        _full.Clear();
        _part = [];
        base.Dispose(disposing);
    }
}
