using System.Runtime.InteropServices;

namespace WildCam.Imaging;

/// <summary>How much of a picture's file could be read; the values of captures.integrity.</summary>
public enum JpegIntegrity
{
    Whole = 1,

    /// <summary>Some of it is missing or wrong, the rest is shown.</summary>
    Damaged = 2,

    /// <summary>No picture could be read.</summary>
    Undecodable = 3,
}

/// <summary>
/// What came of decoding. Image is null where the file is undecodable, and Problem says why; a damaged one has both.
/// </summary>
public readonly record struct JpegDecoding(PixelImage? Image, JpegIntegrity Integrity, string? Problem);

/// <summary>As <see cref="JpegDecoding"/>, in planes.</summary>
public readonly record struct JpegPlanes(PlanarImage? Image, JpegIntegrity Integrity, string? Problem);

/// <summary>
/// JPEG in and out over libturbojpeg. A library handle that met a bad header fails good pictures afterwards
/// (libjpeg-turbo 2.1.5), so each call makes its own and destroys it: microseconds beside milliseconds.
/// </summary>
public static unsafe class JpegCodec
{
    /// <summary>Most pixels that a file may claim; checked before any of them has memory.</summary>
    public const int PixelsMax = 100_000_000;

    /// <summary>
    /// Most pixels times scans. A progressive picture is walked once a scan, so that a small hostile file could keep a
    /// core busy for minutes; cameras and editors write 10 scans or so.
    /// </summary>
    public const long ScanPixelsMax = 1_500_000_000;

    /// <summary>
    /// Most memory for the samples of a progressive picture, which a decoder holds whole whatever size is asked for: 64
    /// megapixels of a camera's 4:2:0. The bytes of the file say nothing of it.
    /// </summary>
    public const long HeldBytesMax = 192L << 20;

    /// <summary>Pictures that hold more are decoded one after another: a few of them would fill the memory.</summary>
    const long HeldBytesBesideOthersMax = 16L << 20;

    /// <summary>
    /// Most pixels that are given: 33 MB. Only a picture that is many times as high as it is wide, or a whole one that
    /// nobody needs, would have more; it comes in a smaller eighth.
    /// </summary>
    public const int DecodedPixelsMax = 11_000_000;

    static readonly Lock OneAtATime = new();

    /// <summary>Whether libturbojpeg is installed.</summary>
    public static bool IsAvailable() => TurboJpeg.IsAvailable();

    /// <summary>Reads the head of a file; false with the reason where it is no JPEG or claims too much.</summary>
    /// <exception cref="ImagingUnavailableException">libturbojpeg is not installed.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> jpeg, out JpegHeader header, out string? problem)
    {
        using var handle = new Handle(TurboJpeg.InitDecompress());
        return TryReadHeader(handle, jpeg, JpegMarkers.Read(jpeg), out header, out problem);
    }

    /// <summary>
    /// Decodes to 3 channels (RGB) or 1 (luma), with EXIF's orientation applied, at the smallest eighth of the stored
    /// size that is at least <paramref name="widthMin"/> wide as shown (0: whole size). Never larger than stored, and
    /// never more than <see cref="DecodedPixelsMax"/>.
    /// </summary>
    /// <exception cref="ImagingUnavailableException">libturbojpeg is not installed.</exception>
    public static JpegDecoding Decode(ReadOnlySpan<byte> jpeg, int widthMin = 0, int channels = 3)
    {
        using var handle = new Handle(TurboJpeg.InitDecompress());
        var markers = JpegMarkers.Read(jpeg);
        if (!TryReadHeader(handle, jpeg, markers, out var header, out var problem))
        {
            return new JpegDecoding(null, JpegIntegrity.Undecodable, problem);
        }

        using var alone = Alone(header, markers);
        var (width, height) = SizeAtLeast(header, widthMin);
        var isCmyk = header.Color is JpegColor.Cmyk or JpegColor.Ycck;
        var (pixels, integrity) = isCmyk
            ? DecodeCmyk(handle, jpeg, width, height, markers.IsAdobe)
            : DecodePlain(handle, jpeg, width, height, channels);
        if (integrity != JpegIntegrity.Whole)
        {
            problem = handle.ErrorText();
        }

        if (integrity == JpegIntegrity.Undecodable)
        {
            pixels.Dispose();
            return new JpegDecoding(null, integrity, problem);
        }

        if (pixels.Channels != channels)
        {
            pixels = Replace(pixels, pixels.ToLuma());
        }

        if (header.Orientation != 1)
        {
            pixels = Replace(pixels, pixels.Orient(header.Orientation));
        }

        return new JpegDecoding(pixels, integrity, problem);
    }

