using System.Text;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

public sealed class SdCardImportTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-import-");

    [Fact]
    public async Task A_card_is_imported_once_however_often_it_is_run()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "card-1");
        Write("DCIM/100/IMG_0001.JPG", Jpeg(1, "2026:07:01 06:30:00"));
        Write("DCIM/100/IMG_0002.JPG", Jpeg(2, "2026:07:01 18:30:00", "+02:00"));
        Write("DCIM/101/IMG_0001.jpeg", Jpeg(3, null));
        Write("DCIM/101/copy.jpg", Jpeg(1, "2026:07:01 06:30:00"));
        Write("DCIM/101/broken.jpg", "GIF89a"u8.ToArray());
        Write("DCIM/101/empty.jpg", []);
        Write("DCIM/index.txt", "nothing"u8.ToArray());
        Write("DCIM/huge.jpg", new byte[(8 << 20) + 1]);

        var seen = new List<ImportProgress>();
        var first = await ImportAsync("card-1", seen.Add);
        Assert.Equal((8, 3, 1, 4), (first.Files, first.Stored, first.Duplicates, first.Refusals.Count));
        Assert.Equal(8, seen.Count);
        Assert.Equal(Enumerable.Range(1, 8), seen.Select(p => p.Done));
        Assert.Contains(first.Refusals, r => r.FileName == "DCIM/huge.jpg" && r.Reason.Contains("CaptureBytesMax"));
        Assert.Contains(first.Refusals, r => r.FileName == "DCIM/101/broken.jpg" && r.Reason.Contains("first bytes"));

        var second = await ImportAsync("card-1", null);
        Assert.Equal((8, 0, 4, 4), (second.Files, second.Stored, second.Duplicates, second.Refusals.Count));
        Assert.Equal(3, await database.ReadAsync<long>("""
            select count(*) from captures c join cameras k on k.id = c.camera_id
            where k.code = 'card-1' and c.source = 2
            """));
    }

    [Fact]
    public async Task The_time_is_the_pictures_own_by_its_offset_or_by_the_clock_of_the_place()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "card-2");
        Write("local.jpg", Jpeg(11, "2026:07:01 06:30:00")); // the project is in Nairobi, UTC+3
        Write("offset.jpg", Jpeg(12, "2026:07:01 18:30:00", "-02:00"));
        Write("none.jpg", Jpeg(13, null));
        Write("dead.jpg", Jpeg(14, "2000:01:01 00:07:00"));
        Assert.Equal(4, (await ImportAsync("card-2", null)).Stored);
        Assert.Equal(new DateTime(2026, 7, 1, 3, 30, 0, DateTimeKind.Utc), await TimeOf("local.jpg"));
        Assert.Equal(new DateTime(2026, 7, 1, 20, 30, 0, DateTimeKind.Utc), await TimeOf("offset.jpg"));
        Assert.Equal(2, await database.ReadAsync<long>("""
            select count(*) from captures
            where file_name in ('none.jpg', 'dead.jpg') and clock_quality = 4 and captured_at = received_at
            """));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_cut_between_characters()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "card-3");
        var fox = string.Join('/', Enumerable.Repeat(string.Concat(Enumerable.Repeat("\U0001F98A", 60)), 4));
        Write($"{fox}/a.jpg", Jpeg(21, null));
        Write($"{fox}/bb.jpg", Jpeg(22, null));
        Assert.Equal(2, (await ImportAsync("card-3", null)).Stored);
        // A fox counts twice here, as it does where names are cut: 255 units, or 254 where half a fox would begin it.
        const string units = "length(file_name) + length(file_name) - length(replace(file_name, chr(129418), ''))";
        Assert.Equal("254,255", await database.ReadAsync<string>(
            $"select string_agg(({units})::text, ',' order by {units}) from captures where file_name like '%/%b.jpg' "
            + "or file_name like '%/a.jpg'"));
    }

    [Fact]
    public async Task A_file_of_a_spool_keeps_the_id_and_the_facts_that_its_camera_gave_it()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "card-4");
        var picture = Jpeg(31, null);
        var (file, footer) = Spooled(picture, counter: 7);
        var damaged = Spooled(Jpeg(32, null), counter: 8).File;
        damaged[4] ^= 1;
        Write("spool/000000/00000001.jpg", file);
        Write("spool/000000/00000002.jpg", damaged);
        Write("ledger/000000/00000001.led", [1, 2, 3]);
        var report = await ImportAsync("card-4", null);
        Assert.Equal((2, 1, 1), (report.Files, report.Stored, report.Refusals.Count));
        Assert.Contains("damaged on the card", report.Refusals[0].Reason, StringComparison.Ordinal);
        var deviceId = CapturePath.DeviceCaptureId(footer.SpoolId, footer.Counter);
        Assert.Equal(
            $"{picture.Length}|2|6|3900|2026-07-01 06:30:00+00", await database.ReadAsync<string>("""
                select concat_ws('|', size_bytes, burst_index, clock_epoch, battery_mv,
                  to_char(captured_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00')
                from captures where device_capture_id = $1
                """, deviceId));
        var path = await database.ReadAsync<string>(
            "select blob_path from captures where device_capture_id = $1", deviceId);
        Assert.Equal(picture, await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "blobs", path)));
        var again = await ImportAsync("card-4", null);
        Assert.Equal((0, 1), (again.Stored, again.Duplicates));
    }

    [Fact]
    public async Task An_unknown_camera_imports_nothing() =>
        Assert.Null(await ImportRun.ImportAsync(
            database.Source, Blobs(), new IngestOptions(), _folder.FullName, "nobody", null,
            CancellationToken.None));

    public void Dispose() => _folder.Delete(recursive: true);

    async Task<ImportReport> ImportAsync(string camera, Action<ImportProgress>? progress)
    {
        var report = await ImportRun.ImportAsync(
            database.Source, Blobs(), new IngestOptions(), Path.Combine(_folder.FullName, "card"), camera, progress,
            CancellationToken.None);
        return report!;
    }

    FolderBlobStore Blobs() => new(Path.Combine(_folder.FullName, "blobs"), TimeProvider.System);

    Task<DateTime> TimeOf(string fileName) => database.ReadAsync<DateTime>(
        "select captured_at from captures where file_name = $1", fileName);

    void Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, "card", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>A picture as a camera's spool keeps it.</summary>
    static (byte[] File, SpoolFooter Footer) Spooled(byte[] picture, ulong counter)
    {
        var chain = new DigestChain();
        chain.Append(picture);
        var list = BitConverter.GetBytes(Crc32.Compute(picture, 0, picture.Length));
        var footer = new SpoolFooter
        {
            SpoolId = 77,
            Counter = counter,
            SizeBytes = (uint)picture.Length,
            Digest = chain.Finish(),
            Trigger = Triggers.Motion,
            BurstIndex = 2,
            BurstCount = 3,
            ClockEpoch = 6,
            DeviceUnixSeconds = new DateTimeOffset(2026, 7, 1, 6, 30, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
            BatteryMillivolts = 3900,
            Temperature = Protocol.NoTemperature,
            BlockListCrc32 = Crc32.Compute(list, 0, list.Length),
        };
        var end = new byte[SpoolFooter.Bytes];
        SpoolFooter.Seal(end, 0, Crc32.Compute(end, 0, footer.Write(end, 0)));
        return ([.. picture, .. list, .. end], footer);
    }

    /// <summary>Enough of a JPEG for EXIF: start, APP1 with an EXIF directory, a comment that differs, end.</summary>
    static byte[] Jpeg(byte number, string? takenAt, string? offset = null)
    {
        var tags = new List<(ushort Tag, string Text)>();
        if (takenAt is not null)
        {
            tags.Add((0x9003, takenAt));
        }

        if (offset is not null)
        {
            tags.Add((0x9011, offset));
        }

        using var jpeg = new MemoryStream();
        jpeg.Write([0xff, 0xd8]);
        if (tags.Count > 0)
        {
            var tiff = Tiff(tags);
            jpeg.Write([0xff, 0xe1, (byte)((tiff.Length + 8) >> 8), (byte)(tiff.Length + 8)]);
            jpeg.Write("Exif\0\0"u8);
            jpeg.Write(tiff);
        }

        jpeg.Write([0xff, 0xfe, 0x00, 0x03, number, 0xff, 0xd9]);
        return jpeg.ToArray();
    }

    static byte[] Tiff(List<(ushort Tag, string Text)> tags)
    {
        using var tiff = new MemoryStream();
        using var writer = new BinaryWriter(tiff);
        writer.Write("II"u8);
        writer.Write((ushort)42);
        writer.Write(8u);
        writer.Write((ushort)1); // one entry: where the EXIF sub-directory is
        writer.Write((ushort)0x8769);
        writer.Write((ushort)4);
        writer.Write(1u);
        writer.Write(26u);
        writer.Write(0u);
        writer.Write((ushort)tags.Count);
        var data = 26 + 2 + 12 * tags.Count + 4;
        foreach (var (tag, text) in tags)
        {
            writer.Write(tag);
            writer.Write((ushort)2);
            writer.Write((uint)text.Length + 1);
            writer.Write((uint)data);
            data += text.Length + 1;
        }

        writer.Write(0u);
        foreach (var (_, text) in tags)
        {
            writer.Write(Encoding.ASCII.GetBytes(text + "\0"));
        }

        return tiff.ToArray();
    }
}
