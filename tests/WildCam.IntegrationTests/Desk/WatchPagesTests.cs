using System.Net;
using Microsoft.Playwright;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>The cameras' list, measurements, map, alerts and gaps, as people use them.</summary>
public sealed class WatchPagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task The_list_is_sorted_by_who_needs_a_visit_and_its_chips_filter(ColorScheme scheme, int width)
    {
        var page = await hub.OpenAsync(width, 800, scheme);
        await page.GotoAsync("/p/creek/cameras");
        Assert.Equal(
            ["C-031 Upper ridge", "C-022 Mill wheel", "C-040 In the box", "C-017 By the ford"],
            await page.Locator(".cameras .name").AllInnerTextsAsync());
        Assert.Contains("expects a check-in every hour", await page.Locator(".cameras .why").First.InnerTextAsync(),
            StringComparison.Ordinal);
        Assert.Contains("was 21", await page.Locator(".cameras li").First.TextContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "1 late" }).ClickAsync();
        Assert.Equal(["C-022 Mill wheel"], await page.Locator(".cameras .name").AllInnerTextsAsync());
        Assert.EndsWith("?state=late", page.Url, StringComparison.Ordinal);
        await page.GoBackAsync();
        await page.GetByLabel("Search by code, name or site").FillAsync("ridge 2");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**q=ridge*");
        Assert.Equal(["C-031 Upper ridge"], await page.Locator(".cameras .name").AllInnerTextsAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Measurements_are_plotted_and_listed()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/cameras/c-017/measurements?days=7");
        Assert.True(await page.Locator("table.list tbody tr").CountAsync() > 100);
        Assert.SkipUnless(
            await page.EvaluateAsync<bool>("'uPlot' in window"), "The front-end packages of npm are not restored.");
        await page.Locator("#plots canvas").First.WaitForAsync();
        Assert.Equal(7, await page.Locator("#plots canvas").CountAsync());
        Assert.Equal("Battery, %", await page.Locator("#plots figcaption").First.InnerTextAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "30 days" }).ClickAsync();
        await page.WaitForURLAsync("**days=30");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task The_map_shows_state_as_shape_word_and_colour_and_opens_by_key(ColorScheme scheme, int width)
    {
        var page = await hub.OpenAsync(width, 800, scheme);
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync("/p/creek/map");
        Assert.Equal(4, await page.Locator(".places li").CountAsync());
        Assert.SkipUnless(
            await page.EvaluateAsync<bool>("'L' in window"), "The front-end packages of npm are not restored.");
        await Wait.UntilAsync(
            async () => complaints.Count > 0 || await page.Locator("#map[data-ready]").CountAsync() > 0,
            TimeSpan.FromSeconds(15), () => "the map is not drawn");
        Assert.Empty(complaints);
        var pin = page.Locator(".pin").First;
        Assert.Equal("3, 1 Silent", (await pin.InnerTextAsync()).Trim());
        Assert.Equal(1, await pin.Locator(".state.bad svg.i").CountAsync());
        await pin.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".leaflet-popup-content a").First.ClickAsync();
        await page.WaitForURLAsync("**/cameras/c-031");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_own_ground_is_put_under_the_map_and_taken_away()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/map");
        await page.GetByText("The ground of this map").ClickAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "park.geojson",
            MimeType = "application/json",
            Buffer = """{"type":"Polygon","coordinates":[[[-121,45],[-120,45],[-120,46],[-121,45]]]}"""u8.ToArray(),
        });
        await page.GetByRole(AriaRole.Button, new() { Name = "Use it" }).ClickAsync();
        await page.GetByText("The ground of this map").ClickAsync();
        await page.GetByText("An own GeoJSON lies under the cameras.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove it" }).ClickAsync();
        await page.GetByText("The ground of this map").ClickAsync();
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Remove it" }).CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_manager_looks_after_an_alert_sets_rules_and_adds_a_channel()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/alerts");
        await page.GetByRole(AriaRole.Button, new() { Name = "I look after it" }).First.ClickAsync();
        await page.GetByText("Ana Lopez looks after it").WaitForAsync();
        await page.GetByLabel("Low battery: % or less").FillAsync("33");
        await page.GetByLabel("From").FillAsync("22:00");
        await page.GetByLabel("Until").FillAsync("06:30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the rules" }).ClickAsync();
        await page.GetByText("The rules are saved.").WaitForAsync();
        Assert.Equal("33", await page.GetByLabel("Low battery: % or less").InputValueAsync());
        Assert.Equal("06:30", await page.GetByLabel("Until").InputValueAsync());

        await page.GetByText("Add Webhook").ClickAsync();
        var form = page.Locator("form", new() { Has = page.Locator("input[value=Webhook]") });
        await form.GetByLabel("Name").FillAsync("Our <b>server</b>");
        await form.GetByLabel("Address").FillAsync("https://127.0.0.1:1/hook");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        var secret = await page.Locator(".secret code").InnerTextAsync();
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        await page.GotoAsync("/p/creek/alerts");
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test over Our <b>server</b>" }).ClickAsync();
        await page.GetByText("A test is on its way.").WaitForAsync();
        await hub.Database.RunAsync("select 1");
        await Wait.UntilAsync(
            () => hub.Database.ReadAsync<bool>("""
                select exists (select from alert_messages where occasion = 3 and state = 3)
                """), TimeSpan.FromSeconds(30), () => "The test of a refused address is not given up.");
        await page.GotoAsync("/p/creek/alerts");
        await page.GetByText("leads to an address that is not public").WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_rule_is_added_followed_muted_and_removed()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/alerts");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Alerts" })
            .GetByRole(AriaRole.Link, new() { Name = "Species" }).ClickAsync();
        await page.GetByText("No rule yet.").WaitForAsync();
        await page.GetByText("Add a rule").ClickAsync();
        await page.Locator("select[name=what]").SelectOptionAsync("lynx-rufus");
        await page.Locator("select[name=site]").SelectOptionAsync("ridge-2");
        await page.GetByLabel("From, site time").FillAsync("20:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add this rule" }).ClickAsync();
        await page.GetByText("Hours have a beginning and an end").WaitForAsync();

        await page.Locator("select[name=what]").SelectOptionAsync("lynx-rufus");
        await page.Locator("select[name=site]").SelectOptionAsync("ridge-2");
        await page.GetByLabel("From, site time").FillAsync("20:00");
        await page.GetByLabel("Until", new() { Exact = true }).FillAsync("05:00");
        await page.Locator("select[name=for]").SelectOptionAsync("project");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add this rule" }).ClickAsync();
        await page.GetByText("The rule is added.").WaitForAsync();
        await page.GetByText("Lynx rufus at Ridge 2, 20:00\u201305:00 site time").WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Do not tell me" }).ClickAsync();
        await page.GetByText("You are not told of this rule any more.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Mute for 7 days" }).ClickAsync();
        await page.GetByText("Muted until").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Tell me by e-mail" }).ClickAsync();
        await page.GetByText("Mails go to the address of your account.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop ana@example.org" }).ClickAsync();
        await page.GetByText("Nothing is sent there any more.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Lynx rufus at Ridge 2" }).ClickAsync();
        await page.GetByText("No rule yet.").WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_service_worker_shows_what_is_pushed()
    {
        var page = await hub.OpenAsync();
        await page.Context.GrantPermissionsAsync(["notifications"]);
        await page.GotoAsync("/p/creek/alerts/species");
        var devtools = await page.Context.NewCDPSessionAsync(page);
        var registration = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        devtools.Event("ServiceWorker.workerRegistrationUpdated").OnEvent += (_, told) =>
        {
            foreach (var one in told!.Value.GetProperty("registrations").EnumerateArray())
            {
                registration.TrySetResult(one.GetProperty("registrationId").GetString()!);
            }
        };
        await devtools.SendAsync("ServiceWorker.enable");
        await page.EvaluateAsync("""
            navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready).then(() => 1)
            """);
        var push = new Dictionary<string, object>
        {
            ["origin"] = hub.Address,
            ["registrationId"] = await registration.Task.WaitAsync(TimeSpan.FromSeconds(15)),
            ["data"] = """{"title":"Lynx at Ridge","body":"2 of them","url":"/p/creek/","tag":"1"}""",
        };
        string shown = "";
        var pushed = System.Diagnostics.Stopwatch.StartNew();
        await devtools.SendAsync("ServiceWorker.deliverPushMessage", push);
        await Wait.UntilAsync(
            async () =>
            {
                // The browser's tools drop one now and then; by its tag a second one takes the first one's place.
                if (pushed.Elapsed > TimeSpan.FromSeconds(5))
                {
                    pushed.Restart();
                    await devtools.SendAsync("ServiceWorker.deliverPushMessage", push);
                }

                shown = await page.EvaluateAsync<string>("""
                    navigator.serviceWorker.getRegistration('/').then(r => r.getNotifications())
                      .then(all => all.map(n => `${n.title}: ${n.body} ${n.data.url}`).join(';'))
                    """);
                return shown.Length > 0;
            },
            TimeSpan.FromSeconds(30), () => "no notification is shown");
        Assert.Equal("Lynx at Ridge: 2 of them /p/creek/", shown);
        Assert.Equal(
            0, await page.EvaluateAsync<int>("caches.keys().then(k => k.length)"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_researcher_decides_on_a_gap_and_takes_it_back()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/gaps");
        await page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "It did not work" }).ClickAsync();
        await page.GetByText("Decided on 1 gap.").WaitForAsync();
        await page.GotoAsync("/p/creek/cameras/c-031");
        await page.GetByText("1 gap:").WaitForAsync();
        await page.GotoAsync("/p/creek/gaps");
        await page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Decide again" }).ClickAsync();
        await page.GetByText("Decided on 1 gap.").WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_a_role_may_not_is_not_there_and_another_site_changes_nothing()
    {
        var project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        foreach (var (role, canDecide) in new[] { (Role.Viewer, false), (Role.Researcher, true) })
        {
            using var client = await VisitorAsync(project, role);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/p/creek/alerts")).StatusCode);
            Assert.Equal(
                canDecide ? HttpStatusCode.OK : HttpStatusCode.NotFound,
                (await client.GetAsync("/p/creek/gaps")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/p/creek/map/cameras.json")).StatusCode);
            Assert.DoesNotContain(
                "/alerts\"", await client.GetStringAsync("/p/creek/cameras"), StringComparison.Ordinal);
        }

        using var stranger = await VisitorAsync(null, Role.Viewer);
        foreach (var path in new[]
            {
                "alerts", "gaps", "map", "map/cameras.json", "map/ground/x", "cameras/c-017/measurements",
                "cameras/c-017/measurements.json",
            })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync("/p/creek/" + path)).StatusCode);
        }

        using var manager = await VisitorAsync(project, Role.Manager);
        foreach (var path in new[] { "alerts/rules", "alerts/channels", "alerts/1/muted", "gaps", "map/ground" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/p/creek/" + path);
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Content = new FormUrlEncodedContent([]);
            Assert.Equal(HttpStatusCode.Forbidden, (await manager.SendAsync(request)).StatusCode);
        }
    }

    async Task<HttpClient> VisitorAsync(int? project, Role role)
    {
        var id = await hub.Database.ReadAsync<int>("""
            insert into accounts (email, name) values ($1, 'Visitor') returning id
            """, $"{Guid.NewGuid():N}@example.org");
        if (project is { } open)
        {
            await new AccountsTable(hub.Database.Source).SetRoleAsync(open, id, role, default);
        }

        var (secret, _) = await new SessionsTable(hub.Database.Source).OpenAsync(id, default);
        var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        return client;
    }
}
