using System.Buffers.Binary;

namespace WildCam.Imaging;

/// <summary>A JPEG without what its camera wrote beside the picture: place, owner, serial number, notes.</summary>
public static class JpegPrivacy
{
    /// <summary>
    /// Copies a JPEG without its application segments and comments, but for those that its colours depend on (JFIF, ICC
    /// and Adobe) and a minimal EXIF that tells how the picture is turned. Bytes behind the picture go too. Null: the
    /// file is none that could be followed, so that nobody can say what it holds.
    /// </summary>
    public static byte[]? Strip(ReadOnlySpan<byte> jpeg)
    {
        if (jpeg is not [0xFF, 0xD8, ..])
        {
            return null;
        }

        var orientation = JpegMarkers.Read(jpeg).Orientation;
        using var target = new MemoryStream(jpeg.Length);
        target.Write(jpeg[..2]);
        if (orientation != 1)
        {
            target.Write(Orientation((byte)orientation));
        }

        var at = 2;
        while (at + 4 <= jpeg.Length)
        {
            if (jpeg[at] != 0xFF)
            {
                return null;
            }

            var marker = jpeg[at + 1];
            if (marker == 0xFF)
            {
                at++; // Fill bytes may stand before a marker.
                continue;
            }

            if (marker == 0xDA)
            {
                // Copied to the first end of the picture: what follows it is no part of it.
                var scans = PictureEnd(jpeg[at..]);
                if (scans < 0)
                {
                    return null;
                }

                target.Write(jpeg.Slice(at, scans));
                return target.ToArray();
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2 || at + 2 + length > jpeg.Length)
            {
                return null;
            }

            var segment = jpeg.Slice(at, length + 2);
            if (IsKept(marker, segment[4..]))
            {
                target.Write(segment);
            }

            at += length + 2;
        }

        return null;
    }

    static bool IsKept(byte marker, ReadOnlySpan<byte> body) => marker switch
    {
        0xE0 => body.StartsWith("JFIF\0"u8) && body.Length <= 14, // Without a thumbnail.
        0xE2 => body.StartsWith("ICC_PROFILE\0"u8),
        0xEE => body.StartsWith("Adobe"u8),
        0xFE or (>= 0xE1 and <= 0xEF) => false,
        _ => true,
    };

    /// <summary>
    /// Bytes up to the end of the picture, or all where it is cut off; -1: an application's segment stands between
    /// scans. In the data of a scan 0xFF is followed by 0 or a restart, so that other markers are real ones.
    /// </summary>
    static int PictureEnd(ReadOnlySpan<byte> scans)
    {
        for (var i = 0; i + 1 < scans.Length; i++)
        {
            var skip = scans[i..].IndexOf((byte)0xFF);
            i += skip;
            if (skip < 0 || i + 1 >= scans.Length)
            {
                break;
            }

            switch (scans[i + 1])
            {
                case 0xD9:
                    return i + 2;
                case 0xFE or (>= 0xE0 and <= 0xEF):
                    return -1;
            }
        }

        return scans.Length;
    }

    /// <summary>An EXIF segment with one directory of one entry (TIFF 6.0; Exif 2.32, 4.6.4).</summary>
    static byte[] Orientation(byte orientation) =>
    [
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0,
        orientation, 0, 0, 0, 0, 0, 0, 0,
    ];
}
