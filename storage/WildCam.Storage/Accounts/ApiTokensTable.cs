using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>An API token as its owner sees it; the secret itself is shown once and stored nowhere.</summary>
public sealed record ApiToken(
    int Id, string Name, IReadOnlyList<string>? Scopes, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>Tokens for programs; each may do what its account may, or less where it has scopes.</summary>
public sealed class ApiTokensTable(NpgsqlDataSource database)
{
    /// <summary>Stands before every token, so that a leaked one is recognised.</summary>
    public const string Prefix = "wct_";

    public const int NameCharsMax = 100;

    /// <summary>Most tokens of an account that can be used at once.</summary>
    public const int OpenMax = 50;

    /// <summary>Longest life of a token.</summary>
    public static readonly TimeSpan KeepMax = TimeSpan.FromDays(366);

    static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(5);

    /// <summary>Makes a token that may do all that its account may.</summary>
    public Task<(ApiToken Token, string Text)?> CreateAsync(
        int accountId, string name, TimeSpan keep, CancellationToken cancellationToken) =>
        CreateAsync(accountId, name, keep, null, cancellationToken);

    /// <summary>Makes a token; null where the account has as many as it may.</summary>
    /// <param name="scopes">What it is limited to; null: to nothing.</param>
    public async Task<(ApiToken Token, string Text)?> CreateAsync(
        int accountId, string name, TimeSpan keep, IReadOnlyList<string>? scopes, CancellationToken cancellationToken)
    {
        var (secret, hash) = Secret.Create();
        await using var command = database.Command("""
            insert into api_tokens (token_hash, account_id, name, expires_at, scopes)
            select $1, $2, $3, now() + $4, $6::text[]
            where (select count(*) from api_tokens
              where account_id = $2 and revoked_at is null and expires_at > now()) < $5
            returning id, name, scopes, created_at, used_at, expires_at, revoked_at
            """, hash, accountId, name, keep, OpenMax, scopes?.ToArray());
        var made = (await ReadAsync(command, cancellationToken)).FirstOrDefault();
        return made is null ? null : (made, Prefix + secret);
    }

    public async Task<IReadOnlyList<ApiToken>> ListAsync(int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, name, scopes, created_at, used_at, expires_at, revoked_at
            from api_tokens where account_id = $1 order by id desc limit 200
            """, accountId);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<bool> RevokeAsync(int accountId, int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update api_tokens set revoked_at = now() where id = $2 and account_id = $1 and revoked_at is null
            """, accountId, id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Who has this token; null: nobody, any more.</summary>
    public async Task<Visitor?> FindVisitorAsync(string token, CancellationToken cancellationToken)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)
            || Secret.HashOf(token.AsSpan(Prefix.Length)) is not { } hash)
        {
            return null;
        }

        await using var command = database.Command("""
            with used as (
              update api_tokens set used_at = now()
              where token_hash = $1 and (used_at is null or used_at < now() - $2)
                and revoked_at is null and expires_at > now())
            select a.id, a.name, a.is_admin, t.scopes
            from api_tokens t join accounts a on a.id = t.account_id
            where t.token_hash = $1 and t.revoked_at is null and t.expires_at > now() and a.disabled_at is null
            """, hash, UsedEvery);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Visitor(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2))
            {
                Scopes = reader.IsDBNull(3) ? null : reader.GetFieldValue<string[]>(3),
            }
            : null;
    }

    static async Task<List<ApiToken>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var tokens = new List<ApiToken>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tokens.Add(new ApiToken(
                reader.GetInt32(0), reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<string[]>(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.Get<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.Get<DateTimeOffset>(6)));
        }

        return tokens;
    }
}
