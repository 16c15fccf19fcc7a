using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Hubs that run or ran on this database.</summary>
public sealed class HubsTable(NpgsqlDataSource database)
{
    /// <summary>Says that a hub is alive; the first time adds it.</summary>
    public async Task SeenAsync(Guid hubId, string name, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into hubs (id, name) values ($1, $2) on conflict (id) do update set seen_at = now()
            """, hubId, name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