    /// <summary>
    /// As <see cref="Decode"/>, as the planes that the file holds: without conversion and refinement of colours, which
    /// costs as much again. Of files that hold other colours than YCbCr the planes are made.
    /// </summary>
    /// <exception cref="ImagingUnavailableException">libturbojpeg is not installed.</exception>
    public static JpegPlanes DecodePlanes(ReadOnlySpan<byte> jpeg, int widthMin = 0)
    {
        using var handle = new Handle(TurboJpeg.InitDecompress());
        var markers = JpegMarkers.Read(jpeg);
        if (!TryReadHeader(handle, jpeg, markers, out var header, out var problem))
        {
            return new JpegPlanes(null, JpegIntegrity.Undecodable, problem);
        }

        if (header.Color is not (JpegColor.YCbCr or JpegColor.Grey) || header.Coarseness is not var (across, down))
        {
            var decoded = Decode(jpeg, widthMin);
            using var pixels = decoded.Image;
            return new JpegPlanes(
                pixels is null ? null : PlanarImage.From(pixels), decoded.Integrity, decoded.Problem);
        }

        using var alone = Alone(header, markers);
        var (width, height) = SizeAtLeast(header, widthMin);
        var planes = PlanarImage.Make(width, height, across, down);
        var integrity = DecodePlanes(handle, jpeg, planes);
        problem = integrity == JpegIntegrity.Whole ? null : handle.ErrorText();
        if (integrity == JpegIntegrity.Undecodable)
        {
            planes.Dispose();
            return new JpegPlanes(null, integrity, problem);
        }

        if (header.Orientation != 1)
        {
            using var stored = planes;
            planes = stored.Orient(header.Orientation);
        }

        return new JpegPlanes(planes, integrity, problem);
    }

    /// <summary>Encodes planes whose colour is coarser by two both ways, or grey; quality 1 to 100.</summary>
    /// <exception cref="ImagingUnavailableException">libturbojpeg is not installed.</exception>
    public static JpegBytes Encode(PlanarImage image, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (!image.IsCoarse)
        {
            throw new ArgumentException("The planes of colour are not coarser by two both ways.", nameof(image));
        }

        using var handle = new Handle(TurboJpeg.InitCompress());
        byte* jpeg = null;
        try
        {
            CULong size = default;
            int failed;
            fixed (byte* luma = image.Luma.Pixels, blue = Pixels(image.Blue), red = Pixels(image.Red))
            {
                var planes = stackalloc byte*[] { luma, blue, red };
                var strides = stackalloc int[] { image.Luma.Stride, image.Blue?.Stride ?? 0, image.Red?.Stride ?? 0 };
                failed = TurboJpeg.CompressFromPlanes(
                    handle.Value, planes, image.Width, strides, image.Height,
                    image.Blue is null ? TurboJpeg.SamplingGrey : TurboJpeg.Sampling420, &jpeg, &size, quality, 0);
            }

            return failed == 0
                ? new JpegBytes(new ReadOnlySpan<byte>(jpeg, checked((int)size.Value)))
                : throw new InvalidOperationException(
                    $"A picture of {image.Width}x{image.Height} could not be encoded: {handle.ErrorText()}");
        }
        finally
        {
            TurboJpeg.Free(jpeg);
        }
    }

