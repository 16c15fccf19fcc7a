using Npgsql;
using WildCam.Hub.Rollups;
using WildCam.Storage;
using WildCam.Storage.Rollups;

namespace WildCam.Worlds;

/// <summary>A database of a world's own; dropped with it.</summary>
public sealed class WorldDatabase(WorldServer server, string name) : IAsyncDisposable
{
    public string Name { get; } = name;

    public WorldServer Server { get; } = server;

    public string ConnectionString { get; } = server.ConnectionString(name);

    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(server.ConnectionString(name));

    /// <summary>Runs a statement.</summary>
    public async Task RunAsync(string sql, params object[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        AddParameters(command, parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs statements that take minutes: filling a table, indexing it, counting it.</summary>
    public async Task RunLongAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first value of the first row.</summary>
    public async Task<T> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        AddParameters(command, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Frees the jobs of hubs that died, which else are free when their leases end; nobody sits out those minutes.
    /// </summary>
    public Task EndLeasesAsync() => RunAsync("update jobs set lease_until = now() where state = 2");

    /// <summary>
    /// Waits until nothing is left to do: no stage, no job, no event to count again, no day to sum up. Dead jobs and
    /// what they leave undone stay; nobody works on them.
    /// </summary>
    public Task SettleAsync(TimeSpan timeout, Func<string> output)
    {
        var left = "";
        var rollups = new RollupsTable(Source);
        return Wait.UntilAsync(
            async () =>
            {
                left = await ReadAsync<string>("""
                    select concat_ws(', ',
                      (select count(*) || ' captures with stages missing' from captures
                        where stages_missing <> 0 and id::text not in (select subject from jobs where state = 3)
                        having count(*) > 0),
                      (select string_agg(distinct kind || ' in state ' || state || ' ' || coalesce(reason, ''), ', ')
                        from jobs where state <> 3),
                      (select count(*) || ' events to count again' from event_dirty having count(*) > 0))
                    """);
                // Any hub may fold at any time, so this one does too in place of waiting for the next pause to end.
                return left.Length == 0
                    && await rollups.FoldAsync(FoldRollupsLoop.BucketsMax, CancellationToken.None) == 0
                    && await ReadAsync<long>("""
                        select (select count(*) from summary_dirty) + (select count(*) from sighting_dirty)
                        """) == 0;
            },
            timeout, () => $"Still to do: {left}\n{output()}");
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        try
        {
            await Server.RunAsync($"drop database {Name} with (force)");
        }
        catch (NpgsqlException fault) when (DatabaseFault.IsPassing(fault))
        {
            // The server is in trouble, and what brought the world to its end is not to be hidden by that.
        }
    }

    static void AddParameters(NpgsqlCommand command, object[] parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }
    }
}
