using System.Buffers.Binary;
using WildCam.Imaging;

namespace WildCam.Faults.Hostile;

/// <summary>JPEG files written segment by segment, so that they can claim what no encoder would write.</summary>
static class CraftedJpeg
{
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte Baseline = 0xC0;
    public const byte Progressive = 0xC2;
    public const byte HuffmanTable = 0xC4;
    public const byte StartOfScan = 0xDA;
    public const byte QuantizationTable = 0xDB;

    /// <summary>A picture as a camera's encoder writes it: shapes of any colour over a slope.</summary>
    public static byte[] Picture(Random chance, int width = 320, int height = 240)
    {
        using var image = new PixelImage(width, height, 3);
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            pixels[i] = (byte)(x * 200 / width);
            pixels[i + 1] = (byte)(y * 200 / height);
            pixels[i + 2] = (byte)((x + y) * 100 / (width + height) + chance.Next(8));
        }

        for (var shape = 0; shape < 6; shape++)
        {
            var (left, top) = (chance.Next(width), chance.Next(height));
            var (right, bottom) = (Math.Min(width, left + 40), Math.Min(height, top + 30));
            var colour = (byte)chance.Next(256);
            for (var y = top; y < bottom; y++)
            {
                image.Row(y)[(left * 3)..(right * 3)].Fill(colour);
            }
        }

        using var jpeg = JpegCodec.Encode(image, 75);
        return jpeg.Memory.ToArray();
    }

    /// <summary>A file of some hundred bytes that claims this size; all its blocks are one code of one bit.</summary>
    /// <param name="frame">The marker of the frame: how it says that it is coded.</param>
    /// <param name="scans">Scans over the whole of it; only a progressive file may have more than one.</param>
    /// <param name="dataBytes">Bytes of each scan; what is missing a decoder takes for zeros.</param>
    public static byte[] Claiming(int width, int height, byte frame = Baseline, int scans = 1, int dataBytes = 64)
    {
        var file = new MemoryStream();
        Marker(file, StartOfImage);
        Segment(file, QuantizationTable, [0, .. Enumerable.Repeat((byte)1, 64)]);
        Segment(file, frame,
            [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3,
                1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        byte[] oneCode = [1, .. new byte[15], 0];
        Segment(file, HuffmanTable, [0x00, .. oneCode, 0x10, .. oneCode]);
        for (var scan = 0; scan < scans; scan++)
        {
            Segment(file, StartOfScan, frame == Progressive
                ? scan == 0
                    ? [3, 1, 0, 2, 0, 3, 0, 0, 0, 0]
                    : [1, (byte)(1 + (scan % 3)), 0, (byte)(1 + (scan % 63)), (byte)(1 + (scan % 63)), 0]
                : [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
            file.Write(new byte[dataBytes]);
        }

        Marker(file, EndOfImage);
        return file.ToArray();
    }

    /// <summary>Puts a segment right behind the start of a file.</summary>
    public static byte[] Insert(byte[] jpeg, byte marker, ReadOnlySpan<byte> body)
    {
        var file = new MemoryStream();
        file.Write(jpeg.AsSpan(0, 2));
        Segment(file, marker, body);
        file.Write(jpeg.AsSpan(2));
        return file.ToArray();
    }

    /// <summary>Where the first segment of this kind starts: its 0xFF; or -1.</summary>
    public static int Find(ReadOnlySpan<byte> jpeg, byte marker)
    {
        for (var at = 2; at + 4 <= jpeg.Length && jpeg[at] == 0xFF;)
        {
            if (jpeg[at + 1] == marker)
            {
                return at;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
        }

        return -1;
    }

    /// <summary>The file without its first segment of this kind.</summary>
    public static byte[] Without(byte[] jpeg, byte marker)
    {
        var at = Find(jpeg, marker);
        var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
        return [.. jpeg[..at], .. jpeg[(at + length)..]];
    }

    /// <summary>The file claiming another size than it has.</summary>
    public static byte[] Resized(byte[] jpeg, int width, int height)
    {
        var changed = (byte[])jpeg.Clone();
        var frame = Find(changed, Baseline);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 7), (ushort)width);
        return changed;
    }

    public static void Marker(Stream file, byte marker) => file.Write([0xFF, marker]);

    public static void Segment(Stream file, byte marker, ReadOnlySpan<byte> body)
    {
        Marker(file, marker);
        var length = (ushort)(body.Length + 2);
        file.Write([(byte)(length >> 8), (byte)length]);
        file.Write(body);
    }
}
