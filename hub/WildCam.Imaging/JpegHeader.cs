using System.Buffers.Binary;

namespace WildCam.Imaging;

/// <summary>How a JPEG stores colour.</summary>
public enum JpegColor
{
    Rgb = 0,
    YCbCr = 1,
    Grey = 2,
    Cmyk = 3,
    Ycck = 4,
}

/// <summary>
/// What the head of a JPEG claims. Width and height are as stored; shown ones have EXIF's orientation (1 to 8) applied.
/// </summary>
public readonly record struct JpegHeader(int Width, int Height, JpegColor Color, int Orientation)
{
    public int ShownWidth => Orientation >= 5 ? Height : Width;

    public int ShownHeight => Orientation >= 5 ? Width : Height;

    /// <summary>TurboJPEG's number of how coarse the colour is; -1 where it has none for it.</summary>
    internal int Sampling { get; init; }

    /// <summary>By how much the planes of colour are coarser, across and down; 0 where there are none.</summary>
    internal (int Across, int Down)? Coarseness => Sampling switch
    {
        0 => (1, 1),
        1 => (2, 1),
        2 => (2, 2),
        3 => (0, 0),
        4 => (1, 2),
        5 => (4, 1),
        _ => null,
    };
}

/// <summary>What the markers of a JPEG say beside its pixels; reading them never throws.</summary>
/// <param name="SamplesHeld">
/// Samples a pixel that a decoder must hold until the last scan, each of two bytes; 0 where it decodes as it reads.
/// </param>
readonly record struct JpegMarkers(int Orientation, bool IsAdobe, int Scans, double SamplesHeld)
{
    // An EXIF directory holds some dozens of entries; more than this is no camera's.
    const int DirectoryEntriesMax = 1000;

    // A frame that could not be read has four whole components, until the library says what it is.
    const double SamplesMax = 4;

    static ReadOnlySpan<byte> StartOfScan => [0xFF, 0xDA];

    /// <summary>
    /// Passes over the markers as libjpeg does, garbage between them and markers without a length included: a file must
    /// not look harmless here and be another one there.
    /// </summary>
    public static JpegMarkers Read(ReadOnlySpan<byte> jpeg)
    {
        var orientation = 1;
        var adobe = false;
        var samples = SamplesMax;
        var (components, isProgressive, isHeld) = (0, false, true);
        var at = Math.Min(2, jpeg.Length);
        while (NextMarker(jpeg, ref at) is var marker and not 0)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue; // TEM and restarts have no length
            }

            var length = at + 2 <= jpeg.Length ? BinaryPrimitives.ReadUInt16BigEndian(jpeg[at..]) : 0;
            if (marker is 0xD8 or 0xD9 || length < 2 || at + length > jpeg.Length)
            {
                break;
            }

            var body = jpeg.Slice(at + 2, length - 2);
            if (marker == 0xDA)
            {
                isHeld = isProgressive || body.IsEmpty || body[0] < components;
                at -= 2; // counted below
                break;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && components == 0)
            {
                isProgressive = (marker & 3) == 2;
                (components, samples) = ReadFrame(body);
            }
            else if (marker == 0xE1 && body.StartsWith("Exif\0\0"u8) && orientation == 1)
            {
                orientation = ReadOrientation(body[6..]);
            }
            else if (marker == 0xEE && body.StartsWith("Adobe"u8))
            {
                adobe = true;
            }

            at += length;
        }

        // Inside scans 0xFF is followed by 0x00 or a restart marker, so this counts scans only.
        return new JpegMarkers(
            orientation, adobe, at < jpeg.Length ? jpeg[at..].Count(StartOfScan) : 0, isHeld ? samples : 0);
    }

    /// <summary>The next marker, with the place behind it; 0: there is none.</summary>
    static byte NextMarker(ReadOnlySpan<byte> jpeg, ref int at)
    {
        while (at < jpeg.Length)
        {
            var skip = jpeg[at..].IndexOf((byte)0xFF);
            at = skip < 0 ? jpeg.Length : at + skip;
            while (at < jpeg.Length && jpeg[at] == 0xFF)
            {
                at++;
            }

            if (at < jpeg.Length && jpeg[at++] is var marker and not 0)
            {
                return marker;
            }
        }

        return 0;
    }

    // ITU T.81, B.2.2: after precision and size the number of components, then three bytes each.
    static (int Components, double Samples) ReadFrame(ReadOnlySpan<byte> body)
    {
        var components = body.Length < 6 ? 0 : body[5];
        if (components is 0 or > 4 || body.Length < 6 + (components * 3))
        {
            return (components, SamplesMax);
        }

        var (sum, horizontalMax, verticalMax) = (0, 1, 1);
        for (var i = 0; i < components; i++)
        {
            var factors = body[6 + (i * 3) + 1];
            var (horizontal, vertical) = (factors >> 4, factors & 15);
            sum += horizontal * vertical;
            (horizontalMax, verticalMax) = (Math.Max(horizontalMax, horizontal), Math.Max(verticalMax, vertical));
        }

        return (components, (double)sum / (horizontalMax * verticalMax));
    }

    // TIFF 6.0, section 2; Exif 2.32, 4.6.4: tag 0x0112, a SHORT, in the first directory.
    static int ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8)
        {
            return 1;
        }

        var little = tiff[0] == 'I';
        var directory = little
            ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        var entries = Math.Min(Short(tiff[(int)directory..], little), DirectoryEntriesMax);
        for (var i = 0; i < entries; i++)
        {
            var at = (int)directory + 2 + (i * 12);
            if (at + 12 > tiff.Length)
            {
                return 1;
            }

            if (Short(tiff[at..], little) == 0x0112)
            {
                var value = Short(tiff[(at + 8)..], little);
                return value is >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    static int Short(ReadOnlySpan<byte> bytes, bool little) => little
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
        : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
