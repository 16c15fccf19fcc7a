using WildCam.Storage.Blobs;

namespace WildCam.Hub.Exports;

/// <summary>Reads a file that <see cref="PartsWriter"/> wrote, from any place on: a broken download goes on.</summary>
sealed class PartsStream(IBlobStore blobs, Guid id, long length, int partBytes) : Stream
{
    Stream? _part;
    long _partNumber = -1;
    long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Clamp(value, 0, length);
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        var number = _position / partBytes;
        if (number != _partNumber || _part is null)
        {
            await CloseAsync();
            _part = await blobs.OpenReadAsync(PartsWriter.PathOf(id, number), cancellationToken)
                ?? throw new BlobStoreException(
                    BlobFault.Unavailable, $"Part {number} of the export {id} is missing. Ask for the export again.");
            _partNumber = number;
        }

        var within = _position % partBytes;
        if (_part.Position != within)
        {
            _part.Position = within;
        }

        var left = Math.Min(partBytes - within, length - _position);
        var read = await _part.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        if (read == 0)
        {
            throw new BlobStoreException(
                BlobFault.Unavailable, $"Part {number} of the export {id} is too short. Ask for the export again.");
        }

        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The parts are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    async ValueTask CloseAsync()
    {
        if (_part is not null)
        {
            await _part.DisposeAsync();
            _part = null;
        }
    }
}
