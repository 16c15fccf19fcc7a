
namespace WildCam.Imaging;

/// <summary>
/// A picture in memory: 8 bits a channel, rows from the top, without padding between them; 1 channel (luma) or 3 (RGB).
/// The bytes are rented: dispose it, and use nothing of it afterwards.
/// </summary>
public sealed class PixelImage : IDisposable
{
    byte[]? _bytes;

    /// <summary>A picture whose pixels are not yet set.</summary>
    public PixelImage(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 or 3 channels.");
        }

        Width = width;
        Height = height;
        Channels = channels;
        _bytes = PictureMemory.Pool.Rent(checked(width * height * channels));
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    /// <summary>Bytes of a row.</summary>
    public int Stride => Width * Channels;

    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsSpan(0, Stride * Height);
        }
    }

    public Span<byte> Row(int y) => Pixels.Slice(y * Stride, Stride);

    /// <summary>A part of the picture, copied.</summary>
    public PixelImage Crop(int x, int y, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x + width, Width, nameof(width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(y + height, Height, nameof(height));
        var part = new PixelImage(width, height, Channels);
        for (var row = 0; row < height; row++)
        {
            Row(y + row).Slice(x * Channels, part.Stride).CopyTo(part.Row(row));
        }

        return part;
    }

    /// <summary>The picture as luma (BT.601, as JPEG has it), copied.</summary>
    public PixelImage ToLuma()
    {
        var luma = new PixelImage(Width, Height, 1);
        var from = Pixels;
        var to = luma.Pixels;
        if (Channels == 1)
        {
            from.CopyTo(to);
            return luma;
        }

        for (int i = 0, at = 0; i < to.Length; i++, at += 3)
        {
            // 16-bit fixed point: 0.299, 0.587, 0.114.
            to[i] = (byte)(((19595 * from[at]) + (38470 * from[at + 1]) + (7471 * from[at + 2]) + 32768) >> 16);
        }

        return luma;
    }

    /// <summary>Turns and mirrors as EXIF's orientation 1 to 8 asks, copied; others copy as it is.</summary>
    public PixelImage Orient(int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return Crop(0, 0, Width, Height);
        }

        var swap = orientation >= 5;
        var turned = new PixelImage(swap ? Height : Width, swap ? Width : Height, Channels);
        // The source of a shown pixel (x, y) moves by these bytes for each step of x and y.
        var (origin, stepX, stepY) = orientation switch
        {
            2 => (At(Width - 1, 0), -Channels, Stride),
            3 => (At(Width - 1, Height - 1), -Channels, -Stride),
            4 => (At(0, Height - 1), Channels, -Stride),
            5 => (0, Stride, Channels),
            6 => (At(0, Height - 1), -Stride, Channels),
            7 => (At(Width - 1, Height - 1), -Stride, -Channels),
            _ => (At(Width - 1, 0), Stride, -Channels),
        };
        var from = Pixels;
        for (var y = 0; y < turned.Height; y++)
        {
            var to = turned.Row(y);
            var source = origin + (y * stepY);
            for (var x = 0; x < to.Length; x += Channels, source += stepX)
            {
                to[x] = from[source];
                if (Channels == 3)
                {
                    to[x + 1] = from[source + 1];
                    to[x + 2] = from[source + 2];
                }
            }
        }

        return turned;
    }

    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, null);
        if (bytes is not null)
        {
            PictureMemory.Pool.Return(bytes);
        }
    }

    int At(int x, int y) => (y * Stride) + (x * Channels);
}
