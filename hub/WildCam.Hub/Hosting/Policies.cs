using System.Net;
using System.Security.Claims;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Hosting;

/// <summary>Names of the authorisation policies. A route names one, or is open to everyone on purpose.</summary>
public static class Policies
{
    /// <summary>A person with a session, or a program with a token.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>An admin of this server.</summary>
    public const string Admin = "admin";
}

/// <summary>The claims that a signed-in visitor has.</summary>
public static class VisitorClaims
{
    public const string Admin = "wildcam:admin";

    public static ClaimsPrincipal ToPrincipal(this Visitor visitor, string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, $"{visitor.AccountId}"));
        identity.AddClaim(new Claim(ClaimTypes.Name, visitor.Name));
        if (visitor.IsAdmin)
        {
            identity.AddClaim(new Claim(Admin, "1"));
        }

        return new ClaimsPrincipal(identity).LimitTo(visitor.Scopes);
    }

    /// <summary>The account; null: nobody is signed in.</summary>
    public static int? AccountId(this ClaimsPrincipal user) =>
        int.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>Who asks, and from where: for the audit.</summary>
    public static Actor Actor(this HttpContext context) => new(
        context.User.AccountId(), (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString());

    public static bool IsAdmin(this ClaimsPrincipal user) => user.HasClaim(Admin, "1");
}
