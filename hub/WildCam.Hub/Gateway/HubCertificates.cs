using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WildCam.Hub.Gateway;

/// <summary>
/// The hub's own certificate authority and the server certificate that it signs. Both are valid from 1970 to 2049: a
/// camera whose clock was never set must be able to check them. Trust rests on the private authority, not on dates.
/// ECDSA on P-256, which the ESP32's mbedTLS checks in hardware-friendly time.
/// </summary>
static class HubCertificates
{
    public const string AuthorityFile = "ca.crt";
    const string AuthorityKeyFile = "ca.key";
    const string ServerFile = "server.crt";
    const string ServerKeyFile = "server.key";
    const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static readonly DateTimeOffset NotBefore = DateTimeOffset.UnixEpoch;

    // The last year that the short form of a date can hold (RFC 5280, 4.1.2.5.1).
    static readonly DateTimeOffset NotAfter = new(2049, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>The server certificate with its key, made where there is none for all of these names.</summary>
    public static X509Certificate2 LoadOrCreate(string folder, IEnumerable<string> names)
    {
        Directory.CreateDirectory(folder);
        var authorityPath = Path.Combine(folder, AuthorityFile);
        var serverPath = Path.Combine(folder, ServerFile);
        if (!File.Exists(authorityPath))
        {
            CreateAuthority(folder);
        }

        var wanted = names.Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (!File.Exists(serverPath) || !Covers(serverPath, wanted))
        {
            CreateServer(folder, wanted);
        }

        return X509Certificate2.CreateFromPemFile(serverPath, Path.Combine(folder, ServerKeyFile));
    }

    /// <summary>Names under which cameras on the local network may know this machine.</summary>
    public static IEnumerable<string> LocalNames()
    {
        yield return "localhost";
        yield return Dns.GetHostName();
        yield return IPAddress.Loopback.ToString();
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var address in card.GetIPProperties().UnicastAddresses)
            {
                if (address.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
                {
                    yield return address.Address.ToString();
                }
            }
        }
    }

    static void CreateAuthority(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WildCam hub authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(NotBefore, NotAfter);
        WriteKey(Path.Combine(folder, AuthorityKeyFile), key);
        Replace(Path.Combine(folder, AuthorityFile), authority.ExportCertificatePem());
    }

    static void CreateServer(string folder, List<string> names)
    {
        using var authority = X509Certificate2.CreateFromPemFile(
            Path.Combine(folder, AuthorityFile), Path.Combine(folder, AuthorityKeyFile));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WildCam hub", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x01); // positive and without leading zeros
        using var server = request.Create(authority, NotBefore, NotAfter, serial);
        WriteKey(Path.Combine(folder, ServerKeyFile), key);
        Replace(Path.Combine(folder, ServerFile), server.ExportCertificatePem());
    }

    static bool Covers(string serverPath, List<string> names)
    {
        using var server = X509Certificate2.CreateFromPem(File.ReadAllText(serverPath));
        var alternatives = server.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (alternatives is null)
        {
            return false;
        }

        var covered = alternatives.EnumerateDnsNames()
            .Concat(alternatives.EnumerateIPAddresses().Select(a => a.ToString()))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return names.TrueForAll(covered.Contains);
    }

    static void WriteKey(string path, ECDsa key)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OperatingSystem.IsWindows() ? null : KeyMode,
        }))
        using (var writer = new StreamWriter(file))
        {
            writer.Write(key.ExportPkcs8PrivateKeyPem());
        }

        File.Move(temporary, path, overwrite: true);
    }

    static void Replace(string path, string text)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}
