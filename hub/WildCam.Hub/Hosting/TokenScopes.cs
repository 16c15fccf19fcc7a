using System.Security.Claims;

namespace WildCam.Hub.Hosting;

/// <summary>What a route asks of a token that is limited to scopes.</summary>
public sealed record TokenScope(string Name);

/// <summary>
/// Tokens for programs may be limited: one that only reads cannot change anything, however much its account may. A
/// session, and a token without scopes, may do all that the account may.
/// </summary>
public static class TokenScopes
{
    /// <summary>Looking.</summary>
    public const string Read = "read";

    /// <summary>Saying what is on pictures.</summary>
    public const string Decide = "decide";

    /// <summary>Bringing in cards, predictions and packages.</summary>
    public const string Import = "import";

    /// <summary>Making and fetching exports.</summary>
    public const string Export = "export";

    /// <summary>Everything else that changes something: cameras, sites, tokens, the server.</summary>
    public const string Manage = "manage";

    public static IReadOnlyList<string> All { get; } = [Read, Decide, Import, Export, Manage];

    const string Claim = "wildcam:scope";

    /// <summary>Limits a principal to these scopes; null: not limited.</summary>
    public static ClaimsPrincipal LimitTo(this ClaimsPrincipal user, IReadOnlyList<string>? scopes)
    {
        if (scopes is not null && user.Identity is ClaimsIdentity identity)
        {
            identity.AddClaim(new Claim(Claim, string.Join(' ', scopes)));
        }

        return user;
    }

    /// <summary>The scopes that a visitor is limited to; null: none.</summary>
    public static IReadOnlyList<string>? Scopes(this ClaimsPrincipal user) =>
        user.FindFirstValue(Claim)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static TBuilder RequireScope<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new TokenScope(scope));

    /// <summary>Refuses what the token's scopes do not cover; without a word of its own a read asks for read.</summary>
    public static void UseTokenScopes(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.User.Scopes() is not { } scopes || context.GetEndpoint() is not { } endpoint)
        {
            return next(context);
        }

        var asked = endpoint.Metadata.GetMetadata<TokenScope>()?.Name
            ?? (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
                ? Read
                : Manage);
        return scopes.Contains(asked, StringComparer.Ordinal)
            ? next(context)
            : Problems.Of(StatusCodes.Status403Forbidden, "scope-missing",
                $"This token lacks the scope '{asked}'. Make one with it: POST /api/v1/tokens.").ExecuteAsync(context);
    });
}
