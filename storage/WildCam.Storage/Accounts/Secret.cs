using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace WildCam.Storage.Accounts;

/// <summary>
/// 32 random bytes, given away as base64url and kept as their SHA-256. No slow hash: the bytes cannot be guessed.
/// </summary>
public static class Secret
{
    const int Bytes = 32;
    const int Chars = 43;

    /// <summary>A new secret as text, and what is stored of it.</summary>
    public static (string Text, byte[] Hash) Create()
    {
        var bytes = RandomNumberGenerator.GetBytes(Bytes);
        return (Base64Url.EncodeToString(bytes), SHA256.HashData(bytes));
    }

    /// <summary>What would be stored of this text; null: it is no secret of ours.</summary>
    public static byte[]? HashOf(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        return text.Length == Chars
            && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done
            && written == Bytes
            ? SHA256.HashData(bytes)
            : null;
    }
}
