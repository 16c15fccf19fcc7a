using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>The wire's digest chain and the plain SHA-256 of a picture, without copies of it.</summary>
public static class CaptureDigest
{
    /// <summary>Both digests, 32 bytes each. A test holds the first equal to <see cref="DigestChain"/>.</summary>
    public static (byte[] Chain, byte[] Sha256) Compute(ReadOnlySequence<byte> content)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var memory in content)
        {
            sha256.AppendData(memory.Span);
        }

        Span<byte> link = stackalloc byte[Protocol.DigestBytes];
        Span<byte> across = stackalloc byte[Protocol.BlockBytes];
        HMACSHA256.HashData(DigestChain.Seed(), [], link);
        for (long at = 0; at < content.Length; at += Protocol.BlockBytes)
        {
            var block = content.Slice(at, Math.Min(Protocol.BlockBytes, content.Length - at));
            scoped ReadOnlySpan<byte> bytes = block.FirstSpan;
            if (!block.IsSingleSegment)
            {
                block.CopyTo(across);
                bytes = across[..(int)block.Length];
            }

            HMACSHA256.HashData(link, bytes, link);
        }

        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)content.Length);
        return (HMACSHA256.HashData(link, size), sha256.GetHashAndReset());
    }
}
