using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WildCam.Hub.Hosting;

namespace WildCam.Worlds;

/// <summary>A browser's side of Web Push: its keys, and RFC 8291 written down a second time, for reading.</summary>
public sealed class PushBrowser : IDisposable
{
    readonly ECDiffieHellman _key;
    readonly byte[] _publicKey;
    readonly byte[] _auth;

    public PushBrowser()
        : this(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), RandomNumberGenerator.GetBytes(16))
    {
    }

    PushBrowser(ECDiffieHellman key, byte[] auth)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (_key, _publicKey, _auth) = (key, [4, .. point.X!, .. point.Y!], auth);
    }

    public string PublicKey => Base64Url.EncodeToString(_publicKey);

    public string Auth => Base64Url.EncodeToString(_auth);

    /// <summary>With keys that are known, in base64url.</summary>
    public static PushBrowser Of(string publicKey, string privateKey, string auth)
    {
        var parameters = PushSubscription.ParametersOf(Base64Url.DecodeFromChars(publicKey));
        parameters.D = Base64Url.DecodeFromChars(privateKey);
        return new PushBrowser(ECDiffieHellman.Create(parameters), Base64Url.DecodeFromChars(auth));
    }

    public PushSubscription At(string endpoint) => PushSubscription.Read(endpoint, PublicKey, Auth)!;

    /// <summary>What was encrypted for this browser.</summary>
    /// <exception cref="CryptographicException">It was encrypted for another, or changed on its way.</exception>
    public byte[] Read(byte[] body)
    {
        if (!body.AsSpan(16, 5).SequenceEqual<byte>([0, 0, 16, 0, 65]))
        {
            throw new CryptographicException("It is no single record of 4096 bytes under a public key.");
        }

        var senderKey = body[21..86];
        using var sender = ECDiffieHellman.Create(PushSubscription.ParametersOf(senderKey));
        var shared = HMACSHA256.HashData(_auth, _key.DeriveRawSecretAgreement(sender.PublicKey));
        var input = HMACSHA256.HashData(
            shared, (byte[])[.. Encoding.ASCII.GetBytes("WebPush: info\0"), .. _publicKey, .. senderKey, 1]);
        var secret = HMACSHA256.HashData(body[..16], input);
        var key = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes("Content-Encoding: aes128gcm\0\u0001"))[..16];
        var nonce = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes("Content-Encoding: nonce\0\u0001"))[..12];
        var text = new byte[body.Length - 86 - 16];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(nonce, body.AsSpan(86, text.Length), body.AsSpan(86 + text.Length), text);
        return text[^1] == 2 ? text[..^1] : throw new CryptographicException("The record is not the last one.");
    }

    public void Dispose() => _key.Dispose();
}
