namespace WildCam.Storage.Accounts;

/// <summary>Someone who can be named as an author: a person, or the simulator.</summary>
public sealed record Account(
    int Id, string Email, string Name, bool IsAdmin, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt);

/// <summary>Who makes a request, proven by a session or an API token.</summary>
public sealed record Visitor(int AccountId, string Name, bool IsAdmin)
{
    /// <summary>What the token is limited to; null: a session, or a token without limits.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }
}

/// <summary>Why an account was not made or let in.</summary>
public enum AccountRefusal
{
    None,
    BadEmail,
    BadName,
    BadPassword,
    BadProject,
    EmailTaken,

    /// <summary>Unknown account, wrong password, disabled: to the outside all the same.</summary>
    Wrong,

    /// <summary>Too many tries; see RetryAfter.</summary>
    TooSoon,

    /// <summary>The link is unknown, used, or past its time.</summary>
    BadLink,

    /// <summary>The first account exists already.</summary>
    AlreadySetUp,
}

/// <summary>What became of a sign-in; the session's secret goes into the cookie and is stored nowhere.</summary>
public sealed record SignedIn(
    int? AccountId, string? Session, DateTimeOffset ExpiresAt, AccountRefusal Refusal, TimeSpan RetryAfter)
{
    public static SignedIn No(AccountRefusal refusal, TimeSpan retryAfter = default) =>
        new(null, null, default, refusal, retryAfter);
}

/// <summary>The first account of a server, and its first project if named.</summary>
public sealed record FirstAccount(string Email, string Name, string Password)
{
    public string? ProjectSlug { get; init; }

    public string? ProjectName { get; init; }

    /// <summary>IANA.</summary>
    public string TimeZone { get; init; } = "UTC";

    public string Language { get; init; } = "en";
}
