using WildCam.Storage.Accounts;

namespace WildCam.Hub.Hosting;

/// <summary>The cookie that carries a browser's session: a secret that scripts and other sites cannot read.</summary>
public static class SessionCookie
{
    public const string Name = "wildcam_session";

    public static string? Read(HttpRequest request) => request.Cookies[Name];

    public static void Write(HttpContext context, SignedIn signedIn) =>
        context.Response.Cookies.Append(Name, signedIn.Session!, Options(context, signedIn.ExpiresAt));

    public static void Clear(HttpContext context) =>
        context.Response.Cookies.Delete(Name, Options(context, expires: null));

    static CookieOptions Options(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        IsEssential = true,
        Path = "/",
        Expires = expires,
    };
}
