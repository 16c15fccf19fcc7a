using System.Buffers.Binary;
using System.Text;
using WildCam.Wire;

namespace WildCam.Faults.Hostile;

/// <summary>
/// Whole pictures whose EXIF is not: it is left aside or cleaned, never breaks a statement, and no job is lost by it.
/// </summary>
static class ExifBombs
{
    const int TextCharsMax = 200;
    const ushort Make = 0x010F;
    const ushort Description = 0x010E;
    const ushort SubDirectory = 0x8769;
    const ushort GpsDirectory = 0x8825;
    const ushort MakerNote = 0x927C;
    const string Script = "<script>alert('exif')</script>";

    public static Scenario Scenario { get; } = new(
        "exif-bombs", "EXIF in loops, of megabytes, off the Earth, with scripts and NUL: cleaned or left aside",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 1);
        await using var camera = await Grounds.ConnectAsync(world, world.Cameras[0]);
        var picture = CraftedJpeg.Picture(point.Chance);
        var files = Draw(point.Chance, picture).ToArray();
        point.Chance.Shuffle(files);
        var taken = new List<TakenPicture>();
        foreach (var file in files)
        {
            taken.Add(await Grounds.DeliverAsync(camera, new ScriptedPicture(1, (ulong)taken.Count + 1, file)));
        }

        // Ten megabytes are no capture at all, and said to be none before any of them is sent.
        var (word, payload) = await camera.OfferAsync(new ScriptedPicture(1, 9999, new byte[10 << 20]));
        Must.Equal(Topics.Receipt, word, "the answer to ten megabytes");
        var refusal = ScriptedCamera.ReadReceipt(payload);
        Must.Equal((ReceiptOutcomes.Never, ReceiptCodes.TooLarge), (refusal.Outcome, refusal.Code), "its receipt");