    /// <summary>Encodes a picture, colour at 4:2:0; quality 1 to 100.</summary>
    /// <exception cref="ImagingUnavailableException">libturbojpeg is not installed.</exception>
    public static JpegBytes Encode(PixelImage image, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var handle = new Handle(TurboJpeg.InitCompress());
        var grey = image.Channels == 1;
        byte* jpeg = null;
        try
        {
            CULong size = default;
            int failed;
            fixed (byte* pixels = image.Pixels)
            {
                failed = TurboJpeg.Compress(
                    handle.Value, pixels, image.Width, image.Stride, image.Height,
                    grey ? TurboJpeg.PixelsGrey : TurboJpeg.PixelsRgb, &jpeg, &size,
                    grey ? TurboJpeg.SamplingGrey : TurboJpeg.Sampling420, quality, 0);
            }

            return failed == 0
                ? new JpegBytes(new ReadOnlySpan<byte>(jpeg, checked((int)size.Value)))
                : throw new InvalidOperationException(
                    $"A picture of {image.Width}x{image.Height} could not be encoded: {handle.ErrorText()}");
        }
        finally
        {
            TurboJpeg.Free(jpeg);
        }
    }

    static bool TryReadHeader(
        Handle handle, ReadOnlySpan<byte> jpeg, JpegMarkers markers, out JpegHeader header, out string? problem)
    {
        header = default;
        if (jpeg is not [0xFF, 0xD8, ..])
        {
            problem = jpeg.IsEmpty ? "The file is empty." : "The file is not a JPEG: it does not start with FF D8.";
            return false;
        }

        fixed (byte* bytes = jpeg)
        {
            var failed = TurboJpeg.DecompressHeader(
                handle.Value, bytes, new CULong((nuint)jpeg.Length), out var width, out var height,
                out var sampling, out var color);
            if (failed != 0 && (TurboJpeg.GetErrorCode(handle.Value) != TurboJpeg.ErrorWarning || width <= 0))
            {
                problem = handle.ErrorText();
                return false;
            }

            header = new JpegHeader(width, height, (JpegColor)color, markers.Orientation) { Sampling = sampling };
        }

        var pixels = (long)header.Width * header.Height;
        problem = header.Width <= 0 || header.Height <= 0
            ? $"The file claims {header.Width}x{header.Height} pixels."
            : pixels > PixelsMax
                ? $"The file claims {header.Width}x{header.Height} pixels, over PixelsMax ({PixelsMax})."
                : pixels * markers.Scans > ScanPixelsMax
                    ? $"The file has {markers.Scans} scans of {header.Width}x{header.Height} pixels, "
                        + $"over ScanPixelsMax ({ScanPixelsMax})."
                    : HeldBytes(header, markers) > HeldBytesMax
                        ? $"The file is progressive, and {header.Width}x{header.Height} pixels of it would take "
                            + $"{HeldBytes(header, markers) >> 20} MB to decode, over HeldBytesMax ({HeldBytesMax})."
                        : null;
        return problem is null;
    }

    static Lock.Scope Alone(JpegHeader header, JpegMarkers markers) =>
        HeldBytes(header, markers) > HeldBytesBesideOthersMax ? OneAtATime.EnterScope() : default;

    // Blocks are whole: a line of pixels holds as much as thirty-two.
    static long HeldBytes(JpegHeader header, JpegMarkers markers) => (long)(
        (((long)header.Width + 31) & ~31) * (((long)header.Height + 31) & ~31) * markers.SamplesHeld * sizeof(short));

    static (PixelImage Pixels, JpegIntegrity Integrity) DecodePlain(
        Handle handle, ReadOnlySpan<byte> jpeg, int width, int height, int channels)
    {
        var image = new PixelImage(width, height, channels);
        // Of a damaged file the library fills what it can; the rest must not show another picture's bytes.
        image.Pixels.Fill(0x80);
        fixed (byte* pixels = image.Pixels)
        {
            var format = channels == 1 ? TurboJpeg.PixelsGrey : TurboJpeg.PixelsRgb;
            return (image, Decompress(handle, jpeg, pixels, width, image.Stride, height, format));
        }
    }

