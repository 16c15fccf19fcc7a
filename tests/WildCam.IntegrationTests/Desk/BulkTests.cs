using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Many events in one step, from the gallery: chosen by hand or by the filter, with one undo.</summary>
public sealed class BulkTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Fact]
    public async Task A_range_that_is_chosen_by_shift_is_decided_and_taken_back_in_one_step()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures?site=old-mill&state=unreviewed");
        var boxes = page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new System.Text.RegularExpressions.Regex(
            "^Choose", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) });
        await boxes.Nth(0).CheckAsync();
        await boxes.Nth(5).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(page.Locator("#choice-count")).ToHaveTextAsync("6 events chosen");
        var ids = await ChosenAsync(page);
        Assert.Equal(6, ids.Length);
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "bulk.png") });
        }

        Assert.Empty((await page.RunAxe()).Violations);
        await page.Locator("#choice").GetByRole(AriaRole.Button, new() { Name = "Vehicle" }).ClickAsync();
        await Assertions.Expect(page.Locator("#step-text")).ToHaveTextAsync("Vehicle, 6 events.");
        Assert.Equal(6L, await CountAsync(ids));
        await page.Locator("#step-undo").ClickAsync();
        await Assertions.Expect(page.Locator("#step-text")).ToHaveTextAsync("Vehicle was taken back.");
        Assert.Equal(0L, await CountAsync(ids));
        Assert.Equal(6L, await hub.Database.ReadAsync<long>(
            "select count(*) from events where id = any($1) and is_open", ids));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task All_that_match_are_counted_shown_and_decided()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures?site=ridge-2&state=unreviewed");
        var count = await hub.Database.ReadAsync<long>("""
            select count(*) from events e join sites s on s.id = e.site_id where s.slug = 'ridge-2' and e.is_open
            """);
        Assert.InRange(count, 501, 6000);
        await page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new System.Text.RegularExpressions.Regex(
            "^Choose", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) }).First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose all that match" }).ClickAsync();
        await Assertions.Expect(page.Locator("#choice-count")).ToHaveTextAsync($"{count:#,0} events chosen");
        await page.Locator("#choice").GetByRole(AriaRole.Button, new() { Name = "Blank" }).ClickAsync();
        await Assertions.Expect(page.Locator("#bulk-preview li")).ToHaveCountAsync(12);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Blank for {count:#,0} events" }).ClickAsync();
        await Assertions.Expect(page.Locator("#step-text")).ToHaveTextAsync(
            $"Blank, {count:#,0} events.", new() { Timeout = 240_000 });
        Assert.Equal(0L, await hub.Database.ReadAsync<long>("""
            select count(*) from events e join sites s on s.id = e.site_id where s.slug = 'ridge-2' and e.is_open
            """));
        Assert.Equal(1L, await hub.Database.ReadAsync<long>("""
            select count(distinct batch) from identifications where batch is not null and undoes is null
              and batch = (select id from bulk_steps order by created_at desc limit 1)
            """));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Tags_favourites_and_known_animals_are_found_again_and_their_names_are_only_text()
    {
        const string name = "<img src=x onerror=alert(1)>";
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures?site=creek-north");
        await page.Locator(".cell .choose input").Nth(1).CheckAsync();
        var id = Assert.Single(await ChosenAsync(page));
        await page.Locator("#choice").GetByRole(AriaRole.Button, new() { Name = "Tag" }).ClickAsync();
        await page.Locator("#bulk-name").FillAsync(name);
        await page.Locator("#bulk-go").ClickAsync();
        await Assertions.Expect(page.Locator("#step-text")).ToHaveTextAsync($"Tag {name}, 1 event.");
        await page.Locator(".cell .choose input").Nth(1).CheckAsync();
        await page.Locator("#choice").GetByRole(AriaRole.Button, new() { Name = "Favourite" }).ClickAsync();
        await Assertions.Expect(page.Locator("#step-text")).ToHaveTextAsync("Favourite, 1 event.");

        await page.GotoAsync("/p/creek/pictures?favourite=1");
        await Assertions.Expect(page.Locator(".cell")).ToHaveCountAsync(1);
        await page.Locator(".cell a").ClickAsync();
        var labels = page.Locator("#labels");
        await Assertions.Expect(labels).ToContainTextAsync(name);
        await labels.GetByLabel("An animal that you know by sight").FillAsync("Scar");
        await labels.GetByRole(AriaRole.Button, new() { Name = "Add" }).Nth(1).ClickAsync();
        await labels.GetByRole(AriaRole.Link, new() { Name = "Scar" }).ClickAsync();
        await Assertions.Expect(page.Locator(".cell")).ToHaveCountAsync(1);
        Assert.Equal(id.ToString(), await page.Locator(".cell").GetAttributeAsync("data-id"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Remove the filter Scar" }).ClickAsync();
        await page.WaitForURLAsync("**/p/creek/pictures");
        await page.Context.CloseAsync();
    }

    static async Task<Guid[]> ChosenAsync(IPage page) => [.. (await page.EvaluateAsync<string[]>("""
        [...document.querySelectorAll('.cell')].filter(c => c.querySelector('.choose input').checked)
          .map(c => c.dataset.id)
        """)).Select(Guid.Parse)];

    Task<long> CountAsync(Guid[] ids) => hub.Database.ReadAsync<long>(
        "select count(*) from event_findings where event_id = any($1) and category = 3 and source = 2", ids);
}
