using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Each page breaks no rule of access or content policy, and fits every width.</summary>
public sealed class DeskPagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    static readonly (string Name, string Path)[] Pages =
    [
        ("home", "/p/creek/"),
        ("pictures", "/p/creek/pictures"),
        ("fox", "/p/creek/species/vulpes-vulpes"),
        ("species", "/p/creek/species"),
        ("tree", "/p/creek/species?by=tree"),
        ("search", "/p/creek/search?q=fox"),
        ("days", "/p/creek/days?site=old-mill"),
        ("views", "/p/creek/views"),
        ("review", "/p/creek/review"),
        ("verification", "/p/creek/charts/verification"),
        ("clocks", "/p/creek/review/clocks"),
        ("repeats", "/p/creek/review/repeats"),
        ("species-list", "/p/creek/settings/species"),
        ("review-low", "/p/creek/review?queue=low"),
        ("cameras", "/p/creek/cameras"),
        ("camera", "/p/creek/cameras/c-017"),
        ("camera-new", "/p/creek/cameras/new"),
        ("measurements", "/p/creek/cameras/c-017/measurements"),
        ("map", "/p/creek/map"),
        ("alerts", "/p/creek/alerts"),
        ("species-alerts", "/p/creek/alerts/species"),
        ("gaps", "/p/creek/gaps"),
        ("reports", "/p/creek/reports"),
        ("import", "/p/creek/import"),
        ("exports", "/p/creek/exports"),
        ("privacy", "/p/creek/settings/privacy"),
        ("jobs", "/server/jobs"),
        ("audit", "/server/audit"),
        ("history", "/p/creek/history"),
        ("picture", ""),
        ("missing", "/p/creek/nothing-here"),
    ];

    public static TheoryData<string, ColorScheme, int> Views()
    {
        var views = new TheoryData<string, ColorScheme, int>();
        foreach (var (name, _) in Pages)
        {
            views.Add(name, ColorScheme.Light, 1440);
            views.Add(name, ColorScheme.Dark, 1440);
            views.Add(name, ColorScheme.Light, 768);
            views.Add(name, ColorScheme.Dark, 360);
        }

        return views;
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Page_is_accessible_and_fits(string name, ColorScheme scheme, int width)
    {
        var page = await hub.OpenAsync(width, width < 500 ? 740 : 900, scheme);
        var violations = await WatchAsync(page);
        await page.GotoAsync(await PathAsync(name));
        await CheckAsync(page, name, scheme, width, violations);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Sign_in_is_accessible_and_fits(ColorScheme scheme, int width)
    {
        var page = await hub.OpenAsync(width, 740, scheme, signedIn: false);
        var violations = await WatchAsync(page);
        await page.GotoAsync("/p/creek/pictures?site=old-mill");
        Assert.Equal("Sign in to WildCam", await page.Locator("h1").InnerTextAsync());
        Assert.Contains("to=%2Fp%2Fcreek%2Fpictures%3Fsite%3Dold-mill", page.Url, StringComparison.Ordinal);
        await CheckAsync(page, "sign-in", scheme, width, violations);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_jobs_page_tells_of_failures_and_recurring_work_and_tries_again()
    {
        await hub.Database.RunAsync("""
            insert into jobs (kind, subject, state, reason)
            select 'exif', 'lost-' || n, 3, 'The disk was <full>.' from generate_series(1, 3) n
            """);
        var page = await hub.OpenAsync();
        await page.GotoAsync("/server/jobs");
        await Assertions.Expect(page.Locator(".truth")).ToContainTextAsync("Keeping up:");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(
            AriaRole.Rowheader, new() { Name = "exif", Exact = true }) });
        Assert.Equal("3", await row.GetByRole(AriaRole.Cell).Nth(3).InnerTextAsync());
        var failure = page.Locator(".failures li");
        await Assertions.Expect(failure).ToContainTextAsync("exif The disk was <full>.");
        var recurring = page.GetByRole(AriaRole.Region, new() { Name = "Recurring work" });
        await Wait.UntilAsync(
            async () =>
            {
                await page.ReloadAsync();
                var all = await recurring.Locator("tbody tr").AllInnerTextsAsync();
                return all.Count >= 3 && all.All(r => r.Contains("Done", StringComparison.Ordinal)
                    && r.Contains("in ", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(30), () => "not each recurring work ran and has a next time");
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "jobs-failed.png"), FullPage = true });
        }

        await failure.GetByRole(AriaRole.Button, new() { Name = "Try again 3" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync(
            "3 jobs will be tried again.");
        await Assertions.Expect(page.Locator(".failures")).ToHaveCountAsync(0);
        Assert.Equal(0L, await hub.Database.ReadAsync<long>("select count(*) from jobs where state = 3"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_project_that_is_closed_looks_like_none()
    {
        await hub.Database.RunAsync("""
            insert into projects (slug, name, time_zone) values ('elsewhere', 'Elsewhere', 'UTC') on conflict do nothing
            """);
        var id = await hub.Database.ReadAsync<int>("""
            insert into accounts (email, name) values ('ben@example.org', 'Ben') returning id
            """);
        var (secret, _) = await new WildCam.Storage.Accounts.SessionsTable(hub.Database.Source).OpenAsync(id, default);
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        foreach (var path in new[] { "/p/elsewhere/pictures", "/p/no-such/pictures", "/server/jobs" })
        {
            var answer = await client.GetAsync(path);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("does not exist, or not in your projects", await answer.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_owners_link_lets_in_once()
    {
        var page = await hub.OpenAsync(signedIn: false);
        var links = new WildCam.Storage.Accounts.SignInLinksTable(hub.Database.Source);
        var link = await links.CreateForOwnerAsync(default);
        await page.GotoAsync(link);
        await page.WaitForURLAsync("**/p/creek/");
        await page.GetByText("AL", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        await page.GotoAsync(link);
        Assert.Contains("This link was used", await page.GetByRole(AriaRole.Alert).InnerTextAsync(),
            StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    static async Task<List<string>> WatchAsync(IPage page)
    {
        var violations = new List<string>();
        await page.ExposeFunctionAsync("reportViolation", (string what) => violations.Add(what));
        await page.AddInitScriptAsync("""
            addEventListener('securitypolicyviolation', e => reportViolation(`${e.violatedDirective} ${e.blockedURI}`))
            """);
        page.PageError += (_, error) => violations.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal))
            {
                violations.Add(message.Text);
            }
        };
        return violations;
    }

    static async Task CheckAsync(IPage page, string name, ColorScheme scheme, int width, List<string> violations)
    {
        await PageCheck.PassAsync(page, name, width, scheme, isFullPage: false);
        Assert.Empty(violations);
    }

    async Task<string> PathAsync(string name)
    {
        if (name != "picture")
        {
            return Pages.First(p => p.Name == name).Path;
        }

        var id = await hub.Database.ReadAsync<Guid>("select md5('7.0')::uuid");
        return $"/p/creek/pictures/{id}?in=site%3Dold-mill";
    }
}
