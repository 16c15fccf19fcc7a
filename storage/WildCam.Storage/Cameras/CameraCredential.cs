using System.Buffers.Text;
using System.Security.Cryptography;

namespace WildCam.Storage.Cameras;

/// <summary>
/// A camera's password: 32 random bytes, shown once as base64url and kept as SHA-256. No slow hash: the bytes cannot be
/// guessed, and a thousand cameras may come back at once.
/// </summary>
public static class CameraCredential
{
    public const int Bytes = 32;

    /// <summary>Characters of the credential as shown: base64url without padding.</summary>
    public const int Chars = 43;

    /// <summary>A new credential and what is stored of it.</summary>
    public static (string Credential, byte[] Hash) Create()
    {
        // One that begins with a hyphen is an option to a command line and a formula to a spreadsheet.
        byte[] secret;
        string credential;
        do
        {
            secret = RandomNumberGenerator.GetBytes(Bytes);
            credential = Base64Url.EncodeToString(secret);
        }
        while (credential[0] == '-');

        return (credential, SHA256.HashData(secret));
    }

    /// <summary>What would be stored of this password; null: it is none of ours.</summary>
    public static byte[]? HashOf(ReadOnlySpan<byte> password)
    {
        Span<byte> secret = stackalloc byte[Bytes];
        return password.Length == Chars
            && Base64Url.DecodeFromUtf8(password, secret, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == Bytes
            ? SHA256.HashData(secret)
            : null;
    }

    /// <summary>Whether this password is the one whose hash is stored; in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> password, byte[]? storedHash)
    {
        Span<byte> secret = stackalloc byte[Bytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (password.Length != Chars
            || Base64Url.DecodeFromUtf8(password, secret, out _, out var written) != System.Buffers.OperationStatus.Done
            || written != Bytes)
        {
            secret.Clear();
        }

        SHA256.HashData(secret, hash);
        return CryptographicOperations.FixedTimeEquals(hash, storedHash ?? new byte[SHA256.HashSizeInBytes])
            && storedHash is not null;
    }
}
