using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Hosting;

/// <summary>
/// The key pair by which push services know this hub (VAPID, RFC 8292): made when it is first needed, the private key
/// sealed under the hub's key folder. Hubs of one database share it.
/// </summary>
public sealed class PushKeys(PushKeysTable table, IDataProtectionProvider protection)
{
    /// <summary>How long a token is good for; services take 24 h at most.</summary>
    static readonly TimeSpan TokenLife = TimeSpan.FromHours(12);

    readonly IDataProtector _protector = protection.CreateProtector("push-key");

    /// <summary>The public key, uncompressed, as browsers want it.</summary>
    public async Task<byte[]> GetPublicKeyAsync(CancellationToken cancellationToken)
    {
        var (publicKey, key) = await OpenAsync(cancellationToken);
        CryptographicOperations.ZeroMemory(key);
        return publicKey;
    }

    /// <summary>The Authorization header of a push; a contact is where the service may complain.</summary>
    public async Task<string> AuthorizeAsync(
        Uri endpoint, string contact, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (publicKey, key) = await OpenAsync(cancellationToken);
        using var signer = ECDsa.Create();
        signer.ImportECPrivateKey(key, out _);
        CryptographicOperations.ZeroMemory(key);
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["aud"] = endpoint.GetLeftPart(UriPartial.Authority),
            ["exp"] = (now + TokenLife).ToUnixTimeSeconds(),
        };
        if (contact.Length > 0)
        {
            claims["sub"] = contact;
        }

        var signed = $"{Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8)}."
            + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        var signature = signer.SignData(
            System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"vapid t={signed}.{Base64Url.EncodeToString(signature)}, k={Base64Url.EncodeToString(publicKey)}";
    }

    async Task<(byte[] PublicKey, byte[] PrivateKey)> OpenAsync(CancellationToken cancellationToken)
    {
        if (await table.FindAsync(cancellationToken) is { } kept)
        {
            try
            {
                return (kept.PublicKey, _protector.Unprotect(kept.Sealed));
            }
            catch (CryptographicException)
            {
                // The key folder was lost. Browsers are bound to the old key, so they have to be asked again.
                await table.ForgetAsync(kept.PublicKey, cancellationToken);
            }
        }

        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = made.ExportParameters(includePrivateParameters: false).Q;
        await table.KeepAsync(
            [4, .. point.X!, .. point.Y!], _protector.Protect(made.ExportECPrivateKey()), cancellationToken);
        var (publicKey, sealedKey) = (await table.FindAsync(cancellationToken))!.Value;
        return (publicKey, _protector.Unprotect(sealedKey));
    }
}
