using Microsoft.Extensions.Options;

namespace WildCam.Hub.Hosting;

/// <summary>What every answer says to the browser, and what is refused before anything is read.</summary>
static class RequestGuards
{
    // Own files only, and nothing inline: a script that slips into a name or a note is text.
    const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UseRequestGuards(this WebApplication app)
    {
        // The one thing from elsewhere that an operator may ask for: a map's tiles.
        var tiles = app.Services.GetRequiredService<IOptions<MapOptions>>().Value.TileOrigin;
        var policy = tiles is null
            ? ContentSecurityPolicy
            : ContentSecurityPolicy.Replace("img-src 'self'", $"img-src 'self' {tiles}", StringComparison.Ordinal);
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)";
            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            return next(context);
        });
        app.Use((context, next) => IsFromAnotherSite(context.Request)
            ? Problems.Of(StatusCodes.Status403Forbidden, "cross-site",
                "A page of another site may not change anything here.").ExecuteAsync(context)
            : next(context));
    }

    /// <summary>
    /// Whether a page of another site sends the browser here with its session to change something. The cookie is kept
    /// from such requests by SameSite already, and forms carry a token; this holds for every route, also JSON.
    /// </summary>
    internal static bool IsFromAnotherSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method) || SessionCookie.Read(request) is null)
        {
            return false;
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && (!Uri.TryCreate(origin, UriKind.Absolute, out var from)
                || !string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
