using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>How somebody is told; alert_channels.kind. The page itself needs none.</summary>
public enum ChannelKind : short
{
    Email = 1,
    Slack = 2,
    Sms = 3,
    Webhook = 4,

    /// <summary>A browser of one person, through its maker's push service (RFC 8030).</summary>
    Push = 5,
}

/// <summary>A channel; what leads there is sealed, <paramref name="Shown"/> is what people may see of it.</summary>
public sealed record AlertChannel(int Id, ChannelKind Kind, string Name, string Shown, bool IsOn);

/// <summary>A project's channels; those of persons are in <see cref="OwnChannelsTable"/>.</summary>
public sealed class AlertChannelsTable(NpgsqlDataSource database)
{
    public const int ChannelsMax = 20;

    public const int NameCharsMax = 100;

    /// <summary>Adds a channel; its id, or null where the project has as many as it may.</summary>
    public async Task<int?> InsertAsync(
        int projectId, ChannelKind kind, string name, string shown, byte[] sealedSettings,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            insert into alert_channels (project_id, kind, name, shown, sealed)
            select $1, $2, $3, $4, $5
            where (select count(*) from alert_channels where project_id = $1 and account_id is null) < {ChannelsMax}
            returning id
            """, projectId, (short)kind, name, shown, sealedSettings);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<AlertChannel>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, kind, name, shown, is_on from alert_channels
            where project_id = $1 and account_id is null order by id
            """, projectId);
        var channels = new List<AlertChannel>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            channels.Add(new AlertChannel(
                reader.GetInt32(0), (ChannelKind)reader.GetInt16(1), reader.GetString(2), reader.GetString(3),
                reader.GetBoolean(4)));
        }

        return channels;
    }

    /// <summary>Switches a channel; its name, or null where the project has no such one.</summary>
    public async Task<string?> SwitchAsync(int projectId, int id, bool isOn, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update alert_channels set is_on = $3 where id = $2 and project_id = $1 and account_id is null
            returning name
            """, projectId, id, isOn);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Removes a channel with its messages; its name, or null where the project has no such one.</summary>
    public async Task<string?> DeleteAsync(int projectId, int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            delete from alert_channels where id = $2 and project_id = $1 and account_id is null returning name
            """, projectId, id);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
