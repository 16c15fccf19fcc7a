using System.Text;

namespace WildCam.Faults.Hostile;

/// <summary>A file that a camera might send for a picture.</summary>
/// <param name="IsPicture">Whether some of it must be shown; null: a decoder may think either way.</param>
sealed record Poison(string Name, byte[] Bytes, bool? IsPicture);

/// <summary>Some forty files that are no pictures, or no more, or never were.</summary>
static class PoisonCorpus
{
    const int Truncated = 8;
    const int Flipped = 5;
    const int Garbled = 4;

    public static List<Poison> Draw(Random chance)
    {
        var files = new List<Poison>();
        var jpeg = CraftedJpeg.Picture(chance);
        var scan = CraftedJpeg.Find(jpeg, CraftedJpeg.StartOfScan);
        for (var i = 0; i < Truncated; i++)
        {
            var at = chance.Next(1, jpeg.Length);
            files.Add(new($"cut after {at} of {jpeg.Length} bytes", jpeg[..at], at < scan ? false : null));
        }

        for (var i = 0; i < Flipped; i++)
        {
            var bytes = (byte[])jpeg.Clone();
            for (var bit = chance.Next(1, 40); bit > 0; bit--)
            {
                bytes[chance.Next(2, bytes.Length)] ^= (byte)(1 << chance.Next(8));
            }

            files.Add(new("bits turned over", bytes, null));
        }

        for (var i = 0; i < Garbled; i++)
        {
            files.Add(new("garbage after its start", [0xFF, 0xD8, .. Noise(chance, chance.Next(1, 60_000))], null));
        }

        AddOtherKinds(files, chance, jpeg);
        AddWrongSegments(files, chance, jpeg, scan);
        AddOddFrames(files, chance);
        return files;
    }

    static void AddOtherKinds(List<Poison> files, Random chance, byte[] jpeg)
    {
        byte[] png = [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 2, 0, 0, 0, 2, 0, 8, 2, 0, 0, 0];
        files.Add(new("a PNG", [.. png, .. Noise(chance, 5000)], false));
        files.Add(new("a GIF", [.. "GIF89a"u8, .. Noise(chance, 5000)], false));
        files.Add(new("a page", Encoding.UTF8.GetBytes(
            $"<!doctype html><title>502 Bad Gateway</title><script>alert({chance.Next()})</script>"), false));
        files.Add(new("JSON", Encoding.UTF8.GetBytes($$"""{"error": {{chance.Next()}}}"""), false));
        files.Add(new("noise", Noise(chance, 20_000), false));
        files.Add(new("zeros", new byte[chance.Next(1, 50_000)], false));
        files.Add(new("all ones", [.. Enumerable.Repeat((byte)0xFF, 9000)], false));
        files.Add(new("one byte", [0xFF], false));
        files.Add(new("a start alone", [0xFF, 0xD8], false));
        files.Add(new("a start and an end", [0xFF, 0xD8, 0xFF, 0xD9], false));
        files.Add(new("ends first", [0xFF, 0xD9, .. jpeg], false));
        files.Add(new("one picture in another", CraftedJpeg.Insert(jpeg, 0xE1, jpeg.AsSpan(0, 2000)), true));
        files.Add(new("noise after its end", [.. jpeg, .. Noise(chance, 30_000)], true));
    }

    static void AddWrongSegments(List<Poison> files, Random chance, byte[] jpeg, int scan)
    {
        files.Add(new("no quantisation", CraftedJpeg.Without(
            CraftedJpeg.Without(jpeg, CraftedJpeg.QuantizationTable), CraftedJpeg.QuantizationTable), null));
        files.Add(new("no codes", [.. jpeg[..2], .. jpeg[scan..]], false));
        files.Add(new("no frame", CraftedJpeg.Without(jpeg, CraftedJpeg.Baseline), false));
        files.Add(new("0 wide", CraftedJpeg.Resized(jpeg, 0, 240), false));
        files.Add(new("0 high", CraftedJpeg.Resized(jpeg, 320, 0), false));
        files.Add(new("another size", CraftedJpeg.Resized(jpeg, chance.Next(1, 2000), chance.Next(1, 2000)), null));
        files.Add(new("a segment of length 0", [0xFF, 0xD8, 0xFF, 0xE1, 0, 0, .. jpeg[2..]], null));
        files.Add(new("a segment beyond its end", [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 1, 2, 3], false));
        files.Add(new("a segment of codes that are none",
            CraftedJpeg.Insert(jpeg, CraftedJpeg.HuffmanTable, Noise(chance, chance.Next(1, 200))), null));
        var cut = scan + 14 + chance.Next(1, 500);
        files.Add(new("markers in its pixels", [.. jpeg[..cut], 0xFF, 0xC2, 0, 11, .. jpeg[cut..]], null));
    }

    static void AddOddFrames(List<Poison> files, Random chance)
    {
        var size = chance.Next(8, 800);
        files.Add(new("progressive without a scan of its base", CraftedJpeg.Claiming(
            size, size, CraftedJpeg.Progressive, 0), false));
        files.Add(new("progressive in 900 scans", CraftedJpeg.Claiming(
            size, size, CraftedJpeg.Progressive, 900, 8), null));
        files.Add(new("arithmetic codes", CraftedJpeg.Claiming(size, size, 0xC9), null));
        files.Add(new("lossless", CraftedJpeg.Claiming(size, size, 0xC3), false));
        files.Add(new("hierarchical", CraftedJpeg.Claiming(size, size, 0xC5), false));
        files.Add(new("one line of 65,500", CraftedJpeg.Claiming(65_500, 1), null));
        files.Add(new("one column of 65,500", CraftedJpeg.Claiming(1, 65_500), null));
    }

    static byte[] Noise(Random chance, int count)
    {
        var bytes = new byte[count];
        chance.NextBytes(bytes);
        return bytes;
    }
}
