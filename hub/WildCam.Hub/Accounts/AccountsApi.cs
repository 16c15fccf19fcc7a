using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Accounts;

public sealed record ProjectAnswer(int Id, string Slug, string Name, string TimeZone, bool IsDemo, string Role);

/// <summary>
/// A token to be made; it lasts 90 days where nothing is said. Scopes limit it: read, decide, import, export, manage;
/// without any it may do what the account may.
/// </summary>
public sealed record TokenBody(string Name, int? Days = null, IReadOnlyList<string>? Scopes = null);

public sealed record TokenAnswer(
    int Id, string Name, IReadOnlyList<string>? Scopes, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>A new token: shown this once.</summary>
public sealed record NewTokenAnswer(TokenAnswer Token, string Secret);

/// <summary>The visitor's projects and tokens, for programs.</summary>
static class AccountsApi
{
    const int TokenDaysDefault = 90;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/projects", ListProjectsAsync);
        api.MapGet("/tokens", ListTokensAsync);
        api.MapPost("/tokens", CreateTokenAsync);
        api.MapDelete("/tokens/{id:int}", RevokeTokenAsync);
    }

    static async Task<Ok<IReadOnlyList<ProjectAnswer>>> ListProjectsAsync(
        HttpContext context, ProjectsTable projects, CancellationToken cancellationToken)
    {
        var open = await projects.ListForAsync(context.User.AccountId()!.Value, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<ProjectAnswer>>([.. open.Select(p =>
            new ProjectAnswer(p.Id, p.Slug, p.Name, p.TimeZone, p.IsDemo, CaptureQuery.Word(p.Role)))]);
    }

    static async Task<Ok<IReadOnlyList<TokenAnswer>>> ListTokensAsync(
        HttpContext context, ApiTokensTable tokens, CancellationToken cancellationToken)
    {
        var own = await tokens.ListAsync(context.User.AccountId()!.Value, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<TokenAnswer>>([.. own.Select(ToAnswer)]);
    }

    static async Task<Results<Created<NewTokenAnswer>, ProblemHttpResult>> CreateTokenAsync(
        TokenBody body, HttpContext context, ApiTokensTable tokens, AuditTable audit,
        CancellationToken cancellationToken)
    {
        if (body.Name.Length is 0 or > ApiTokensTable.NameCharsMax
            || body.Name.Contains('\0', StringComparison.Ordinal))
        {
            return Problems.Invalid("name", $"A name has 1 to {ApiTokensTable.NameCharsMax} characters.");
        }

        var keep = TimeSpan.FromDays(body.Days ?? TokenDaysDefault);
        if (keep < TimeSpan.FromDays(1) || keep > ApiTokensTable.KeepMax)
        {
            return Problems.Invalid("days", $"A token lasts 1 to {ApiTokensTable.KeepMax.TotalDays} days (KeepMax).");
        }

        // A token that is limited itself makes none that may do more.
        var most = context.User.Scopes() ?? TokenScopes.All;
        if (body.Scopes is null ? context.User.Scopes() is not null
            : body.Scopes.Count == 0 || body.Scopes.Any(s => !most.Contains(s, StringComparer.Ordinal)))
        {
            return Problems.Invalid("scopes", $"Scopes are some of {string.Join(", ", most)}.");
        }

        var account = context.User.AccountId()!.Value;
        if (await tokens.CreateAsync(account, body.Name, keep, body.Scopes, cancellationToken)
            is not var (token, secret))
        {
            return Problems.Of(StatusCodes.Status409Conflict, "too-many-tokens",
                $"The account has {ApiTokensTable.OpenMax} tokens (OpenMax). Revoke one.");
        }

        await audit.AddAsync(
            new AuditEntry(context.Actor(), "token.create", body.Name)
            {
                After = new { token.Id, token.ExpiresAt },
            },
            cancellationToken);
        return TypedResults.Created("/api/v1/tokens", new NewTokenAnswer(ToAnswer(token), secret));
    }

    static async Task<Results<NoContent, ProblemHttpResult>> RevokeTokenAsync(
        int id, HttpContext context, ApiTokensTable tokens, AuditTable audit, CancellationToken cancellationToken)
    {
        var account = context.User.AccountId()!.Value;
        if (!await tokens.RevokeAsync(account, id, cancellationToken))
        {
            return Problems.NoSuch("token");
        }

        await audit.AddAsync(new AuditEntry(context.Actor(), "token.revoke", $"{id}"), cancellationToken);
        return TypedResults.NoContent();
    }

    static TokenAnswer ToAnswer(ApiToken t) =>
        new(t.Id, t.Name, t.Scopes, t.CreatedAt, t.UsedAt, t.ExpiresAt, t.RevokedAt);
}
