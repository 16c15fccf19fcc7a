
namespace WildCam.Imaging;

/// <summary>An encoded JPEG in rented memory: dispose it, and use nothing of it afterwards.</summary>
public sealed class JpegBytes : IDisposable
{
    readonly int _length;
    byte[]? _bytes;

    internal JpegBytes(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        _bytes = PictureMemory.Pool.Rent(bytes.Length);
        bytes.CopyTo(_bytes);
    }

    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsMemory(0, _length);
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