    static (PixelImage Pixels, JpegIntegrity Integrity) DecodeCmyk(
        Handle handle, ReadOnlySpan<byte> jpeg, int width, int height, bool isInverted)
    {
        var inks = PictureMemory.Pool.Rent(width * height * 4);
        try
        {
            inks.AsSpan(0, width * height * 4).Fill(0x80);
            JpegIntegrity integrity;
            fixed (byte* pixels = inks)
            {
                integrity = Decompress(handle, jpeg, pixels, width, width * 4, height, TurboJpeg.PixelsCmyk);
            }

            var image = new PixelImage(width, height, 3);
            // Adobe's programs store inks inverted, 255 for none, and mark the file so.
            var flip = isInverted ? 0 : 0xFF;
            var to = image.Pixels;
            for (int i = 0, at = 0; i < to.Length; i += 3, at += 4)
            {
                var black = inks[at + 3] ^ flip;
                to[i] = (byte)((((inks[at] ^ flip) * black) + 127) / 255);
                to[i + 1] = (byte)((((inks[at + 1] ^ flip) * black) + 127) / 255);
                to[i + 2] = (byte)((((inks[at + 2] ^ flip) * black) + 127) / 255);
            }

            return (image, integrity);
        }
        finally
        {
            PictureMemory.Pool.Return(inks);
        }
    }

    static JpegIntegrity Decompress(
        Handle handle, ReadOnlySpan<byte> jpeg, byte* pixels, int width, int pitch, int height, int format)
    {
        fixed (byte* bytes = jpeg)
        {
            return IntegrityOf(handle, TurboJpeg.Decompress(
                handle.Value, bytes, new CULong((nuint)jpeg.Length), pixels, width, pitch, height, format,
                TurboJpeg.LimitScans));
        }
    }

    static JpegIntegrity DecodePlanes(Handle handle, ReadOnlySpan<byte> jpeg, PlanarImage to)
    {
        // Of a damaged file the library fills what it can; the rest must not show another picture's bytes.
        to.Luma.Pixels.Fill(0x80);
        Pixels(to.Blue).Fill(0x80);
        Pixels(to.Red).Fill(0x80);
        fixed (byte* bytes = jpeg, luma = to.Luma.Pixels, blue = Pixels(to.Blue), red = Pixels(to.Red))
        {
            var planes = stackalloc byte*[] { luma, blue, red };
            var strides = stackalloc int[] { to.Luma.Stride, to.Blue?.Stride ?? 0, to.Red?.Stride ?? 0 };
            return IntegrityOf(handle, TurboJpeg.DecompressToPlanes(
                handle.Value, bytes, new CULong((nuint)jpeg.Length), planes, to.Width, strides, to.Height,
                TurboJpeg.LimitScans));
        }
    }

    static Span<byte> Pixels(PixelImage? plane) => plane is null ? [] : plane.Pixels;

    static (int Width, int Height) SizeAtLeast(JpegHeader header, int widthMin)
    {
        var eighths = 8;
        while (eighths > 1 && ((widthMin > 0 && Scaled(header.ShownWidth, eighths - 1) >= widthMin)
            || (long)Scaled(header.Width, eighths) * Scaled(header.Height, eighths) > DecodedPixelsMax))
        {
            eighths--;
        }

        return (Scaled(header.Width, eighths), Scaled(header.Height, eighths));
    }

    static JpegIntegrity IntegrityOf(Handle handle, int failed) =>
        failed == 0 ? JpegIntegrity.Whole
        : TurboJpeg.GetErrorCode(handle.Value) == TurboJpeg.ErrorWarning ? JpegIntegrity.Damaged
        : JpegIntegrity.Undecodable;

    static int Scaled(int size, int eighths) => ((size * eighths) + 7) / 8;

    static PixelImage Replace(PixelImage old, PixelImage with)
    {
        old.Dispose();
        return with;
    }

    readonly ref struct Handle
    {
        public Handle(nint value) => Value = value != 0
            ? value
            : throw new InvalidOperationException("libturbojpeg could not start: out of memory?");

        public nint Value { get; }

        public string ErrorText() =>
            Marshal.PtrToStringUTF8((nint)TurboJpeg.GetErrorText(Value)) is { Length: > 0 } text
                ? text
                : "unknown error";

        public void Dispose() => _ = TurboJpeg.Destroy(Value);
    }
}
