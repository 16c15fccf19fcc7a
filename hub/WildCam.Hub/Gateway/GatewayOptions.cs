using System.ComponentModel.DataAnnotations;

namespace WildCam.Hub.Gateway;

/// <summary>How cameras reach the hub; section WildCam:Gateway.</summary>
public sealed class GatewayOptions
{
    public const string Section = "WildCam:Gateway";

    /// <summary>Port of MQTT without TLS; 0: none.</summary>
    [Range(0, 65535)]
    public int MqttPort { get; set; } = 1883;

    /// <summary>Port of MQTT over TLS; 0: none.</summary>
    [Range(0, 65535)]
    public int MqttTlsPort { get; set; } = 8883;

    /// <summary>Server certificate in PEM; empty: one of the hub's own certificate authority.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>Its private key in PEM.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Further names and addresses that the hub's own certificate is for, divided by commas.</summary>
    public string CertificateNames { get; set; } = "";

    /// <summary>Connections of cameras at one time.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsMax { get; set; } = 20_000;
}
