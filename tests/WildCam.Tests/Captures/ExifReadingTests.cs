using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using WildCam.Hub.Captures;

namespace WildCam.Tests.Captures;

public sealed class ExifReadingTests
{
    [Fact]
    public void Tags_are_kept_as_clean_bounded_texts()
    {
        var json = Read(Tiff(
            Ascii(0x010F, "Cam\0era\u0001"), Ascii(0x010E, "<script>alert(1)</script>" + new string('x', 5000))));
        using var document = JsonDocument.Parse(json!);
        var description = document.RootElement.GetProperty("Image Description").GetString()!;
        Assert.StartsWith("<script>", description, StringComparison.Ordinal);
        Assert.Equal(ExifReading.TextCharsMax, description.Length);
        Assert.DoesNotContain('<', json!);
        Assert.DoesNotContain("\\u0000", json, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0001', document.RootElement.GetProperty("Make").GetString()!);
    }

    [Fact]
    public void Invalid_UTF_8_leaves_no_half_characters()
    {
        Assert.Equal("ab", ExifReading.Clean("a\uD800\0\uFFFDb"));
        var json = Read(Tiff(new Entry(0x010F, 2, [0xC3, 0x28, 0xFF, 0xFE, (byte)'k', 0])));
        Assert.DoesNotContain("uFFFD", json ?? "", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_directory_that_points_at_itself_ends()
    {
        var started = Stopwatch.GetTimestamp();
        // The next directory, and the sub-directory, are this one.
        var tiff = Tiff(Ascii(0x010F, "Loop"), new Entry(0x8769, 4, [8, 0, 0, 0]));
        BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(8 + 2 + (2 * 12)), 8);
        Assert.Contains("Loop", Read(tiff), StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(91.0, false)]
    [InlineData(48.5, true)]
    [InlineData(0.0, false)]
    public void A_place_is_kept_only_if_it_is_on_Earth(double latitude, bool isKept)
    {
        var json = Read(GpsTiff(latitude, latitude == 0 ? 0 : 2.25)) ?? "{}";
        using var document = JsonDocument.Parse(json);
        Assert.Equal(isKept, document.RootElement.TryGetProperty("gps", out var gps));
        if (isKept)
        {
            Assert.Equal(latitude, gps.GetProperty("latitude").GetDouble(), 4);
        }
    }

    [Fact]
    public void A_MakerNote_and_unknown_tags_are_not_kept()
    {
        var note = Encoding.ASCII.GetBytes(new string('M', 40_000));
        var json = Read(Tiff(Ascii(0x010F, "Kept"), new Entry(0x927C, 7, note), Ascii(0xEEEE, "secret")));
        Assert.Contains("Kept", json, StringComparison.Ordinal);
        Assert.DoesNotContain("MMMM", json, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_megabytes_of_segments_and_a_thousand_tags_are_bounded()
    {
        var many = Tiff([.. Enumerable.Range(0, 1000).Select(i => Ascii((ushort)(0x0100 + i), new string('t', 40)))]);
        var json = Read(many);
        Assert.True(json is null || json.Length < (ExifReading.TagsMax + 1) * (ExifReading.TextCharsMax + 80));

        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8]);
        for (var i = 0; i < 160; i++)
        {
            file.Write([0xFF, 0xE1, 0xFF, 0xFF]);
            file.Write(new byte[65_533]);
        }

        file.SetLength(ExifReading.HeadBytesMax);
        file.Position = 0;
        Assert.Null(ExifReading.Read(file));
    }

    [Fact]
    public void Whatever_the_bytes_reading_ends_without_an_exception_and_gives_JSON()
    {
        var seed = Seeds.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"WILDCAM_SEED={seed}");
        var random = new Random(seed);
        var good = Tiff(
            Ascii(0x010F, "Camera"), new Entry(0x8769, 4, [8, 0, 0, 0]), Ascii(0x0132, "2026:05:01 12:00:00"));
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var i = random.Next(1, 12); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (Read(bytes[..random.Next(8, bytes.Length + 1)]) is { } json)
            {
                JsonDocument.Parse(json).Dispose();
                Assert.DoesNotContain("\\u0000", json, StringComparison.Ordinal);
            }
        }
    }

    static string? Read(byte[] tiff)
    {
        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8, 0xFF, 0xE1]);
        var length = Math.Min(tiff.Length + 8, 65_535);
        file.Write([(byte)(length >> 8), (byte)length]);
        file.Write("Exif\0\0"u8);
        file.Write(tiff.AsSpan(0, length - 8));
        file.Write([0xFF, 0xD9]);
        file.Position = 0;
        return ExifReading.Read(file);
    }

    static Entry Ascii(ushort tag, string text) => new(tag, 2, [.. Encoding.UTF8.GetBytes(text), 0]);

    static byte[] GpsTiff(double latitude, double longitude)
    {
        // The GPS directory lies right after the first one: 8 + 2 + 12 + 4.
        var gps = Directory(
            26, new Entry(1, 2, "N\0"u8.ToArray()), new Entry(2, 5, Degrees(latitude)),
            new Entry(3, 2, "E\0"u8.ToArray()), new Entry(4, 5, Degrees(longitude)));
        return [.. "II*\0"u8, 8, 0, 0, 0, .. Directory(8, new Entry(0x8825, 4, [26, 0, 0, 0])), .. gps];
    }

    static byte[] Degrees(double value)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(value * 10_000));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 10_000);
        bytes[12] = bytes[20] = 1;
        return bytes;
    }

    static byte[] Tiff(params Entry[] entries) => [.. "II*\0"u8, 8, 0, 0, 0, .. Directory(8, entries)];

    static byte[] Directory(int at, params Entry[] entries)
    {
        var head = new List<byte> { (byte)entries.Length, (byte)(entries.Length >> 8) };
        var data = new List<byte>();
        var dataAt = at + 2 + (entries.Length * 12) + 4;
        foreach (var entry in entries)
        {
            var size = entry.Type switch { 4 => 4, 5 => 8, _ => 1 };
            head.AddRange(BitConverter.GetBytes(entry.Tag));
            head.AddRange(BitConverter.GetBytes(entry.Type));
            head.AddRange(BitConverter.GetBytes(entry.Data.Length / size));
            if (entry.Data.Length <= 4)
            {
                head.AddRange(entry.Data.Concat(new byte[4 - entry.Data.Length]));
            }
            else
            {
                head.AddRange(BitConverter.GetBytes(dataAt + data.Count));
                data.AddRange(entry.Data);
            }
        }

        return [.. head, 0, 0, 0, 0, .. data];
    }

    sealed record Entry(ushort Tag, ushort Type, byte[] Data);
}
