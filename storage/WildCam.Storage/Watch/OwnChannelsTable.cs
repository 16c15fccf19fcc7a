using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>A channel of one person: their address or one of their browsers.</summary>
/// <param name="EndpointHash">SHA-256 of a browser's address, in hexadecimal; null: no browser.</param>
public sealed record OwnChannel(
    int Id, ChannelKind Kind, string Name, string Shown, string? EndpointHash, DateTimeOffset CreatedAt);

/// <summary>The channels by which one person is told in a project.</summary>
public sealed class OwnChannelsTable(NpgsqlDataSource database)
{
    /// <summary>Channels of one person in a project: phones, desks, an address.</summary>
    public const int OwnMax = 10;

    public static byte[] HashOf(string endpoint) => SHA256.HashData(Encoding.UTF8.GetBytes(endpoint));

    public async Task<IReadOnlyList<OwnChannel>> ListAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, kind, name, shown, encode(endpoint_hash, 'hex'), created_at from alert_channels
            where project_id = $1 and account_id = $2 order by id
            """, projectId, accountId);
        var channels = new List<OwnChannel>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            channels.Add(new OwnChannel(
                reader.GetInt32(0), (ChannelKind)reader.GetInt16(1), reader.GetString(2), reader.GetString(3),
                reader.Text(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return channels;
    }

    /// <summary>The address of an account, for mails.</summary>
    public async Task<string> GetEmailAsync(int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select email from accounts where id = $1", accountId);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Adds the account's own address, or renews it; false where there are as many as there may be.</summary>
    public async Task<bool> AddMailAsync(
        int projectId, int accountId, string name, string shown, byte[] sealedSettings,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            insert into alert_channels (project_id, account_id, kind, name, shown, sealed)
            select $1, $2, 1, $3, $4, $5
            where (select count(*) from alert_channels where project_id = $1 and account_id = $2) < {OwnMax}
            on conflict (project_id, account_id) where kind = 1 and account_id is not null
              do update set shown = excluded.shown, sealed = excluded.sealed, is_on = true
            """, projectId, accountId, name, shown, sealedSettings);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Adds a browser, or renews its keys; false where there are as many as there may be.</summary>
    public async Task<bool> AddBrowserAsync(
        int projectId, int accountId, string name, string endpoint, string shown, byte[] sealedSettings,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            insert into alert_channels (project_id, account_id, kind, name, shown, sealed, endpoint_hash)
            select $1, $2, 5, $3, $4, $5, $6
            where exists (
                select from alert_channels where project_id = $1 and account_id = $2 and endpoint_hash = $6)
              or (select count(*) from alert_channels where project_id = $1 and account_id = $2) < {OwnMax}
            on conflict (project_id, account_id, endpoint_hash) where endpoint_hash is not null
              do update set name = excluded.name, sealed = excluded.sealed, is_on = true
            """, projectId, accountId, name, shown, sealedSettings, HashOf(endpoint));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Removes a channel of this person with its messages; false where it is none of theirs.</summary>
    public async Task<bool> DeleteAsync(
        int projectId, int accountId, int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from alert_channels where id = $3 and project_id = $1 and account_id = $2", projectId, accountId,
            id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A test of a channel of this person; false where it is none of theirs.</summary>
    public async Task<bool> AddTestAsync(
        int projectId, int accountId, int id, string subject, string body, string payload,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into alert_messages (id, project_id, channel_id, occasion, subject, body, payload, next_at)
            select gen_random_uuid(), $1, id, 3, $4, $5, $6::jsonb, now() from alert_channels
            where id = $3 and project_id = $1 and account_id = $2
            """, projectId, accountId, id, subject, body, payload);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
