using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace WildCam.Hub.Hosting;

/// <summary>
/// The reverse proxies whose word counts: behind one, all visitors come from its address, and would share one limit.
/// From anybody else X-Forwarded-For and -Proto are only text.
/// </summary>
static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        var listed = app.Services.GetRequiredService<IOptions<HubOptions>>().Value.TrustedProxies;
        if (!TryRead(listed, out var networks) || networks.Count == 0)
        {
            return;
        }

        // Each hop of a chain must be known, so that a visitor's own header is never believed beyond the last of them.
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }

    /// <summary>Addresses and networks, divided by commas; false where one is neither.</summary>
    public static bool TryRead(string listed, out List<System.Net.IPNetwork> networks)
    {
        networks = [];
        foreach (var name in listed.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                networks.Add(new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else if (System.Net.IPNetwork.TryParse(name, out var network))
            {
                networks.Add(network);
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
