using System.Buffers.Binary;
using System.Text;

namespace WildCam.Simulator.Scenes;

/// <summary>The smallest EXIF block that says who took a picture and when (EXIF 2.3, 4.6).</summary>
static class ExifHeader
{
    const ushort Ascii = 2;
    const ushort Short = 3;
    const ushort Long = 4;

    /// <summary>The JPEG with an APP1 segment after its start, in place of the one it may have there.</summary>
    public static byte[] Add(ReadOnlySpan<byte> jpeg, DateTime local, string camera)
    {
        var segment = Segment(local, camera);
        if (jpeg is [0xFF, 0xD8, 0xFF, 0xE1, ..])
        {
            jpeg = jpeg[(2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[4..]))..];
        }

        var whole = new byte[jpeg.Length + segment.Length];
        (whole[0], whole[1]) = (0xFF, 0xD8);
        segment.CopyTo(whole, 2);
        jpeg[2..].CopyTo(whole.AsSpan(2 + segment.Length));
        return whole;
    }

    static byte[] Segment(DateTime local, string camera)
    {
        var time = $"{local:yyyy:MM:dd HH:mm:ss}";
        (ushort Tag, ushort Type, string? Text, uint Value)[] main =
        [
            (0x010F, Ascii, "WildCam", 0), (0x0110, Ascii, "Simulator", 0), (0x0112, Short, null, 1),
            (0x0132, Ascii, time, 0), (0x8769, Long, null, 0),
        ];
        (ushort Tag, ushort Type, string? Text, uint Value)[] exif =
        [
            (0x9003, Ascii, time, 0), (0x9291, Ascii, $"{local.Millisecond:000}", 0), (0xA430, Ascii, camera, 0),
        ];
        var mainBytes = DirectoryBytes(main);
        main[^1].Value = (uint)(8 + mainBytes);
        var tiff = new byte[8 + mainBytes + DirectoryBytes(exif)];
        "MM\0*\0\0\0\b"u8.CopyTo(tiff);
        Write(tiff, 8, main);
        Write(tiff, 8 + mainBytes, exif);
        var segment = new byte[10 + tiff.Length];
        segment[0] = 0xFF;
        segment[1] = 0xE1;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(8 + tiff.Length));
        "Exif\0\0"u8.CopyTo(segment.AsSpan(4));
        tiff.CopyTo(segment, 10);
        return segment;
    }

    static int DirectoryBytes((ushort Tag, ushort Type, string? Text, uint Value)[] entries) =>
        6 + (entries.Length * 12) + entries.Sum(e => e.Text is { Length: > 3 } text ? text.Length + 1 : 0);

    static void Write(byte[] tiff, int at, (ushort Tag, ushort Type, string? Text, uint Value)[] entries)
    {
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), (ushort)entries.Length);
        var data = at + 6 + (entries.Length * 12);
        at += 2;
        foreach (var (tag, type, text, value) in entries)
        {
            var entry = tiff.AsSpan(at, 12);
            BinaryPrimitives.WriteUInt16BigEndian(entry, tag);
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], type);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], text is null ? 1 : (uint)text.Length + 1);
            if (text is { Length: > 3 })
            {
                BinaryPrimitives.WriteUInt32BigEndian(entry[8..], (uint)data);
                Encoding.ASCII.GetBytes(text, tiff.AsSpan(data));
                data += text.Length + 1;
            }
            else if (text is not null)
            {
                Encoding.ASCII.GetBytes(text, entry[8..]);
            }
            else if (type == Short)
            {
                BinaryPrimitives.WriteUInt16BigEndian(entry[8..], (ushort)value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(entry[8..], value);
            }

            at += 12;
        }
    }
}
