using Npgsql;

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

    /// <summary>The first value of the first row.</summary>
    public async Task<T> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        AddParameters(command, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Server.RunAsync($"drop database {Name} with (force)");
    }

    static void AddParameters(NpgsqlCommand command, object[] parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }
    }
}
