using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Accounts;

/// <summary>
/// Knows a visitor by the session cookie, or a program by its API token. A request with a token is never also let in by
/// a cookie.
/// </summary>
sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder,
    SessionsTable sessions, ApiTokensTable tokens, RecentReads reads)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "wildcam";

    const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? Known(await reads.ReadAsync(
                    (nameof(ApiTokensTable), authorization),
                    c => tokens.FindVisitorAsync(authorization[Bearer.Length..].Trim(), c), Context.RequestAborted))
                : AuthenticateResult.NoResult();
        }

        return SessionCookie.Read(Request) is { } session
            ? Known(await reads.ReadAsync(
                (nameof(SessionsTable), session), c => sessions.FindVisitorAsync(session, c), Context.RequestAborted))
            : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || !HttpMethods.IsGet(Request.Method))
        {
            Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.NotSignedIn().ExecuteAsync(Context);
        }

        Response.Redirect($"/sign-in?to={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.NotAllowed().ExecuteAsync(Context);

    AuthenticateResult Known(Visitor? visitor) => visitor is null
        ? AuthenticateResult.NoResult()
        : AuthenticateResult.Success(new AuthenticationTicket(visitor.ToPrincipal(Scheme.Name), Scheme.Name));
}
