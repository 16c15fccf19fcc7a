using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace WildCam.Hub.Hosting.Provisioning;

/// <summary>How a camera reaches this hub over TLS, and what it trusts it by.</summary>
/// <param name="Host">The name that is proposed: what the operator configured, else an address of this machine.</param>
/// <param name="Names">All names and addresses that the hub's own certificate is for.</param>
/// <param name="Authority">The hub's own authority, PEM; null with an operator's certificate.</param>
public sealed record HubForCameras(
    string Host, IReadOnlyList<string> Names, int Port, string? Authority, bool IsOperatorTls, string WebUrl)
{
    const int PortByDefault = 8883;

    /// <summary>From the hub's configuration; section WildCam:Gateway is the listeners'.</summary>
    public static async Task<HubForCameras> ReadAsync(
        IConfiguration configuration, HubOptions hub, CancellationToken cancellationToken)
    {
        var gateway = configuration.GetSection("WildCam:Gateway");
        var port = int.TryParse(gateway["MqttTlsPort"], CultureInfo.InvariantCulture, out var number)
            ? number
            : PortByDefault;
        var isOperators = gateway["CertificateFile"] is { Length: > 0 };
        var authority = Path.Combine(hub.DataFolder, "certificates", "ca.crt");
        var named = (gateway["CertificateNames"] ?? "").Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var publicHost = Uri.TryCreate(hub.PublicUrl, UriKind.Absolute, out var url) ? url.Host : null;
        var local = LocalAddresses();
        string[] names = [.. named, .. local, System.Net.Dns.GetHostName(), "localhost", "127.0.0.1"];
        var webPort = hub.WebPort.ToString(CultureInfo.InvariantCulture);
        return new HubForCameras(
            (isOperators ? publicHost : null) ?? names[0], names, port,
            !isOperators && File.Exists(authority) ? await File.ReadAllTextAsync(authority, cancellationToken) : null,
            isOperators,
            hub.PublicUrl.Length > 0
                ? hub.PublicUrl.TrimEnd('/')
                : $"http://{local.FirstOrDefault("localhost")}:{webPort}");
    }

    /// <summary>Why a camera could not reach the hub under this name; null: nothing is known against it.</summary>
    public string? Against(string host) => (this, host) switch
    {
        ({ Port: 0 }, _) => "This hub does not listen for cameras over TLS (WildCam:Gateway:MqttTlsPort is 0).",
        ({ IsOperatorTls: false, Authority: null }, _) =>
            "The hub has made no certificate yet. Start it once: ./wildcam up",
        ({ IsOperatorTls: false }, _) when !Names.Contains(host, StringComparer.OrdinalIgnoreCase) =>
            $"The hub's certificate is not for '{host}'. Set WildCam__Gateway__CertificateNames={host} and restart it.",
        _ => null,
    };

    // Those of the local network, which cameras in it can reach.
    static string[] LocalAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(c => c.OperationalStatus is OperationalStatus.Up
                && c.NetworkInterfaceType is not NetworkInterfaceType.Loopback)
            .SelectMany(c => c.GetIPProperties().UnicastAddresses)
            .Where(a => a.Address.AddressFamily is AddressFamily.InterNetwork)
            .Select(a => a.Address.ToString()),
    ];
}
