using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.IntegrationTests.Desk;

/// <summary>The field page on a phone, with and without a network; the pages of boards and labels.</summary>
public sealed class FieldPageTests(DeskHub hub) : IClassFixture<DeskHub>
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_page_tells_how_the_camera_is_and_axe_finds_nothing(ColorScheme scheme)
    {
        var page = await hub.OpenAsync(360, 740, scheme);
        var complaints = Listen(page);
        await page.GotoAsync("/c/c-031");
        await page.Locator("#field-state").WaitForAsync();
        Assert.Equal("Silent", (await page.Locator("#field-state").InnerTextAsync()).Trim());
        Assert.Contains("expects a check-in every hour", await page.Locator("#field-sentence").InnerTextAsync(),
            StringComparison.Ordinal);
        Assert.Equal("C-031 Upper ridge", await page.Locator("h1").InnerTextAsync());
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Take a test picture" }).IsVisibleAsync());
        Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Without_a_network_the_page_opens_and_a_visit_is_sent_later()
    {
        var page = await hub.OpenAsync(360, 740);
        await page.GotoAsync("/c/c-017");
        await page.Locator("#field-state").WaitForAsync();
        await Wait.UntilAsync(
            () => page.EvaluateAsync<bool>(
                "caches.open('wildcam-field-1').then(c => c.keys()).then(k => k.length >= 5)"),
            Timeout, () => "The phone does not keep the page.");

        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync("/c/c-031"); // Another camera's label, out in the field.
        await page.GetByText("No connection.").WaitForAsync();
        Assert.Equal("C-031", (await page.Locator("h1").InnerTextAsync()).Trim());
        await page.GetByLabel("Battery changed").CheckAsync();
        await page.GetByLabel("Note").FillAsync("Lens <b>wiped</b>");
        await page.GetByLabel("Latitude").FillAsync("45,5");
        await page.GetByLabel("Longitude").FillAsync("-120.25");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log the visit" }).ClickAsync();
        await page.GetByText("1 visit is not sent yet.").WaitForAsync();
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await page.GetByText("1 visit is not sent yet.").WaitForAsync();
        Assert.Equal(0, await VisitsAsync());

        await page.Context.SetOfflineAsync(false);
        await Wait.UntilAsync(async () => await VisitsAsync() == 1, Timeout, () => "The visit was not sent.");
        await page.GetByText("Lens <b>wiped</b>").WaitForAsync();
        Assert.Equal(
            "Battery changed", await page.Locator("#field-visit-list strong").First.InnerTextAsync());
        Assert.Equal("45.5 t", await hub.Database.ReadAsync<string>("""
            select concat_ws(' ', v.latitude, v.battery_changed)
            from camera_visits v join cameras c on c.id = v.camera_id where c.code = 'c-031'
            """));
        await page.Context.CloseAsync();

        Task<long> VisitsAsync() => hub.Database.ReadAsync<long>("""
            select count(*) from camera_visits v join cameras c on c.id = v.camera_id where c.code = 'c-031'
            """);
    }

    [Fact]
    public async Task A_visit_counts_once_and_its_photo_loses_what_the_phone_wrote_into_it()
    {
        var client = await SignInAsync();
        var exif = "Exif\0\0GPS 45.1, 6.1"u8.ToArray();
        var jpeg = PictureWorld.Scene(1, withAnimal: false);
        byte[] taken = [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
        var base64 = Convert.ToBase64String(taken);
        var visit = $$"""{"key":"{{Guid.NewGuid()}}","at":"2026-05-20T11:00:00Z","card":true,"photo":"{{base64}}"}""";
        for (var n = 0; n < 2; n++)
        {
            using var answer = await client.PostAsync("/c/c-022/visits", Body(visit));
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        var id = await hub.Database.ReadAsync<long>("""
            select min(v.id) from camera_visits v join cameras c on c.id = v.camera_id where c.code = 'c-022'
            having count(*) = 1
            """);
        using var photo = await client.GetAsync($"/c/c-022/visits/{id}/photo");
        Assert.Equal("image/jpeg", photo.Content.Headers.ContentType?.MediaType);
        var kept = await photo.Content.ReadAsByteArrayAsync();
        Assert.InRange(kept.Length, jpeg.Length / 2, jpeg.Length);
        Assert.Equal(-1, kept.AsSpan().IndexOf("GPS"u8));
        Assert.Equal(1, await hub.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.visit' and subject = 'c-022'"));
    }

    [Theory]
    [InlineData("""{"key":"$","at":"2099-01-01T00:00:00Z"}""")]
    [InlineData("""{"key":"$","at":"2026-05-20T11:00:00Z","latitude":91,"longitude":0}""")]
    [InlineData("""{"key":"$","at":"2026-05-20T11:00:00Z","latitude":45}""")]
    [InlineData("""{"key":"$","at":"2026-05-20T11:00:00Z","photo":"bm8ganBlZw=="}""")]
    [InlineData("""{"key":"$","at":"2026-05-20T11:00:00Z","photo":"###"}""")]
    [InlineData("""{"key":"00000000-0000-0000-0000-000000000000","at":"2026-05-20T11:00:00Z"}""")]
    public async Task A_visit_that_makes_no_sense_is_refused(string visit)
    {
        var client = await SignInAsync();
        using var answer = await client.PostAsync(
            "/c/c-022/visits", Body(visit.Replace("$", Guid.NewGuid().ToString(), StringComparison.Ordinal)));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.StartsWith("\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task A_board_that_waits_is_accepted_as_a_new_camera(ColorScheme scheme, int width)
    {
        var fingerprint = Guid.NewGuid().ToString("n")[..16];
        await hub.Database.ReadAsync<int>("""
            insert into camera_enrolments (project_id, fingerprint, code_hash, expires_at, asked_at, board, firmware,
              hardware_address, remote)
            select id, $1, sha256('x'), now() + interval '1 day', now(), 2, '1.0.0', '\x020000000001', '10.0.0.9'
            from projects where slug = 'creek' returning id
            """, fingerprint);
        var page = await hub.OpenAsync(width, 800, scheme);
        await page.GotoAsync($"/c/enrol.{fingerprint}"); // The label of a board that is no camera yet.
        await page.WaitForURLAsync($"**/p/creek/enrolments#{fingerprint}");
        var card = page.Locator($"[id='{fingerprint}']");
        Assert.Contains("02:00:00:00:00:01", await card.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty((await page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        var code = $"new-{width}";
        await card.GetByLabel("Code").FillAsync(code);
        await card.GetByLabel("Name").FillAsync("New one");
        await card.GetByRole(AriaRole.Button, new() { Name = "Accept it", Exact = true }).ClickAsync();
        await page.WaitForURLAsync($"**/p/creek/cameras/{code}");
        Assert.Equal(EnrolmentState.Accepted, (await new EnrolmentsTable(hub.Database.Source)
            .FindAsync(fingerprint, default))!.State(DateTimeOffset.UtcNow));
        await page.GotoAsync($"/c/enrol.{fingerprint}");
        await page.WaitForURLAsync($"**/c/{code}");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_label_leads_to_the_field_page_and_axe_finds_nothing()
    {
        var page = await hub.OpenAsync(360, 740);
        await page.GotoAsync("/p/creek/cameras/c-017/label");
        Assert.Contains("C-017", await page.Locator(".label svg").InnerHTMLAsync(), StringComparison.Ordinal);
        Assert.EndsWith("/c/c-017", await page.GetByRole(AriaRole.Link, new() { Name = "The field page" })
            .GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.Empty((await page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        await page.Context.CloseAsync();
    }

    async Task<HttpClient> SignInAsync()
    {
        var (secret, _) = await new SessionsTable(hub.Database.Source).OpenAsync(
            await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'"), default);
        var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"{WildCam.Hub.Hosting.SessionCookie.Name}={secret}");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return client;
    }

    static StringContent Body(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    static List<string> Listen(IPage page)
    {
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        return complaints;
    }
}
