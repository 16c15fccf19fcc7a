using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>Somebody whose firmware this server takes.</summary>
public sealed record Publisher(
    int Id, string Name, byte[] PublicKey, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>The publishers that an admin trusts, by their public keys.</summary>
public sealed class PublishersTable(NpgsqlDataSource database)
{
    /// <summary>Most publishers that one list returns, and that a bundle is tried against.</summary>
    public const int ListMax = 100;

    public const int NameCharsMax = 100;

    /// <summary>Adds one; its id, or null where the name or the key is there already.</summary>
    public async Task<int?> InsertAsync(
        string name, byte[] publicKey, int? accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into firmware_publishers (name, public_key, added_by)
            select $1, $2, $3::int where (select count(*) from firmware_publishers where revoked_at is null) < $4
            on conflict do nothing
            returning id
            """, name, publicKey, accountId, ListMax);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Trusts it no more; what it published is not rolled out any further. False: there is none.</summary>
    public async Task<bool> RevokeAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update firmware_publishers set revoked_at = now() where id = $1 and revoked_at is null
            """, id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>All, those first that are trusted.</summary>
    public async Task<IReadOnlyList<Publisher>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select id, name, public_key, created_at, revoked_at from firmware_publishers
            order by revoked_at is not null, name limit {ListMax}
            """);
        var found = new List<Publisher>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Publisher(
                reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.Get<DateTimeOffset>(4)));
        }

        return found;
    }
}
