using System.Net;
using Microsoft.Playwright;

namespace WildCam.IntegrationTests.Desk;

/// <summary>The gallery: filters in the address, Back that restores, arrivals that move nothing, budgets.</summary>
public sealed class GalleryBehaviourTests(DeskHub hub) : IClassFixture<DeskHub>
{
    const int HtmlBytesMax = 14 * 1024;
    const int CssBytesMax = 16 * 1024;
    const int ScriptBytesMax = 18 * 1024;
    const int ReviewBytesMax = 20 * 1024;
    const int BoxesBytesMax = 10 * 1024;
    const int SpriteBytesMax = 5 * 1024;
    const double LayoutShiftMax = 0.02;
    const int RequestsBeforePictureMax = 5;

    [Fact]
    public async Task Gallery_shows_the_events_of_a_species_and_of_a_filter()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/species/vulpes-vulpes?site=old-mill&nonsense=1");
        var cells = await page.Locator(".cell").AllInnerTextsAsync();
        Assert.Equal(60, cells.Count);
        Assert.All(cells, c => Assert.Contains("Red fox", c, StringComparison.Ordinal));
        Assert.All(cells, c => Assert.Contains("Old Mill", c, StringComparison.Ordinal));
        Assert.Contains("nonsense", await page.Locator(".note").InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByLabel("Remove the filter Old Mill").ClickAsync();
        await page.WaitForURLAsync("**/p/creek/species/vulpes-vulpes");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_camera_of_many_is_typed_into_the_filter()
    {
        await hub.Database.RunAsync("""
            with wide as (
              insert into projects (slug, name, time_zone) values ('wide', 'Wide', 'Europe/Paris') returning id)
            insert into cameras (project_id, code, name)
            select id, 'wide-' || n, 'Camera ' || n from wide, generate_series(1, 301) n
            """);
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/wide/pictures");
        await page.Locator("summary", new() { HasText = "Filter" }).ClickAsync();
        var camera = page.GetByLabel("Camera", new() { Exact = true });
        Assert.Equal("for example wide-1", await camera.GetAttributeAsync("placeholder"));
        await camera.FillAsync("Wide-77");
        await camera.PressAsync("Enter");
        await page.WaitForURLAsync("**/p/wide/pictures?camera=Wide-77");
        await Assertions.Expect(page.GetByLabel("Remove the filter WIDE-77")).ToBeVisibleAsync();
        await page.GotoAsync("/p/wide/pictures?camera=wide-999");
        await Assertions.Expect(page.GetByText("This project has no such camera.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Back_restores_the_place_deep_in_the_list(bool ownArrow)
    {
        var page = await hub.OpenAsync();
        var deep = await hub.Database.ReadAsync<Guid>("""
            select id from events order by started_at desc, id desc offset 5000 limit 1
            """);
        await page.GotoAsync($"/p/creek/pictures?at={deep}");
        var cell = page.Locator($".cell[data-id='{deep}']");
        await Assertions.Expect(cell).ToBeInViewportAsync();
        await page.Mouse.WheelAsync(0, 700);
        await page.WaitForFunctionAsync("scrollY > 300");
        var chosen = page.Locator(".cell").Nth(30);
        await chosen.ScrollIntoViewIfNeededAsync();
        var id = await chosen.GetAttributeAsync("data-id");
        var before = await TopAsync(page, id!);
        await chosen.Locator("a").ClickAsync();
        await page.WaitForSelectorAsync("#stage");
        Assert.Single(await page.Locator("h1").AllAsync());
        // To the next event and back again in one step: moving on leaves no trail.
        await page.Locator("#event-older").ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains(id!, StringComparison.Ordinal));
        await page.WaitForSelectorAsync("#stage");
        if (ownArrow)
        {
            await page.Locator("#back").ClickAsync();
        }
        else
        {
            await page.GoBackAsync();
        }

        await page.WaitForURLAsync("**/pictures?at=*");
        await page.WaitForFunctionAsync(
            $"() => document.querySelector(\".cell[data-id='{id}']\")?.matches(':focus-within')");
        var after = await TopAsync(page, id!);
        Assert.True(Math.Abs(after - before) <= 2, $"The cell stood at {before} px and came back at {after} px.");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Scrolling_loads_more_and_keeps_at_most_600_cells()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures?size=s");
        for (var i = 0; i < 15; i++)
        {
            var last = await page.Locator(".cell").Last.GetAttributeAsync("data-id");
            await page.EvaluateAsync("scrollTo(0, document.documentElement.scrollHeight)");
            await page.WaitForFunctionAsync(
                "last => [...document.querySelectorAll('.cell')].at(-1).dataset.id !== last", last);
        }

        Assert.InRange(await page.Locator(".cell").CountAsync(), 300, 700);
        var twice = await page.EvaluateAsync<int>("""
            (() => { const ids = [...document.querySelectorAll('.cell')].map(c => c.dataset.id);
              return ids.length - new Set(ids).size; })()
            """);
        Assert.Equal(0, twice);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_arrival_is_told_by_a_chip_and_moves_nothing()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures");
        await page.EvaluateAsync("""
            (() => { window.moved = 0; new PerformanceObserver(l => l.getEntries().forEach(e => moved += e.value))
              .observe({ type: 'layout-shift', buffered: true }); })()
            """);
        await page.Mouse.WheelAsync(0, 900);
        await page.WaitForFunctionAsync("scrollY > 500");
        await ArriveAsync();
        var chip = page.Locator("#arrivals");
        await Assertions.Expect(chip).ToContainTextAsync("new event");
        Assert.True(await page.EvaluateAsync<double>("moved") <= 0.02);
        await chip.ClickAsync();
        await page.WaitForFunctionAsync("scrollY === 0");
        Assert.Contains("Not looked at yet", await page.Locator(".cell").First.InnerTextAsync(),
            StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keys_alone_open_a_picture_walk_its_event_and_return()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/pictures?site=old-mill");
        await page.Locator(".cell:has(.many) a").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#stage:focus");
        var first = page.Url;
        await page.Keyboard.PressAsync("ArrowRight");
        await page.WaitForURLAsync(url => url != first);
        await page.WaitForSelectorAsync("#stage:focus");
        await page.Keyboard.PressAsync("b");
        await page.Keyboard.PressAsync("l");
        await Assertions.Expect(page.Locator("#stage")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex(
            "lighten", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync("**/pictures?site=old-mill&at=*");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_days_beside_the_gallery_lead_to_a_day_and_move_nothing_in_coming()
    {
        var page = await hub.OpenAsync();
        await page.AddInitScriptAsync("""
            window.moved = 0; new PerformanceObserver(l => l.getEntries().forEach(e => moved += e.value))
              .observe({ type: 'layout-shift', buffered: true })
            """);
        await page.GotoAsync("/p/creek/pictures?site=old-mill&hour=18-06");
        var month = page.Locator("#days li").Nth(1).Locator("a").First;
        await month.WaitForAsync();
        Assert.True(await page.EvaluateAsync<double>("moved") <= LayoutShiftMax);
        Assert.Equal("date", await page.Locator("#days li").First.GetAttributeAsync("aria-current"));
        await month.ClickAsync();
        await page.WaitForURLAsync("**/pictures?site=old-mill&hour=18-06&day=*");
        var day = await page.Locator("#grid .day").First.GetAttributeAsync("data-day");
        Assert.True(string.CompareOrdinal(day, page.Url[^10..]) <= 0, $"{page.Url} begins at {day}");

        // Newer ones are above it, and Back from a picture forgets the day for the picture's own place.
        await Assertions.Expect(page.Locator("#newer")).ToBeVisibleAsync();
        await page.Locator(".cell a").Nth(3).ClickAsync();
        await page.WaitForSelectorAsync("#stage");
        await page.GoBackAsync();
        await page.WaitForURLAsync("**/pictures?site=old-mill&hour=18-06&at=*");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/p/creek/pictures", 2000)]
    [InlineData("/p/creek/pictures/{0}", 2500)]
    public async Task On_a_slow_phone_the_largest_picture_comes_soon_and_nothing_moves(string path, int millisecondsMax)
    {
        var page = await hub.OpenAsync(360, 740);
        var requests = new List<string>();
        page.Request += (_, request) => requests.Add(request.ResourceType);
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false, ["latency"] = 150, ["downloadThroughput"] = 200_000, ["uploadThroughput"] = 94_000,
        });
        await page.AddInitScriptAsync("""
            window.moved = 0; window.largest = 0;
            new PerformanceObserver(l => l.getEntries().forEach(e => moved += e.value))
              .observe({ type: 'layout-shift', buffered: true });
            new PerformanceObserver(l => l.getEntries().forEach(e => largest = e.startTime))
              .observe({ type: 'largest-contentful-paint', buffered: true })
            """);
        var id = await hub.Database.ReadAsync<Guid>("select md5('7.0')::uuid");
        await page.GotoAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, id));
        await page.WaitForFunctionAsync("largest > 0");
        var largest = await page.EvaluateAsync<double>("largest");
        var moved = await page.EvaluateAsync<double>("moved");
        TestContext.Current.TestOutputHelper?.WriteLine($"largest paint {largest:0} ms, moved {moved:0.000}");
        Assert.True(moved <= LayoutShiftMax, $"{path} moved by {moved:0.000}");
        Assert.InRange(requests.TakeWhile(r => r != "image").Count(), 1, RequestsBeforePictureMax);
        // A machine that is busy with other tests says nothing of the page: judged where WILDCAM_BUDGETS asks for it.
        Assert.True(
            Environment.GetEnvironmentVariable("WILDCAM_BUDGETS") != "1" || largest <= millisecondsMax,
            $"{path} showed its largest picture after {largest:0} ms");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Transferred_bytes_stay_in_the_budget()
    {
        using var handler = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(hub.Address) };
        var account = await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'");
        var (secret, _) = await new WildCam.Storage.Accounts.SessionsTable(hub.Database.Source)
            .OpenAsync(account, default);
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        async Task<int> BytesAsync(string path)
        {
            var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("br", answer.Content.Headers.ContentEncoding.Single());
            return (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        var html = await BytesAsync("/p/creek/pictures");
        var css = await BytesAsync("/desk.css");
        var scripts = await BytesAsync("/live.js") + await BytesAsync("/gallery.js")
            + await BytesAsync("/picture.js") + await BytesAsync("/stage.js");
        var review = await BytesAsync("/review.js") + await BytesAsync("/decide.js") + await BytesAsync("/outbox.js")
            + await BytesAsync("/picker.js");
        var boxes = await BytesAsync("/boxes.js");
        var sprite = await BytesAsync("/icons.svg");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"html {html}, css {css}, scripts {scripts}, review {review}, boxes {boxes}, sprite {sprite} (brotli)");
        Assert.InRange(html, 1000, HtmlBytesMax);
        Assert.InRange(css, 1000, CssBytesMax);
        Assert.InRange(scripts, 1000, ScriptBytesMax);
        Assert.InRange(review, 1000, ReviewBytesMax);
        Assert.InRange(boxes, 1000, BoxesBytesMax);
        Assert.InRange(sprite, 500, SpriteBytesMax);
    }

    static Task<double> TopAsync(IPage page, string id) => page.EvaluateAsync<double>(
        "id => document.querySelector(`.cell[data-id=\"${id}\"]`).getBoundingClientRect().top", id);

    /// <summary>A new event, as the event job leaves it, and its page event.</summary>
    async Task ArriveAsync()
    {
        var id = Guid.CreateVersion7();
        await hub.Database.RunAsync("""
            insert into events (id, project_id, camera_id, site_id, started_at, ended_at, capture_count)
            select $1, e.project_id, e.camera_id, e.site_id, now(), now(), 1
            from events e order by started_at desc limit 1
            """, id);
        await hub.Database.RunAsync("""
            insert into page_events (project_id, kind, subject)
            select project_id, 'arrival', $1::text from events where id = $1
            """, id);
    }
}
