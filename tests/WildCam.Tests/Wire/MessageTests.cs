using System.Globalization;
using WildCam.Wire;

namespace WildCam.Tests.Wire;

public sealed class MessageTests(ITestOutputHelper output)
{
    const int FuzzRounds = 20_000;

    static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"),
        CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    public static TheoryData<string> Names => [.. Messages.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_are_those_of_the_golden_file(string name)
    {
        var kind = Messages.Named(name);
        var path = Path.Combine(RepositoryRoot.Path, "tests/WildCam.Tests/Wire/Golden", name + ".hex");
        var text = $"# {Messages.Facts(kind.Message)}\n" + string.Join('\n',
            kind.Example.Chunk(16).Select(row => string.Join(' ', row.Select(b => b.ToString("x2"))))) + "\n";
        if (Environment.GetEnvironmentVariable("WILDCAM_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path), $"{path} is missing; WILDCAM_UPDATE_SNAPSHOTS=1 writes it.");
        Assert.Equal(File.ReadAllText(path), text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_comes_back_as_it_was_from_anywhere_in_a_buffer(string name)
    {
        var kind = Messages.Named(name);
        byte[] buffer = [0xEE, 0xEE, 0xEE, .. kind.Example, 0xEE];
        Assert.True(kind.TryRead(buffer, 3, kind.Example.Length, out var read));
        Assert.Equal(Messages.Facts(kind.Message), Messages.Facts(read!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_of_another_version_or_length_is_refused(string name)
    {
        var kind = Messages.Named(name);
        for (var length = 0; length < kind.Example.Length; length++)
        {
            // A will is text of free length: only what is not a whole number is refused.
            Assert.True(name == "LastWill" || !kind.TryRead(kind.Example[..length], 0, length, out _), $"{length}");
        }

        byte[] longer = [.. kind.Example, 0];
        Assert.False(kind.TryRead(longer, 0, longer.Length, out _));
        byte[] newer = [.. kind.Example];
        newer[0]++;
        Assert.False(kind.TryRead(newer, 0, newer.Length, out _));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_bytes_make_a_reader_throw_or_read_outside(string name)
    {
        output.WriteLine($"WILDCAM_SEED={Seed}");
        var chance = new Random(Seed);
        var kind = Messages.Named(name);
        var readable = 0;
        for (var round = 0; round < FuzzRounds; round++)
        {
            var bytes = Fuzzed(kind.Example, chance);
            // The array ends where the message ends, so reading outside of it would throw.
            var offset = chance.Next(3);
            byte[] buffer = [.. new byte[offset], .. bytes];
            if (kind.IsSealed && bytes.Length == kind.Example.Length && chance.Next(2) == 0)
            {
                // Else nothing behind the CRC would ever be read.
                Crc32.Seal(buffer, offset, buffer.Length - Crc32.Bytes);
            }

            if (kind.TryRead(buffer, offset, bytes.Length, out var read))
            {
                readable++;
                Assert.NotEmpty(Messages.Facts(read!));
            }
        }

        // Else the bytes were so wrong that the test saw the first line of the reader only.
        Assert.True(readable > 0 || name == "SpoolFooter", $"Seed {Seed}: nothing was readable.");
    }

    [Theory]
    [InlineData("Begin")]
    [InlineData("Heartbeat")]
    [InlineData("Hello")]
    [InlineData("Receipt")]
    public void Any_flipped_bit_makes_a_sealed_message_unreadable(string name)
    {
        var kind = Messages.Named(name);
        Assert.True(kind.IsSealed);
        for (var bit = 0; bit < 8 * kind.Example.Length; bit++)
        {
            byte[] flipped = [.. kind.Example];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(kind.TryRead(flipped, 0, flipped.Length, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void A_begin_of_before_the_seal_is_read_from_a_quarantine()
    {
        var kind = Messages.Named("Begin");
        var old = kind.Example[..^Crc32.Bytes];
        old[0] = Protocol.Version;
        Assert.True(Begin.TryRead(old, 0, old.Length, out var begin));
        Assert.Equal(Messages.Facts(kind.Message), Messages.Facts(begin));
    }

    [Theory]
    [InlineData(8, 0x80)]
    [InlineData(9, 0x02)]
    public void A_want_with_bits_behind_its_last_chunk_is_refused_where_there_are_any(int chunks, byte last)
    {
        var want = new Want { ChunkCount = (ushort)chunks, Missing = [0xFF, last] };
        var bytes = new byte[want.Length];
        want.Write(bytes, 0);
        Assert.Equal(chunks == 8, Want.TryRead(bytes, 0, bytes.Length, out _));
    }

    [Theory]
    [InlineData("up/hub")]
    [InlineData("Hub")]
    [InlineData("a+")]
    [InlineData("#")]
    public void A_route_that_could_leave_its_topic_level_is_refused(string route)
    {
        var want = new Want { ChunkCount = 1, Missing = [1], Route = route };
        var bytes = new byte[want.Length];
        want.Write(bytes, 0);
        Assert.False(Want.TryRead(bytes, 0, bytes.Length, out _));
    }

    [Theory]
    [InlineData("1:7:9", true)]
    [InlineData("1:4294967295:4294967295", true)]
    [InlineData("1:4294967296:1", false)]
    [InlineData("1:7:", false)]
    [InlineData("1::9", false)]
    [InlineData("2:7:9", false)]
    [InlineData("1:7:9:", false)]
    [InlineData("1:-7:9", false)]
    [InlineData("1:7: 9", false)]
    [InlineData("", false)]
    public void A_last_will_is_two_numbers_behind_the_version(string text, bool isWill)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Equal(isWill, LastWill.TryRead(bytes, 0, bytes.Length, out var will));
        Assert.True(!isWill || will.Text() == text);
    }

    static byte[] Fuzzed(byte[] example, Random chance)
    {
        switch (chance.Next(4))
        {
            case 0:
                var random = new byte[chance.Next(2 * example.Length)];
                chance.NextBytes(random);
                return random;
            case 1:
                return example[..chance.Next(example.Length)];
            case 2:
                var longer = new byte[example.Length + chance.Next(1, 9)];
                example.CopyTo(longer, 0);
                return longer;
            default:
                byte[] mutated = [.. example];
                for (var i = chance.Next(1, 5); i > 0; i--)
                {
                    mutated[chance.Next(mutated.Length)] ^= (byte)(1 << chance.Next(8));
                }

                return mutated;
        }
    }
}
