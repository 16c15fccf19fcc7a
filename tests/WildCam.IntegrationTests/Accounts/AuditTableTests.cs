using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Accounts;

public sealed class AuditTableTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly AuditFilter Everything = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddDays(1));

    readonly AuditTable _audit = new(database.Source);

    [Theory]
    [InlineData("update audit_entries set subject = 'other'")]
    [InlineData("delete from audit_entries")]
    [InlineData("truncate audit_entries")]
    public async Task What_was_written_down_is_neither_changed_nor_deleted(string statement)
    {
        await _audit.AddAsync(new AuditEntry(Actor.CommandLine, "camera.add", "stays"), default);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.RunAsync(statement));
        Assert.Contains("only added to", refused.MessageText, StringComparison.Ordinal);
        Assert.True(await database.ReadAsync<long>("select count(*) from audit_entries where subject = 'stays'") > 0);
    }

    [Fact]
    public async Task An_entry_tells_who_what_from_where_before_and_after()
    {
        var ana = await database.ReadAsync<int>(
            "insert into accounts (email, name) values ('ana@example.org', 'Ana') returning id");
        await _audit.AddAsync(
            new AuditEntry(new Actor(ana, "192.0.2.7"), "camera.rename", "c-017")
            {
                Before = new { Name = "Ford" },
                After = new { Name = "Mill" },
            },
            default);
        var row = Assert.Single(await _audit.ListForPagesAsync(Everything with { Text = "RENAME" }, 10, default));
        Assert.Equal(("Ana", "192.0.2.7", "camera.rename", "c-017"), (row.Who, row.From, row.Action, row.Subject));
        Assert.Equal(("""{"name": "Ford"}""", """{"name": "Mill"}"""), (row.Before, row.After));
        foreach (var text in new[] { "192.0.2", "ana" })
        {
            Assert.Equal(
                row, Assert.Single(await _audit.ListForPagesAsync(Everything with { Text = text }, 10, default)));
        }
    }

    [Fact]
    public async Task Signs_of_a_pattern_are_looked_for_as_they_stand()
    {
        await _audit.AddAsync(new AuditEntry(Actor.Hub, "test.signs", "100%_of\\it"), default);
        Assert.Single(await _audit.ListForPagesAsync(Everything with { Text = "100%_of\\it" }, 10, default));
        Assert.Empty(await _audit.ListForPagesAsync(Everything with { Text = "1%t" }, 10, default));
        Assert.Empty(await _audit.ListForPagesAsync(Everything with { Text = "'; drop table audit_entries; --" }, 10,
            default));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_and_without_a_double()
    {
        for (var i = 0; i < 7; i++)
        {
            await _audit.AddAsync(new AuditEntry(Actor.Hub, "test.pages", $"{i}"), default);
        }

        var seen = new List<string>();
        var filter = Everything with { Text = "test.pages" };
        while (await _audit.ListForPagesAsync(filter, 3, default) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(r => r.Subject));
            filter = filter with { BeforeId = page[^1].Id };
        }

        Assert.Equal(["6", "5", "4", "3", "2", "1", "0"], seen);
    }

    [Fact]
    public async Task A_change_that_is_too_long_is_replaced_by_its_length()
    {
        await _audit.AddAsync(
            new AuditEntry(Actor.Hub, "test.long", "long") { After = new { Text = new string('x', 40_000) } }, default);
        var row = Assert.Single(await _audit.ListForPagesAsync(Everything with { Text = "test.long" }, 10, default));
        Assert.Equal("""{"leftOutCharacters": 40011}""", row.After);
    }
}
