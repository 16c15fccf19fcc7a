using System.Security.Cryptography;
using System.Text;
using WildCam.Wire;

namespace WildCam.Tests.Wire;

public sealed class DigestChainTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(12_345)]
    public void The_chain_is_HMAC_over_blocks_with_each_link_as_the_next_key(int bytes)
    {
        var picture = Picture(bytes);
        var chain = new DigestChain();
        foreach (var block in picture.Chunk(Protocol.BlockBytes))
        {
            chain.Append(block);
        }

        Assert.Equal(Expected(picture), chain.Finish());
    }

    [Fact]
    public void The_digest_of_a_known_picture_never_changes()
    {
        // Computed apart from this project, with Python's hmac over bytes(i * 7 % 251 for i in range(10000)).
        var picture = Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7 % 251)).ToArray();
        var chain = new DigestChain();
        foreach (var block in picture.Chunk(Protocol.BlockBytes))
        {
            chain.Append(block);
        }

        Assert.Equal("9BA2B12678B3D9BADBB628F3074C2353AD580C9B8715501343B02BAD7067DD9A",
            Convert.ToHexString(chain.Finish()));
    }

    [Fact]
    public void A_block_behind_the_short_one_is_refused()
    {
        var chain = new DigestChain();
        chain.Append(new byte[5]);
        Assert.Throws<InvalidOperationException>(() => chain.Append(new byte[5]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    public void A_block_of_a_wrong_length_is_refused(int bytes) =>
        Assert.Throws<ArgumentException>(() => new DigestChain().Append(new byte[bytes]));

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xCBF43926u)]
    public void Crc32_is_that_of_zlib(string text, uint crc)
    {
        // The check value of CRC-32/ISO-HDLC.
        byte[] bytes = [9, .. Encoding.ASCII.GetBytes(text), 9];
        Assert.Equal(crc, Crc32.Compute(bytes, 1, text.Length));
    }

    static byte[] Picture(int bytes)
    {
        var picture = new byte[bytes];
        new Random(bytes).NextBytes(picture);
        return picture;
    }

    static byte[] Expected(byte[] picture)
    {
        var seed = Encoding.ASCII.GetBytes("WildCam capture digest, chain v1");
        var link = HMACSHA256.HashData(seed, Array.Empty<byte>());
        for (var at = 0; at < picture.Length; at += 4096)
        {
            link = HMACSHA256.HashData(link, picture[at..Math.Min(at + 4096, picture.Length)]);
        }

        return HMACSHA256.HashData(link, BitConverter.GetBytes(picture.Length));
    }
}
