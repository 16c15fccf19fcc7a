using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Events;
using WildCam.Storage.Orders;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Settings, tags, commands and the wall, as people use them.</summary>
public sealed class OrderPagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    const string Camera = "/p/creek/cameras/c-017";

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task The_pages_are_accessible_and_fit_with_everything_on_them(int width, ColorScheme scheme)
    {
        await ResetAsync("c-017", "c-022");
        var id = await IdAsync("c-017");
        var settings = new SettingsTable(hub.Database.Source);
        await settings.ChangeAsync(
            id, null, r => SettingsWire.Wanted(r) with { BurstCount = 3, CaptureMode = "off" },
            await AnaAsync(), default);
        await settings.ReportAsync(
            id, 0, SettingsWire.BuiltIn,
            new Dictionary<string, int> { ["uploadMode"] = 2 }, default);
        var commands = new CommandsTable(hub.Database.Source);
        foreach (var (kind, state) in new[]
            {
                (CommandWords.CaptureNow, 2), (CommandWords.Reboot, 3), (CommandWords.Identify, 4),
                (CommandWords.UploadBacklog, 5), (CommandWords.TestPattern, 1), (CommandWords.DropReceipted, 0),
            })
        {
            var (_, command) = await commands.AskAsync(
                id, new NewCommand(kind, TimeSpan.FromDays(1)), await AnaAsync(), default);
            await hub.Database.RunAsync("""
                update camera_commands set state = $2, code = 4, delivered_at = now(), ended_at = now() where id = $1
                """, command, (short)state);
        }

        var page = await hub.OpenAsync(width, width < 500 ? 740 : 900, scheme);
        foreach (var (name, path) in new[]
            {
                ("settings", $"{Camera}/settings"), ("commands", $"{Camera}/commands"),
                ("wall-choose", "/p/creek/wall"), ("wall", "/p/creek/wall?camera=c-017&camera=c-022&camera=c-031"),
            })
        {
            await page.GotoAsync(path);
            await PageCheck.PassAsync(page, name, width, scheme);
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Settings_are_changed_shown_as_waiting_taken_live_and_withdrawn()
    {
        await ResetAsync("c-017");
        var page = await hub.OpenAsync();
        await page.GotoAsync($"{Camera}/settings");
        await Assertions.Expect(page.Locator("#state h2")).ToHaveTextAsync("It does as it was built");
        await page.GetByLabel("Pictures a trigger").FillAsync("3");
        await page.GetByLabel("Quiet from").FillAsync("22:00");
        await page.GetByLabel("Quiet until").FillAsync("04:30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#state h2")).ToContainTextAsync(
            "4 changes wait: the camera is told at its next wake-up (about ");
        var row = page.Locator("#state tr").Filter(new() { HasText = "Pictures a trigger" });
        Assert.Equal(["1", "3"], await row.GetByRole(AriaRole.Cell).AllInnerTextsAsync());

        // The camera takes it: the page says so by itself.
        var id = await IdAsync("c-017");
        var settings = new SettingsTable(hub.Database.Source);
        var wanted = (await settings.FindAsync(id, default))!;
        await settings.ReportAsync(id, wanted.Version, wanted.Desired!, new Dictionary<string, int>(), default);
        await TellAsync("c-017");
        await Assertions.Expect(page.Locator("#state h2")).ToHaveTextAsync("It does what is wanted");

        await page.GetByRole(AriaRole.Button, new() { Name = "Long life" }).ClickAsync();
        await Assertions.Expect(page.Locator("#state h2")).ToContainTextAsync("changes wait");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Long life" }))
            .ToHaveAttributeAsync("aria-pressed", "true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw" }).ClickAsync();
        await Assertions.Expect(page.Locator("#state h2")).ToContainTextAsync("It does what is wanted, and is told so");
        await Assertions.Expect(page.GetByLabel("Pictures a trigger")).ToHaveValueAsync("3");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Two_who_change_at_once_see_both_and_choose()
    {
        await ResetAsync("c-022");
        var ana = await hub.OpenAsync();
        var other = await hub.OpenAsync();
        const string address = "/p/creek/cameras/c-022/settings";
        await ana.GotoAsync(address);
        await other.GotoAsync(address);
        await other.GetByLabel("Quality, 1 to 100").FillAsync("60");
        await other.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await other.WaitForURLAsync($"**{address}");
        await ana.GetByLabel("Quality, 1 to 100").FillAsync("90");
        await ana.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(ana.Locator("#conflict")).ToHaveTextAsync("Ana Lopez changed them meanwhile");
        var both = ana.GetByRole(AriaRole.Region, new() { Name = "Both versions" }).GetByRole(AriaRole.Cell);
        Assert.Equal(["60", "90"], await both.AllInnerTextsAsync());
        Assert.Equal("60", await QualityAsync("c-022"));
        await ana.GetByRole(AriaRole.Button, new() { Name = "Put mine on top" }).ClickAsync();
        await Assertions.Expect(ana.Locator("#state h2")).ToContainTextAsync("changes wait");
        Assert.Equal("90", await QualityAsync("c-022"));
        await ana.Context.CloseAsync();
        await other.Context.CloseAsync();
    }

    [Fact]
    public async Task What_no_camera_would_take_is_told_by_field_and_kept_in_the_form()
    {
        await ResetAsync("c-022");
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/cameras/c-022/settings");
        await page.GetByLabel("Sends pictures").SelectOptionAsync("low-resolution-first");
        await page.GetByLabel("Size").SelectOptionAsync("640x480");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was changed.");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no smaller stand-in");
        await Assertions.Expect(page.GetByLabel("Size")).ToHaveValueAsync("640x480");
        Assert.Equal(0L, await hub.Database.ReadAsync<long>("""
            select count(*) from camera_settings s join cameras k on k.id = s.camera_id where k.code = 'c-022'
            """));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Tags_name_cameras_and_settings_go_to_all_that_have_one()
    {
        await ResetAsync("c-017", "c-022", "c-031");
        var page = await hub.OpenAsync();
        foreach (var code in new[] { "c-022", "c-031" })
        {
            await page.GotoAsync($"/p/creek/cameras/{code}/settings");
            await page.GetByLabel("To name several cameras by").FillAsync("Ridge solar");
            await page.GetByRole(AriaRole.Button, new() { Name = "Save the tags" }).ClickAsync();
            await Assertions.Expect(page.GetByLabel("To name several cameras by")).ToHaveValueAsync("ridge solar");
        }

        await page.GetByLabel("Checks in").SelectOptionAsync("1800");
        await page.Locator("select[name=tag]").SelectOptionAsync("ridge");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "told" }))
            .ToHaveTextAsync("2 cameras are told.");
        Assert.Equal(2L, await hub.Database.ReadAsync<long>("""
            select count(*) from camera_settings where desired ->> 'heartbeatSeconds' = '1800'
            """));
        await page.GetByLabel("To name several cameras by").FillAsync("no_such+tag");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the tags" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToContainTextAsync("The tags were not changed");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_command_is_given_by_keyboard_followed_live_and_withdrawn()
    {
        await ResetAsync("c-017");
        var page = await hub.OpenAsync();
        await page.GotoAsync($"{Camera}/commands");
        await Assertions.Expect(page.Locator("main"))
            .ToContainTextAsync("The camera is told at its next wake-up (about");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take a test picture" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var first = page.Locator(".orders li").First;
        await Assertions.Expect(first).ToContainTextAsync("Waits");
        await Assertions.Expect(first).ToContainTextAsync("Take a test picture");

        var commands = new CommandsTable(hub.Database.Source);
        var id = await IdAsync("c-017");
        var row = (await commands.ListAsync(id, null, 1, default))[0];
        await commands.DeliverAsync(row.Id, default);
        await TellAsync("c-017");
        await Assertions.Expect(first).ToContainTextAsync("The camera has it");
        await commands.EndAsync(id, row.Id, CommandState.Refused, 4, default);
        await TellAsync("c-017");
        await Assertions.Expect(first).ToContainTextAsync("The sensor gave no picture.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Restart it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw: Restart it" }).ClickAsync();
        await Assertions.Expect(first).ToContainTextAsync("Withdrawn");
        Assert.Equal(1L, await hub.Database.ReadAsync<long>("""
            select count(*) from audit_entries where action = 'command.withdraw' and subject = 'c-017'
            """));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_a_camera_told_while_the_page_was_on_its_way_is_shown_in_every_tab()
    {
        await ResetAsync("c-017");
        var id = await IdAsync("c-017");
        var commands = new CommandsTable(hub.Database.Source);
        var (_, command) = await commands.AskAsync(
            id, new NewCommand(CommandWords.Reboot, TimeSpan.FromDays(1)), await AnaAsync(), default);
        var page = await hub.OpenAsync();
        await LateAsync(page, () => commands.DeliverAsync(command, default));
        await Assertions.Expect(page.Locator(".orders li").First).ToContainTextAsync("The camera has it");

        // A second tab hears over the first one's stream.
        var tab = await page.Context.NewPageAsync();
        await LateAsync(tab, () => commands.EndAsync(id, command, CommandState.Refused, 4, default));
        await Assertions.Expect(tab.Locator(".orders li").First).ToContainTextAsync("The sensor gave no picture.");
        await page.Context.CloseAsync();

        // The page is read, then this happens and is heard of everywhere, and only then does the page begin to listen.
        async Task LateAsync(IPage opened, Func<Task> happensAsync)
        {
            await opened.RouteAsync("**/live.js*", async route =>
            {
                await happensAsync();
                await TellAsync("c-017");
                await Task.Delay(TimeSpan.FromSeconds(2));
                await route.ContinueAsync();
            });
            await opened.GotoAsync($"{Camera}/commands");
        }
    }

    [Fact]
    public async Task Who_may_not_change_sees_what_is_and_no_button()
    {
        await ResetAsync("c-017");
        var id = await hub.Database.ReadAsync<int>("""
            insert into accounts (email, name) values ('viewer-orders@example.org', 'Vi Ewer') returning id
            """);
        var project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        await new AccountsTable(hub.Database.Source).SetRoleAsync(project, id, Role.Viewer, default);
        var (secret, _) = await new SessionsTable(hub.Database.Source).OpenAsync(id, default);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(hub.Address),
        };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        foreach (var path in new[] { $"{Camera}/settings", $"{Camera}/commands" })
        {
            var page = await client.GetStringAsync(path);
            Assert.DoesNotContain("method=\"post\" action=\"/p/creek/cameras", page, StringComparison.Ordinal);
        }

        using var empty = new FormUrlEncodedContent([new("kind", "reboot"), new("seen", "0"), new("tags", "x")]);
        foreach (var path in new[] { "settings", "settings/withdraw", "tags", "commands", "commands/1/withdraw" })
        {
            Assert.Equal(
                System.Net.HttpStatusCode.NotFound, (await client.PostAsync($"{Camera}/{path}", empty)).StatusCode);
        }

        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.GetAsync("/p/creek/wall")).StatusCode);
    }

    async Task ResetAsync(params string[] codes)
    {
        foreach (var code in codes)
        {
            await hub.Database.RunAsync("delete from camera_commands where camera_id = $1", await IdAsync(code));
            await hub.Database.RunAsync("delete from camera_settings where camera_id = $1", await IdAsync(code));
            await hub.Database.RunAsync("delete from camera_tags where camera_id = $1", await IdAsync(code));
        }
    }

    Task<int> IdAsync(string code) => hub.Database.ReadAsync<int>("select id from cameras where code = $1", code);

    Task<string> QualityAsync(string code) => hub.Database.ReadAsync<string>("""
        select s.desired ->> 'jpegQuality' from camera_settings s join cameras k on k.id = s.camera_id where k.code = $1
        """, code);

    async Task<Actor> AnaAsync() => new(
        await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'"), "127.0.0.1");

    /// <summary>What a hub says to open pages when a camera told something.</summary>
    async Task TellAsync(string code)
    {
        var project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        await new PageEventsTable(hub.Database.Source).AppendAsync(
            [new(project, PageEventKinds.Camera, code, null)], default);
    }
}
