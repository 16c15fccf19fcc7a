using Microsoft.Playwright;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Who did what: looked for, read, taken out.</summary>
public sealed class AuditPageTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Fact]
    public async Task The_history_of_a_project_shows_only_its_own_and_what_was_before_and_after()
    {
        var project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        var ana = await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'");
        var audit = new AuditTable(hub.Database.Source);
        await audit.AddAsync(
            new AuditEntry(new Actor(ana, "192.0.2.7"), "camera.rename", "c-017")
            {
                ProjectId = project,
                Before = new { Name = "By the ford" },
                After = new { Name = "<b>Mill</b>" },
            },
            default);
        await audit.AddAsync(new AuditEntry(Actor.Hub, "camera.rename", "elsewhere"), default);
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/history?text=rename");
        var row = page.Locator("tbody tr");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Assertions.Expect(row).ToContainTextAsync("Ana Lopez");
        await Assertions.Expect(row).ToContainTextAsync("Camera: rename");
        Assert.Equal("By the ford", await row.Locator("del").InnerTextAsync());
        Assert.Equal("<b>Mill</b>", await row.Locator("ins").InnerTextAsync());

        await page.GotoAsync("/server/audit?text=rename");
        await Assertions.Expect(row).ToHaveCountAsync(2);
        await page.Locator("[name=text]").FillAsync("no such thing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look" }).ClickAsync();
        await Assertions.Expect(page.Locator(".empty")).ToContainTextAsync("Nothing like this was done");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_audit_is_taken_out_whole_and_harmless_to_spreadsheets()
    {
        await hub.Database.RunAsync("""
            insert into audit_entries (action, subject, came_from) select 'test.many', '=' || n, 'hub'
            from generate_series(1, 2500) n
            """);
        var page = await hub.OpenAsync();
        await page.GotoAsync("/server/audit?text=test.many");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(100);
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("=2400");
        var download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Take out as CSV" }).ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.Equal(2501, lines.Length);
        Assert.Contains(",\"'=2500\",", lines[1], StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }
}
