using System.Buffers.Binary;
using System.Security.Cryptography;
using WildCam.Hub.Hosting;

namespace WildCam.Hub.Watch;

/// <summary>
/// Encrypts what is pushed to a browser (RFC 8291 over RFC 8188, aes128gcm): the push service carries it and cannot
/// read it.
/// </summary>
static class PushMessage
{
    /// <summary>Bytes of text that every push service takes: 4096 less what the encryption adds.</summary>
    public const int TextBytesMax = 3993;

    const int SaltBytes = 16;
    const int RecordBytes = 4096;
    const int TagBytes = 16;

    /// <summary>The body of one message under a key pair and a salt of its own.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> text, PushSubscription browser)
    {
        using var ours = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(text, browser, ours, RandomNumberGenerator.GetBytes(SaltBytes));
    }

    /// <summary>With the pair and the salt given, so that it can be held against the standard's example.</summary>
    internal static byte[] Encrypt(
        ReadOnlySpan<byte> text, PushSubscription browser, ECDiffieHellman ours, byte[] salt)
    {
        if (text.Length > TextBytesMax)
        {
            throw new ArgumentException($"A push holds {TextBytesMax} bytes at most (TextBytesMax).", nameof(text));
        }

        using var theirs = ECDiffieHellman.Create(PushSubscription.ParametersOf(browser.BrowserKey));
        var shared = ours.DeriveRawSecretAgreement(theirs.PublicKey);
        var point = ours.ExportParameters(includePrivateParameters: false).Q;
        byte[] ourKey = [4, .. point.X!, .. point.Y!];

        // RFC 8291, 3.4: the browser's secret binds the key to this subscription. RFC 8188, 2.2 and 2.3: key and nonce.
        var input = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, shared, 32, browser.Auth,
            [.. "WebPush: info\0"u8, .. browser.BrowserKey, .. ourKey]);
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, input, 16, salt, [.. "Content-Encoding: aes128gcm\0"u8]);
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, input, 12, salt, [.. "Content-Encoding: nonce\0"u8]);

        // RFC 8188, 2.1: salt, record size, length of the key's name, and the name, which is our public key. One
        // record, which 2 ends as the last.
        var head = SaltBytes + sizeof(uint) + 1 + PushSubscription.KeyBytes;
        var body = new byte[head + text.Length + 1 + TagBytes];
        salt.CopyTo(body, 0);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltBytes), RecordBytes);
        body[SaltBytes + sizeof(uint)] = PushSubscription.KeyBytes;
        ourKey.CopyTo(body, head - PushSubscription.KeyBytes);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, [.. text, 2], body.AsSpan(head, text.Length + 1), body.AsSpan(head + text.Length + 1));
        return body;
    }
}
