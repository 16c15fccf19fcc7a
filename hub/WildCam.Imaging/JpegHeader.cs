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
readonly record struct JpegMarkers(int Orientation, bool IsAdobe, int Scans)
{
    // An EXIF directory holds some dozens of entries; more than this is no camera's.
    const int DirectoryEntriesMax = 1000;

    static ReadOnlySpan<byte> StartOfScan => [0xFF, 0xDA];

    public static JpegMarkers Read(ReadOnlySpan<byte> jpeg)
    {
        var orientation = 1;
        var adobe = false;
        var at = 2;
        while (at + 4 <= jpeg.Length && jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA)
        {
            var marker = jpeg[at + 1];
            if (marker == 0xFF)
            {
                at++; // a fill byte
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2 || at + 2 + length > jpeg.Length)
            {
                break;
            }

            var body = jpeg.Slice(at + 4, length - 2);
            if (marker == 0xE1 && body.StartsWith("Exif\0\0"u8) && orientation == 1)
            {
                orientation = ReadOrientation(body[6..]);
            }
            else if (marker == 0xEE && body.StartsWith("Adobe"u8))
            {
                adobe = true;
            }

            at += 2 + length;
        }

        // Inside scans 0xFF is followed by 0x00 or a restart marker, so this counts scans only.
        return new JpegMarkers(orientation, adobe, at < jpeg.Length ? jpeg[at..].Count(StartOfScan) : 0);
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
