using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Where a channel leads: an e-mail address, or an address of the web with what it needs. In SMS templates {to} and
/// {text} stand for the number and the message. A browser has its secret and its public key, both in base64url.
/// </summary>
public sealed record ChannelSettings(
    string Target, string Secret = "", string Number = "", string Body = "", string Authorization = "",
    string BrowserKey = "")
{
    public const int TargetCharsMax = 500;

    public const int BodyCharsMax = 1000;

    const string SecretPrefix = "whsec_";

    /// <summary>A new signing secret, as the Standard Webhooks specification writes it.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The key in a signing secret; null: it is none of 24 to 64 bytes.</summary>
    public static byte[]? KeyOf(string secret)
    {
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        var key = new byte[64];
        return Convert.TryFromBase64String(text, key, out var length) && length >= 24 ? key[..length] : null;
    }

    /// <summary>What people may see of it: never a path, which is often the secret.</summary>
    public string Shown(ChannelKind kind) => kind switch
    {
        ChannelKind.Email => Target,
        ChannelKind.Sms => $"{Number} through {new Uri(Target).Host}",
        _ => new Uri(Target).Host,
    };
}

/// <summary>Keeps channels' settings out of the database's reach: sealed under the hub's key folder.</summary>
public sealed class ChannelSeal(IDataProtectionProvider protection)
{
    readonly IDataProtector _protector = protection.CreateProtector("alert-channel");

    public byte[] Seal(ChannelSettings settings) =>
        _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(settings));

    /// <summary>Null where the keys under which it was sealed are gone.</summary>
    public ChannelSettings? Open(byte[] sealedSettings)
    {
        try
        {
            return JsonSerializer.Deserialize<ChannelSettings>(_protector.Unprotect(sealedSettings));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
