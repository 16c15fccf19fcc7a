using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Where a browser is told: its push service's address for it, its public key and the secret it shares with whoever
/// may tell it (RFC 8291, section 2).
/// </summary>
public sealed record PushSubscription(Uri Endpoint, byte[] BrowserKey, byte[] Auth)
{
    public const int KeyBytes = 65;

    public const int AuthBytes = 16;

    /// <summary>As a browser's PushSubscription.toJSON writes it; null: it is none that could be told.</summary>
    public static PushSubscription? Read(string? endpoint, string? browserKey, string? auth) =>
        endpoint is { Length: <= ChannelSettings.TargetCharsMax }
        && Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
        && Decode(browserKey, KeyBytes) is { } key && Decode(auth, AuthBytes) is { } secret && IsPoint(key)
            ? new PushSubscription(uri, key, secret)
            : null;

    public static PushSubscription? Of(ChannelSettings settings) =>
        Read(settings.Target, settings.BrowserKey, settings.Secret);

    public ChannelSettings ToSettings() => new(
        Endpoint.OriginalString, Secret: Base64Url.EncodeToString(Auth),
        BrowserKey: Base64Url.EncodeToString(BrowserKey));

    public static ECParameters ParametersOf(byte[] uncompressed) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = uncompressed[1..33], Y = uncompressed[33..65] },
    };

    static byte[]? Decode(string? text, int bytes)
    {
        var target = new byte[bytes];
        return text is not null && text.Length <= bytes * 2
            && Base64Url.IsValid(text, out var length) && length == bytes
            && Base64Url.TryDecodeFromUtf8(Encoding.ASCII.GetBytes(text), target, out _)
                ? target
                : null;
    }

    static bool IsPoint(byte[] key)
    {
        if (key[0] != 4)
        {
            return false;
        }

        try
        {
            using var checked_ = ECDiffieHellman.Create(ParametersOf(key));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
