using Npgsql;

namespace WildCam.IntegrationTests;

/// <summary>
/// A fresh, migrated database; use it as a class fixture (<c>IClassFixture&lt;TestDatabase&gt;</c>) or make one.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    WorldDatabase? _database;

    public WorldDatabase World => _database ?? throw new InvalidOperationException("InitializeAsync comes first.");

    public string Name => World.Name;

    public string ConnectionString => World.ConnectionString;

    public NpgsqlDataSource Source => World.Source;

    public async ValueTask InitializeAsync() => _database = await TestCluster.Server.CreateAsync();

    public ValueTask DisposeAsync() => World.DisposeAsync();

    /// <summary>Runs a statement.</summary>
    public Task RunAsync(string sql, params object[] parameters) => World.RunAsync(sql, parameters);

    /// <summary>The first value of the first row.</summary>
    public Task<T> ReadAsync<T>(string sql, params object[] parameters) => World.ReadAsync<T>(sql, parameters);
}