        await world.SettleAsync(Grounds.Timeout);
        await Grounds.InvariantsOf(world).CheckAsync(taken);
        Must.Equal(
            taken.Count + 0L, await world.Database.ReadAsync<long>("select count(*) from captures where integrity = 1"),
            "pictures that are whole in spite of their EXIF");
        await CheckKeptAsync(world);
        await Grounds.CheckHubAsync(world);
    }

    static async Task CheckKeptAsync(FleetWorld world)
    {
        Must.Equal(0L, await world.Database.ReadAsync<long>($"""
            select count(*) from captures c, jsonb_each_text(coalesce(c.exif, jsonb_build_object()) - 'gps') as t (k, v)
            where length(v) > {TextCharsMax} or v ~ '[[:cntrl:]]' or v like '%' || chr(65533) || '%'
            """), "texts that are long or hold control characters");
        Must.Equal(0L, await world.Database.ReadAsync<long>("""
            select count(*) from captures c
            where abs((exif -> 'gps' ->> 'latitude')::float8) > 90 or abs((exif -> 'gps' ->> 'longitude')::float8) > 180
            """), "places off the Earth");
        Must.Hold(await world.Database.ReadAsync<long>("""
            select count(*) from captures where exif ->> 'Image Description' like '<script>%'
            """) > 0, "The script is kept as the text that it is.");
        using var browser = await Grounds.AdminAsync(world, asBrowser: true);
        await using var ids = world.Database.Source.CreateCommand("select id from captures where exif is not null");
        await using var reader = await ids.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            using var page = await browser.GetAsync($"/p/{FleetWorld.Project}/pictures/{reader.GetGuid(0)}");
            Must.Hold(page.IsSuccessStatusCode, $"The page of a picture answered {page.StatusCode}.");
            Must.Hold(
                !(await page.Content.ReadAsStringAsync()).Contains(Script, StringComparison.OrdinalIgnoreCase),
                "A page shows a script of EXIF as a script.");
        }
    }

    static List<byte[]> Draw(Random chance, byte[] picture)
    {
        var files = new List<byte[]>
        {
            With(picture, Text(Description, Script + new string('x', chance.Next(5000))), Text(Make, "a\0b\u0001c")),
            With(picture, new Entry(Make, 2, [0xC3, 0x28, 0xFF, 0xFE, 0xED, 0xA0, 0x80, (byte)'k', 0])),
            With(picture, Text(Make, "'; drop table captures; --"), Text(Description, "\\u0000 \u202E{}\"")),
            With(picture, new Entry(MakerNote, 7, Noise(chance, 60_000))),
            With(picture, new Entry(MakerNote, 7, Noise(chance, 100)) { Claims = 10 << 20 }),
            With(picture, new Entry(Make, 2, Noise(chance, 20)) { Claims = uint.MaxValue }),
            With(picture, new Entry(SubDirectory, 4, [8, 0, 0, 0]), Text(Make, "points at itself")),
            With(picture, new Entry(SubDirectory, 4, [0xFF, 0xFF, 0xFF, 0x7F])),
            With(picture, new Entry(GpsDirectory, 4, [8, 0, 0, 0])),
            With(picture, next: 8, Text(Make, "its next directory is itself")),
            With(picture, next: uint.MaxValue, Text(Make, "its next directory is far away")),
            Insert(picture, [.. "II*\0"u8, 8, 0, 0, 0, 0xFF, 0xFF, .. Noise(chance, 3000)]),
            Insert(picture, [.. "II*\0"u8, 0xFF, 0xFF, 0xFF, 0xFF]),
            Insert(picture, [.. "MM\0*"u8]),
            Insert(picture, []),
            AtPlace(picture, 91, 181),
            AtPlace(picture, chance.Next(-90, 91), chance.Next(-180, 181)),
            AtPlace(picture, uint.MaxValue, uint.MaxValue),
            AtPlace(picture, 10, 10, denominator: 0),
        };
        for (var i = 0; i < 4; i++)
        {
            files.Add(Insert(picture, Noise(chance, chance.Next(1, 60_000))));
        }

        files.Add(Megabytes(chance, picture));
        return files;
    }

    /// <summary>As many segments of EXIF as a capture may have bytes.</summary>
    static byte[] Megabytes(Random chance, byte[] picture)
    {
        const int segments = 110;
        var file = new MemoryStream();
        file.Write(picture.AsSpan(0, 2));
        for (var i = 0; i < segments; i++)
        {
            var note = new Entry(MakerNote, 7, Noise(chance, 65_000));
            CraftedJpeg.Segment(file, 0xE1, [.. "Exif\0\0"u8, .. Tiff(0, note)]);
        }

        file.Write(picture.AsSpan(2));
        return file.ToArray();
    }

    static byte[] AtPlace(byte[] picture, long latitude, long longitude, uint denominator = 1)
    {
        byte[] Degrees(long value)
        {
            var bytes = new byte[24];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Math.Abs(value));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), denominator);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), denominator);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), denominator);
            return bytes;
        }

        // The first directory has one entry and ends at 26; the directory of the place follows it.
        const int gpsAt = 26;
        var first = Tiff(0, new Entry(GpsDirectory, 4, [gpsAt, 0, 0, 0]));
        var gps = Directory(
            gpsAt, 0,
            new Entry(1, 2, [(byte)(latitude < 0 ? 'S' : 'N'), 0, 0, 0]) { Claims = 2 },
            new Entry(2, 5, Degrees(latitude)) { Claims = 3 },
            new Entry(3, 2, [(byte)(longitude < 0 ? 'W' : 'E'), 0, 0, 0]) { Claims = 2 },
            new Entry(4, 5, Degrees(longitude)) { Claims = 3 });
        return Insert(picture, [.. first, .. gps]);
    }

    static Entry Text(ushort tag, string text) => new(tag, 2, [.. Encoding.UTF8.GetBytes(text), 0, 0, 0, 0]);

    static byte[] With(byte[] picture, params ReadOnlySpan<Entry> entries) => With(picture, 0, entries);

    static byte[] With(byte[] picture, uint next, params ReadOnlySpan<Entry> entries) =>
        Insert(picture, Tiff(next, entries));

    static byte[] Insert(byte[] picture, ReadOnlySpan<byte> tiff) =>
        CraftedJpeg.Insert(picture, 0xE1, [.. "Exif\0\0"u8, .. tiff]);

    static byte[] Tiff(uint next, params ReadOnlySpan<Entry> entries) =>
        [.. "II*\0"u8, 8, 0, 0, 0, .. Directory(8, next, entries)];

    /// <summary>A directory that lies at this offset, with the values that are too long for it behind it.</summary>
    static byte[] Directory(int at, uint next, params ReadOnlySpan<Entry> entries)
    {
        var values = new MemoryStream();
        var bytes = new byte[2 + (entries.Length * 12) + 4];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            var place = bytes.AsSpan(2 + (i * 12), 12);
            BinaryPrimitives.WriteUInt16LittleEndian(place, entry.Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(place[2..], entry.Type);
            var count = entry.Type == 4 ? 1 : (uint)entry.Value.Length;
            BinaryPrimitives.WriteUInt32LittleEndian(place[4..], entry.Claims ?? count);
            if (entry.Value.Length <= 4)
            {
                entry.Value.CopyTo(place[8..]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(place[8..], (uint)(at + bytes.Length + values.Length));
                values.Write(entry.Value);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), next);
        return [.. bytes, .. values.ToArray()];
    }

    static byte[] Noise(Random chance, int count)
    {
        var bytes = new byte[count];
        chance.NextBytes(bytes);
        return bytes;
    }

    /// <summary>An entry of a directory; it may claim to have more values than it has.</summary>
    sealed record Entry(ushort Tag, ushort Type, byte[] Value)
    {
        public uint? Claims { get; init; }
    }
}
