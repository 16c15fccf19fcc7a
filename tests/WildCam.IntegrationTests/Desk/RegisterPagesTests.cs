using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Adding cameras and looking after them, as people do.</summary>
public sealed class RegisterPagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task The_pages_are_accessible_and_fit_with_everything_on_them(int width, ColorScheme scheme)
    {
        var page = await hub.OpenAsync(width, width < 500 ? 740 : 900, scheme);
        var code = await AddAsync(page);
        await PageCheck.PassAsync(page, "register-manage-secret", width, scheme);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new password" }).ClickAsync();
        foreach (var fold in await page.Locator(".fold summary").AllAsync())
        {
            await fold.ClickAsync();
        }

        await PageCheck.PassAsync(page, "register-manage-overlap", width, scheme);
        foreach (var (name, path) in new[]
            {
                ("new", "/p/creek/cameras/new"), ("many", "/p/creek/cameras/many"), ("sites", "/p/creek/sites"),
                ("site", "/p/creek/sites/creek-north"), ("project", "/projects/new"),
            })
        {
            await page.GotoAsync(path);
            await PageCheck.PassAsync(page, "register-" + name, width, scheme);
        }

        await page.GotoAsync("/p/creek/cameras/many");
        await page.GetByLabel("Or paste it here").FillAsync("code,site\nz-1,Moon base\nz-1,\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at it" }).ClickAsync();
        await PageCheck.PassAsync(page, "register-many-faults", width, scheme);
        await page.GetByLabel("Or paste it here").FillAsync($"code,name\n{Fresh()},Ford\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at it" }).ClickAsync();
        await PageCheck.PassAsync(page, "register-many-preview", width, scheme);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add 1 camera and show their passwords" }).ClickAsync();
        await PageCheck.PassAsync(page, "register-many-added", width, scheme);
        await page.GotoAsync($"/p/creek/cameras/{code}/manage");
        await EndAsync(page, "Mark it as stolen", "Mark as stolen", code);
        await PageCheck.PassAsync(page, "register-manage-stolen", width, scheme);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_camera_is_added_by_keyboard_alone()
    {
        var page = await hub.OpenAsync();
        var code = Fresh();
        await page.GotoAsync("/p/creek/cameras/new");
        await page.GetByLabel("Code, on the camera's label").FocusAsync();
        var keys = page.Keyboard;
        await keys.TypeAsync(code.ToUpperInvariant());
        await keys.PressAsync("Tab");
        await keys.TypeAsync("By the ford");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("Ridge, solar");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("Creek North");
        await keys.PressAsync("Shift+Tab");
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync("**/cameras/new");
        await Assertions.Expect(page.Locator("#secret-title")).ToHaveTextAsync(
            "The camera's password, shown only now");
        var password = await page.Locator("#password").InnerTextAsync();
        Assert.Equal("ridge solar|creek-north|True", await hub.Database.ReadAsync<string>("""
            select concat_ws('|', (select string_agg(tag, ' ' order by tag) from camera_tags where camera_id = c.id),
              t.slug, case when c.password_hash = sha256(decode(translate($2, '-_', '+/') || '=', 'base64'))
                then 'True' end)
            from cameras c join deployments d on d.camera_id = c.id join sites t on t.id = d.site_id where c.code = $1
            """, code, password));
        // Once only: the page itself, and every other, keeps it no longer.
        await page.GotoAsync($"/p/creek/cameras/{code}/manage");
        Assert.DoesNotContain(password, await page.ContentAsync(), StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_click_on_the_map_or_the_phone_fills_in_the_place()
    {
        var page = await hub.OpenAsync(360, 740);
        await page.Context.GrantPermissionsAsync(["geolocation", "clipboard-write", "clipboard-read"]);
        await page.Context.SetGeolocationAsync(new() { Latitude = 45.5f, Longitude = -120.25f, Accuracy = 8 });
        await page.GotoAsync("/p/creek/cameras/new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the place of this device" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Latitude")).ToHaveValueAsync("45.50000");
        await Assertions.Expect(page.GetByLabel("Longitude")).ToHaveValueAsync("-120.25000");
        await Assertions.Expect(page.Locator("#place-told")).ToHaveTextAsync("The place of this device, within 8 m.");
        if (await page.Locator("#place-map").IsVisibleAsync())
        {
            await page.Locator("#place-map[data-ready=true]").WaitForAsync();
            await page.Locator("#place-map").ClickAsync(new() { Position = new() { X = 150, Y = 150 } });
            await Assertions.Expect(page.Locator("#place-told")).ToHaveTextAsync("The place on the map.");
            await Assertions.Expect(page.GetByLabel("Latitude")).Not.ToHaveValueAsync("45.50000");
        }

        var code = Fresh();
        await page.GetByLabel("Code, on the camera's label").FillAsync(code);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ford");
        await page.GetByLabel("Name of the new site").FillAsync($"Ford {code}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the camera and show its password" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the password" }).ClickAsync();
        await Assertions.Expect(page.Locator("#copied")).ToHaveTextAsync("Copied.");
        Assert.Equal(
            await page.Locator("#password").InnerTextAsync(),
            await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Assert.Equal(1L, await hub.Database.ReadAsync<long>("""
            select count(*) from sites t join deployments d on d.site_id = t.id join cameras c on c.id = d.camera_id
            where c.code = $1 and t.latitude is not null and t.longitude is not null
            """, code));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_camera_is_renamed_moved_given_another_password_and_retired()
    {
        var page = await hub.OpenAsync();
        var code = await AddAsync(page);
        var address = $"/p/creek/cameras/{code}/manage";
        await page.GotoAsync(address);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Renamed");
        await page.GetByLabel("Notes").FillAsync("Two\nlines");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Renamed");

        await page.GetByLabel("Moved to").SelectOptionAsync("old-mill");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move the camera" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveTextAsync("Moved.");
        await page.GetByLabel("Moved to").SelectOptionAsync("ridge-2");
        await page.GetByLabel("Since").FillAsync("2026-01-02T10:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move the camera" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("It stood at Old Mill at");

        await page.GotoAsync(address);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new password" }).ClickAsync();
        var first = await page.Locator("#password").InnerTextAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("The one before is good too");
        await page.GetByRole(AriaRole.Button, new() { Name = "End the old password now" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveTextAsync("The old password is good no more.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace the password now" }).ClickAsync();
        Assert.NotEqual(first, await page.Locator("#password").InnerTextAsync());

        await page.GotoAsync(address);
        await EndAsync(page, "Retire it", "Retire the camera", "something else");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("To be sure, type the camera");
        await EndAsync(page, "Retire it", "Retire the camera", code);
        await Assertions.Expect(page.Locator("#ended")).ToHaveTextAsync("Retired");
        Assert.Equal(0L, await hub.Database.ReadAsync<long>("""
            select count(*) from deployments d join cameras c on c.id = d.camera_id
            where c.code = $1 and d.until_at is null
            """, code));
        await page.GetByRole(AriaRole.Button, new() { Name = "Put it back to use under a new password" }).ClickAsync();
        Assert.Equal(43, (await page.Locator("#password").InnerTextAsync()).Length);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_people_write_is_shown_as_it_is_and_runs_nowhere()
    {
        var page = await hub.OpenAsync();
        var dialogs = 0;
        page.Dialog += async (_, dialog) =>
        {
            dialogs++;
            await dialog.DismissAsync();
        };
        var (one, two) = (Fresh(), Fresh());
        const string formula = "=cmd|' /C calc'!A0";
        const string script = "<script>alert(1)</script>";
        await page.GotoAsync("/p/creek/cameras/many");
        await page.GetByLabel("Or paste it here").FillAsync(
            $"code,name,notes\n{one},{formula},\n{two},{script},</textarea>{script}\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at it" }).ClickAsync();
        await Assertions.Expect(page.Locator("table")).ToContainTextAsync(script);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add 2 cameras and show their passwords" }).ClickAsync();
        var secrets = (await page.GetByLabel("As comma-separated values").InputValueAsync()).Trim().Split('\n');
        Assert.Equal(3, secrets.Length);
        Assert.All(secrets, line => Assert.DoesNotMatch("(^|,)[=+@-]", line));
        Assert.Equal($"{formula} {script}", await hub.Database.ReadAsync<string>(
            "select string_agg(name, ' ' order by code = $1 desc) from cameras where code in ($1, $2)", one, two));
        foreach (var path in new[] { $"/p/creek/cameras/{two}/manage", "/p/creek/cameras", "/p/creek/sites" })
        {
            await page.GotoAsync(path);
        }

        Assert.Equal(0, dialogs);
        await page.Context.CloseAsync();
    }

    static string Fresh() => $"t-{Guid.NewGuid().ToString("n")[..8]}";

    static async Task<string> AddAsync(IPage page)
    {
        var code = Fresh();
        await page.GotoAsync("/p/creek/cameras/new");
        await page.GetByLabel("Code, on the camera's label").FillAsync(code);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Fresh from the box");
        await page.Locator("select[name=site]").SelectOptionAsync("creek-north");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the camera and show its password" }).ClickAsync();
        await page.Locator("#password").WaitForAsync();
        return code;
    }

    static async Task EndAsync(IPage page, string title, string button, string confirm)
    {
        var fold = page.Locator("details.end").Filter(new() { HasText = title });
        await fold.Locator("summary").ClickAsync();
        await fold.GetByLabel("To be sure").FillAsync(confirm);
        await fold.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
    }
}
