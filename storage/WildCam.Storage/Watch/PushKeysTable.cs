using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>The pair of keys by which push services know this hub, and all hubs of one database.</summary>
public sealed class PushKeysTable(NpgsqlDataSource database)
{
    /// <summary>The pair that is kept; null: none was made yet.</summary>
    public async Task<(byte[] PublicKey, byte[] Sealed)?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("select public_key, sealed from push_keys");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1))
            : null;
    }

    /// <summary>Keeps a pair unless there is one: of two hubs at once the first one's counts.</summary>
    public async Task KeepAsync(byte[] publicKey, byte[] sealedKey, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "insert into push_keys (public_key, sealed) values ($1, $2) on conflict (id) do nothing", publicKey,
            sealedKey);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Forgets a pair that nobody can use any more, and the browsers that were told by it: they are bound to it.
    /// </summary>
    public async Task ForgetAsync(byte[] publicKey, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with gone as (delete from push_keys where public_key = $1 returning id)
            delete from alert_channels where kind = 5 and exists (select from gone)
            """, publicKey);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
