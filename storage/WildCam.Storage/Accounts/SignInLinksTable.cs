using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>Links that let someone in once. A server's first belongs to nobody yet and leads to /setup.</summary>
public sealed class SignInLinksTable(NpgsqlDataSource database)
{
    /// <summary>How long a link can be used.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromHours(1);

    /// <summary>Makes a link for an account, or for the first set-up (null); its secret.</summary>
    public async Task<string> CreateAsync(int? accountId, CancellationToken cancellationToken)
    {
        var (secret, hash) = Secret.Create();
        await using var command = database.Command("""
            insert into sign_in_links (token_hash, account_id, expires_at) values ($1, $2::int, now() + $3)
            """, hash, accountId, Keep);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return secret;
    }

    /// <summary>
    /// Makes a link for the machine's owner: to /setup while there is no account, else to the oldest admin's sign-in.
    /// Gives the path with its query, to be put behind the hub's address.
    /// </summary>
    public async Task<string> CreateForOwnerAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id from accounts where kind = 1 and is_admin and disabled_at is null order by id limit 1
            """);
        var admin = (int?)await command.ExecuteScalarAsync(cancellationToken);
        var secret = await CreateAsync(admin, cancellationToken);
        return admin is null ? $"/setup?link={secret}" : $"/sign-in?link={secret}";
    }

    /// <summary>Whether the link would let someone in now; it stays unused.</summary>
    public async Task<bool> IsOpenAsync(string secret, CancellationToken cancellationToken)
    {
        if (Secret.HashOf(secret) is not { } hash)
        {
            return false;
        }

        await using var command = database.Command("""
            select exists (
              select from sign_in_links where token_hash = $1 and used_at is null and expires_at > now())
            """, hash);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Uses a link up. False: no such link, used, or past its time. Null account: the first.</summary>
    internal static async Task<(bool Used, int? AccountId)> UseAsync(
        NpgsqlConnection connection, string secret, CancellationToken cancellationToken)
    {
        if (Secret.HashOf(secret) is not { } hash)
        {
            return (false, null);
        }

        await using var command = connection.Command("""
            update sign_in_links l set used_at = now()
            where token_hash = $1 and used_at is null and expires_at > now()
              and (account_id is null
                or exists (select from accounts a where a.id = l.account_id and a.disabled_at is null))
            returning account_id
            """, hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (true, reader.Get<int>(0)) : (false, null);
    }
}
