using WildCam.Storage;

namespace WildCam.IntegrationTests.Storage;

public sealed class MigratorTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_migrated_database_misses_nothing_and_a_second_run_changes_nothing()
    {
        var migrator = new Migrator(database.Source);
        var state = await migrator.CheckAsync(TestContext.Current.CancellationToken);
        Assert.Empty(state.Missing);
        Assert.Null(state.Problem);
        Assert.Empty(await migrator.MigrateAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_with_the_remedy()
    {
        await using var own = new TestDatabase();
        await own.InitializeAsync();
        await own.RunAsync("insert into schema_migrations (number, name, checksum) values (9999, 'future', 'x')");
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new Migrator(own.Source).MigrateAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Run the newer version", fault.Message, StringComparison.Ordinal);
    }
}
