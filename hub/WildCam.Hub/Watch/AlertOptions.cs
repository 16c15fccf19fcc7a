using System.ComponentModel.DataAnnotations;

namespace WildCam.Hub.Watch;

/// <summary>What the operator sets for alerts; section WildCam:Alerts.</summary>
public sealed class AlertOptions
{
    public const string Section = "WildCam:Alerts";

    /// <summary>Mail server; empty: no e-mail.</summary>
    public string SmtpHost { get; set; } = "";

    [Range(1, 65535)]
    public int SmtpPort { get; set; } = 587;

    /// <summary>"starttls", "tls" or "none".</summary>
    [RegularExpression("starttls|tls|none")]
    public string SmtpSecurity { get; set; } = "starttls";

    public string SmtpUser { get; set; } = "";

    /// <summary>From the environment or a file.</summary>
    public string SmtpPassword { get; set; } = "";

    /// <summary>The address that mails come from.</summary>
    public string SmtpFrom { get; set; } = "";

    /// <summary>
    /// Addresses and networks (10.0.0.0/8), divided by commas, that Slack, SMS and webhooks may lead to although they
    /// are not public; empty: none.
    /// </summary>
    public string AllowedNetworks { get; set; } = "";

    /// <summary>
    /// Where a push service may complain, as mailto: or https:; empty: the hub's public address, if that is https.
    /// </summary>
    [RegularExpression("(mailto:|https://).+")]
    public string PushContact { get; set; } = "";
}
