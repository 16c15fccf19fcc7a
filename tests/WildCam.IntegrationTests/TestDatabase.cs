using Npgsql;
using WildCam.Storage;

namespace WildCam.IntegrationTests;

/// <summary>
/// A fresh, migrated database; use it as a class fixture (<c>IClassFixture&lt;TestDatabase&gt;</c>) or make one.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    const string Template = "wildcam_template";
    static int s_last;

    public string Name { get; } = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref s_last)}";

    public string ConnectionString => TestCluster.ConnectionString(Name);

    public NpgsqlDataSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await RunOnServerAsync($"create database {Name} template {Template}");
        Source = NpgsqlDataSource.Create(ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await RunOnServerAsync($"drop database {Name} with (force)");
    }

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

    internal static async Task CreateTemplateAsync()
    {
        await RunOnServerAsync($"create database {Template}");
        await using var source = NpgsqlDataSource.Create(TestCluster.ConnectionString(Template) + ";Pooling=false");
        await new Migrator(source).MigrateAsync(CancellationToken.None);
    }

    static void AddParameters(NpgsqlCommand command, object[] parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }
    }

    static async Task RunOnServerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(TestCluster.ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
