using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>Sessions of browsers, here so that signing out or disabling an account ends them in every hub.</summary>
public sealed class SessionsTable(NpgsqlDataSource database)
{
    /// <summary>A session that nobody uses ends after this.</summary>
    public static readonly TimeSpan IdleKeep = TimeSpan.FromDays(14);

    /// <summary>Every session ends after this.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(90);

    /// <summary>How often at most a session's use is written down.</summary>
    public static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    /// <summary>Opens a session; its secret and its end.</summary>
    public async Task<(string Secret, DateTimeOffset ExpiresAt)> OpenAsync(
        int accountId, CancellationToken cancellationToken)
    {
        var (secret, hash) = Secret.Create();
        await using var command = database.Command("""
            insert into sessions (token_hash, account_id, expires_at) values ($1, $2, now() + $3)
            returning now() + $4
            """, hash, accountId, IdleKeep, Keep);
        return (secret, new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!));
    }

    /// <summary>Who has this session; null: nobody, any more.</summary>
    public async Task<Visitor?> FindVisitorAsync(string secret, CancellationToken cancellationToken)
    {
        if (Secret.HashOf(secret) is not { } hash)
        {
            return null;
        }

        var isDue = false;
        Visitor? visitor = null;
        await using (var command = database.Command("""
            select a.id, a.name, a.is_admin, s.seen_at < now() - $2
            from sessions s join accounts a on a.id = s.account_id
            where s.token_hash = $1 and s.expires_at > now() and a.disabled_at is null
            """, hash, SeenEvery))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                visitor = new Visitor(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2));
                isDue = reader.GetBoolean(3);
            }
        }

        if (isDue)
        {
            await NoteUseAsync(hash, cancellationToken);
        }

        return visitor;
    }

    async Task NoteUseAsync(byte[] hash, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.Command("""
                update sessions set seen_at = now(), expires_at = least(created_at + $4, now() + $3)
                where token_hash = $1 and expires_at > now() and seen_at < now() - $2
                """, hash, SeenEvery, IdleKeep, Keep);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException fault) when (DatabaseFault.IsPassing(fault))
        {
            // A database that is full or read-only can still be looked at; the next request notes it.
        }
    }

    /// <summary>Ends a session; true where there was one.</summary>
    public async Task<bool> CloseAsync(string secret, CancellationToken cancellationToken)
    {
        if (Secret.HashOf(secret) is not { } hash)
        {
            return false;
        }

        await using var command = database.Command("delete from sessions where token_hash = $1", hash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Removes what has ended: sessions, links past their time, and links that were used.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with links as (delete from sign_in_links where expires_at < now() - interval '1 day')
            delete from sessions where expires_at < now()
            """);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
