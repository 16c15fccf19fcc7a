using System.Security.Cryptography;
using WildCam.Wire;

namespace WildCam.Hub.Fleet;

/// <summary>
/// The publisher's signature of a bundle: ECDSA P-256 with SHA-256 over the whole file without the signature. A hub
/// checks it before it offers the bundle; cameras cannot.
/// </summary>
static class BundleSignature
{
    const string CurveOid = "1.2.840.10045.3.1.7";

    /// <summary>Whether a key is of the one curve that bundles are signed with.</summary>
    public static bool IsP256(ECDsa key) => key.ExportParameters(false).Curve.Oid.Value == CurveOid;

    /// <summary>Writes the signature into the head of a bundle.</summary>
    public static void Sign(byte[] bundle, ECDsa key)
    {
        var at = Place(bundle) ?? throw new ArgumentException("No bundle to sign.", nameof(bundle));
        key.SignHash(Hash(bundle, at), DSASignatureFormat.IeeeP1363FixedFieldConcatenation).CopyTo(bundle, at);
    }

    /// <summary>Whether the publisher of this key made the bundle, byte for byte.</summary>
    public static bool IsBy(byte[] bundle, ECDsa publisher) => Place(bundle) is { } at
        && publisher.VerifyHash(
            Hash(bundle, at), bundle.AsSpan(at, BundleFile.SignatureBytes),
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The digest that an offer names: the chain that cameras compute.</summary>
    public static byte[] Digest(byte[] bundle)
    {
        var chain = new DigestChain();
        foreach (var block in bundle.Chunk(Protocol.BlockBytes))
        {
            chain.Append(block);
        }

        return chain.Finish();
    }

    static int? Place(byte[] bundle) =>
        BundleFile.TryRead(bundle, 0, bundle.Length, out var head) ? head.HeadBytes - BundleFile.SignatureBytes : null;

    static byte[] Hash(byte[] bundle, int at)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bundle.AsSpan(0, at));
        hash.AppendData(bundle.AsSpan(at + BundleFile.SignatureBytes));
        return hash.GetHashAndReset();
    }
}
