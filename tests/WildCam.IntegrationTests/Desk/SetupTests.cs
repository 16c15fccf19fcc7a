using System.Net;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>The first run, from the one-time link on a new hub.</summary>
public sealed class SetupTests : IAsyncLifetime
{
    readonly DeskHub _hub = new() { IsSeeded = false };

    public async ValueTask InitializeAsync() => await _hub.InitializeAsync();

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Without_a_demo_it_makes_the_account_and_the_project_and_leads_to_the_first_camera()
    {
        var page = await OpenAsync(360, ColorScheme.Dark, "setup");
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Look at the demo" }).CountAsync());
        await FillAccountAsync(page);
        var submit = page.GetByRole(AriaRole.Button, new() { Name = "Set up, then add a camera" });
        await submit.ClickAsync();
        // The browser asks for the project's name; nothing was sent.
        Assert.False(await page.EvaluateAsync<bool>("document.querySelector('[name=project]').validity.valid"));
        Assert.Equal(0L, await AccountsAsync());
        await page.Locator("[name=project]").FillAsync("Creek valley");
        await page.Locator("[name=zone]").FillAsync("America/Denver");
        await page.Locator("[name=species]").FillAsync("Vulpes vulpes, Red fox");
        await submit.ClickAsync();
        await page.WaitForURLAsync("**/p/creek-valley/cameras/new");
        Assert.Equal("America/Denver false", await _hub.Database.ReadAsync<string>(
            "select time_zone || ' ' || is_demo from projects where slug = 'creek-valley'"));
        Assert.Equal(1L, await AccountsAsync());
        Assert.Equal("Red fox", await _hub.Database.ReadAsync<string>("""
            select n.name from project_species p join taxon_names n on n.taxon_id = p.taxon_id
            """));

        // The hub is set up: the page leads home.
        await page.GotoAsync("/setup");
        await page.WaitForURLAsync("**/p/creek-valley/");
    }

    [Fact]
    public async Task With_a_demo_the_account_alone_leads_to_it()
    {
        await AddDemoAsync();
        var page = await OpenAsync(1440, ColorScheme.Light, "setup-demo");
        await FillAccountAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at the demo" }).ClickAsync();
        await page.WaitForURLAsync("**/p/demo/");
        Assert.Contains("Simulated cameras", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        Assert.Equal("demo", await _hub.Database.ReadAsync<string>("select string_agg(slug, ' ') from projects"));
        Assert.Equal(1L, await AccountsAsync());
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "demo-empty.png"), FullPage = true });
        }
    }

    [Theory]
    [InlineData("demo", "Ridge", "/p/demo/", "demo ridge")]
    [InlineData("camera", "Ridge", "/p/ridge/cameras/new", "demo ridge")]
    [InlineData("camera", "", null, "demo")]
    public async Task With_a_demo_a_project_that_was_typed_is_made_and_a_camera_needs_one(
        string next, string project, string? leadsTo, string projects)
    {
        await AddDemoAsync();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(_hub.Address),
        };
        client.DefaultRequestHeaders.Add("Origin", _hub.Address);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var link = (await LinkAsync()).Split('=')[1];
        using var answer = await client.PostAsync("/setup", new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["link"] = link,
                ["name"] = "Ana Lopez",
                ["email"] = "ana@example.org",
                ["password"] = "a long enough one",
                ["project"] = project,
                ["zone"] = "UTC",
                ["species"] = "",
                ["next"] = next,
            }));
        Assert.Equal(leadsTo, answer.Headers.Location?.OriginalString);
        Assert.Equal(leadsTo is null ? HttpStatusCode.OK : HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(leadsTo is null ? 0L : 1L, await AccountsAsync());
        Assert.Equal(projects, await _hub.Database.ReadAsync<string>(
            "select string_agg(slug, ' ' order by slug) from projects"));
        Assert.Equal(leadsTo is null, (await answer.Content.ReadAsStringAsync()).Contains(
            "The project needs a name", StringComparison.Ordinal));
    }

    Task<string> LinkAsync() => new SignInLinksTable(_hub.Database.Source).CreateForOwnerAsync(default);

    Task<long> AccountsAsync() => _hub.Database.ReadAsync<long>("select count(*) from accounts where kind = 1");

    Task<int> AddDemoAsync() =>
        new ProjectsTable(_hub.Database.Source).EnsureDemoAsync("demo", "Demo", "UTC", 2, default);

    async Task<IPage> OpenAsync(int width, ColorScheme scheme, string name)
    {
        var page = await _hub.OpenAsync(width, 740, scheme, signedIn: false);
        await page.GotoAsync(await LinkAsync());
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{name}-{width}-{scheme}.png"),
                FullPage = true,
            });
        }

        var axe = await page.RunAxe();
        Assert.True(axe.Violations.Length == 0, string.Join("\n", axe.Violations.Select(v => $"{v.Id}: {v.Help}")));
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth") <= 0);
        return page;
    }

    static async Task FillAccountAsync(IPage page)
    {
        await page.Locator("[name=name]").FillAsync("Ana Lopez");
        await page.Locator("[name=email]").FillAsync("ana@example.org");
        await page.Locator("[name=password]").FillAsync("a long enough one");
    }
}
