using System.Diagnostics;
using Npgsql;
using WildCam.Hub.Hosting;

namespace WildCam.IntegrationTests.Hosting;

/// <summary>What a frozen hub has locked becomes free, and the hub that wakes late cannot write with it.</summary>
public sealed class IdleTransactionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Seconds = 1;
    const string IdleInTransactionSessionTimeout = "25P03";
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_idle_transaction_is_ended_and_its_locks_are_free(bool isDirect)
    {
        var options = new HubOptions { Database = database.ConnectionString, IdleTransactionSeconds = Seconds };
        await using var frozen = NpgsqlDataSource.Create(isDirect ? options.Direct() : options.Pooled());
        await using var connection = await frozen.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var locking = new NpgsqlCommand("lock table projects in exclusive mode", connection, transaction);
        await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var clock = Stopwatch.StartNew();
        await database.RunAsync($"""
            do $$ begin
                set local lock_timeout = {(int)Soon.TotalMilliseconds};
                lock table projects in exclusive mode;
            end $$
            """);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(Seconds / 2.0), Soon);
        var late = await Assert.ThrowsAsync<PostgresException>(
            () => locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(IdleInTransactionSessionTimeout, late.SqlState);
    }

    [Fact]
    public async Task Behind_a_pooler_only_the_direct_way_sets_the_bound()
    {
        var options = new HubOptions
        {
            Database = database.ConnectionString, DatabaseDirect = database.ConnectionString,
            IdleTransactionSeconds = 7,
        };
        Assert.Equal(("0", "7s"), (await BoundAsync(options.Pooled()), await BoundAsync(options.Direct())));
    }

    static async Task<string> BoundAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("show idle_in_transaction_session_timeout");
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
