using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Ingest;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Uploads that were broken off are seen by those who look after the cameras.</summary>
public sealed class GivenUpUploadsTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Fact]
    public async Task Abandoned_uploads_stand_on_their_cameras_page_and_are_counted_on_the_jobs_page()
    {
        var capture = await SeedAsync();
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1440), (ColorScheme.Dark, 360) })
        {
            var page = await hub.OpenAsync(width, 740, scheme);
            await page.GotoAsync("/p/creek/cameras/c-022");
            var summary = page.GetByText("2 uploads given up in 30 days, 1 not here yet");
            await summary.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            var rows = page.GetByRole(AriaRole.Region, new() { Name = "Uploads given up" }).Locator("tbody tr");
            await Assertions.Expect(rows).ToHaveCountAsync(2);
            await Assertions.Expect(rows.First).ToContainTextAsync("40 KB of 300 KB");
            await Assertions.Expect(rows.First).ToContainTextAsync("Not here yet");
            await Assertions.Expect(rows.Last).ToContainTextAsync("Safely stored");
            Assert.Equal(
                $"/p/creek/pictures/{capture}",
                await rows.Last.GetByRole(AriaRole.Link).GetAttributeAsync("href"));
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth") <= 0);
            Assert.Empty((await page.RunAxe()).Violations);
            if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
            {
                await page.ScreenshotAsync(
                    new() { Path = Path.Combine(folder, $"uploads-{width}.png"), FullPage = true });
            }

            await page.GotoAsync("/server/jobs");
            await Assertions.Expect(page.GetByText(
                "2 uploads were given up in the last 24 hours: their cameras send them again. 1 has arrived since."))
                .ToBeVisibleAsync();
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task Those_who_only_look_are_not_told_of_uploads()
    {
        await SeedAsync();
        var id = await hub.Database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, 'Cleo') returning id", $"{Guid.NewGuid():N}@example.org");
        var project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        await new AccountsTable(hub.Database.Source).SetRoleAsync(project, id, Role.Viewer, default);
        var (secret, _) = await new SessionsTable(hub.Database.Source).OpenAsync(id, default);
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var page = await client.GetStringAsync("/p/creek/cameras/c-022");
        Assert.Contains("Mill wheel", page, StringComparison.Ordinal);
        Assert.DoesNotContain("given up", page, StringComparison.Ordinal);
    }

    // Gives the picture that came later.
    async Task<Guid> SeedAsync()
    {
        var camera = await hub.Database.ReadAsync<int>("select id from cameras where code = 'c-022'");
        var known = await hub.Database.ReadAsync<Guid>(
            "select id from capture_identities where camera_id = $1 order by captured_at desc limit 1", camera);
        var deviceId = await hub.Database.ReadAsync<byte[]>(
            "select device_capture_id from capture_identities where id = $1", known);
        var now = DateTimeOffset.UtcNow;
        await new AbandonedUploadsTable(hub.Database.Source).NoteForSweepAsync(
            [
                new(camera, [7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0], now.AddMinutes(-5), 300_000, 40_000),
                new(camera, deviceId, now.AddHours(-1), 340_000, 0),
            ],
            default);
        return known;
    }
}
