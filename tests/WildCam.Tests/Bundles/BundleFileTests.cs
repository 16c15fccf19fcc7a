using WildCam.Wire;

namespace WildCam.Tests.Bundles;

public sealed class BundleFileTests
{
    static BundleFile Example() => new()
    {
        Board = Boards.Esp32Ov2640, Major = 0x1112, Minor = 0x2122, Patch = 0x3132, LoaderMajor = 0x4142,
        LoaderMinor = 0x5152, Names = ["WildCam.Wire", "WildCam.Esp32"], Sizes = [0x61626364, 7],
        Signature = [.. Enumerable.Range(1, BundleFile.SignatureBytes).Select(i => (byte)i)],
    };

    static byte[] Bytes(BundleFile head)
    {
        var bytes = new byte[head.HeadBytes];
        Assert.Equal(bytes.Length, head.Write(bytes, 0));
        return bytes;
    }

    [Fact]
    public void A_head_comes_back_as_it_was_also_with_the_assemblies_behind_it()
    {
        var head = Example();
        byte[] file = [0xEE, .. Bytes(head), 1, 2, 3];
        Assert.True(BundleFile.TryRead(file, 1, file.Length - 1, out var read));
        Assert.Equal(
            (head.Board, head.Major, head.Minor, head.Patch), (read.Board, read.Major, read.Minor, read.Patch));
        Assert.Equal(
            (head.LoaderMajor, head.LoaderMinor, head.Contract), (read.LoaderMajor, read.LoaderMinor, read.Contract));
        Assert.Equal(head.Names, read.Names);
        Assert.Equal(head.Sizes, read.Sizes);
        Assert.Equal(head.Signature, read.Signature);
        Assert.Equal(head.HeadBytes + 0x61626364u + 7, read.TotalBytes);
    }

    [Fact]
    public void The_layout_is_that_of_the_documentation()
    {
        var bytes = Bytes(Example());
        Assert.Equal("0157434276000212112221323142415251", Convert.ToHexStringLower(bytes[..17]));
        Assert.Equal(BundleFile.ContractNow, bytes[17]);
        Assert.Equal(2, bytes[18]);
        Assert.Equal("64636261" + "0c", Convert.ToHexStringLower(bytes[19..24]));
        Assert.Equal("WildCam.Wire"u8, bytes.AsSpan(24, 12));
    }

    [Fact]
    public void No_cut_or_absurd_head_is_read()
    {
        var bytes = Bytes(Example());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(BundleFile.TryRead(bytes[..length], 0, length, out _));
        }

        var huge = Example();
        huge.Sizes = [uint.MaxValue, uint.MaxValue];
        Assert.False(BundleFile.TryRead(Bytes(huge), 0, huge.HeadBytes, out _));
        var none = Example();
        (none.Names, none.Sizes) = ([], []);
        Assert.False(BundleFile.TryRead(Bytes(none), 0, none.HeadBytes, out _));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var chance = new Random(7);
        var example = Bytes(Example());
        var readable = 0;
        for (var round = 0; round < 20_000; round++)
        {
            byte[] mutated = [.. example];
            for (var i = chance.Next(1, 5); i > 0; i--)
            {
                mutated[chance.Next(mutated.Length)] ^= (byte)(1 << chance.Next(8));
            }

            readable += BundleFile.TryRead(mutated, 0, mutated.Length, out _) ? 1 : 0;
        }

        Assert.InRange(readable, 1, 20_000);
    }

    [Fact]
    public void An_authenticator_covers_every_byte_of_an_offer_and_needs_the_key()
    {
        byte[] key = [1, 2, 3];
        var offer = new BundleOffer { BundleId = 9, SizeBytes = 4, Number = 77 };
        offer.Authenticator = offer.ComputeAuthenticator(key);
        Assert.NotEqual(offer.Authenticator, offer.ComputeAuthenticator([1, 2, 4]));
        var bytes = new byte[BundleOffer.Bytes];
        offer.Write(bytes, 0);
        for (var at = 1; at < BundleOffer.Bytes - Protocol.DigestBytes; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.True(BundleOffer.TryRead(changed, 0, changed.Length, out var read));
            Assert.NotEqual(read.Authenticator, read.ComputeAuthenticator(key));
        }
    }
}
