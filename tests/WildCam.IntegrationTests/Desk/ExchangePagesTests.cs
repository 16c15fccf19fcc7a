using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.Playwright;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Cards come in and data goes out through the pages.</summary>
public sealed class ExchangePagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Fact]
    public async Task An_export_is_asked_for_by_keyboard_made_and_downloaded()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/exports");
        await page.GetByLabel("CSV, one row an observation").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the export" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var row = page.Locator("#made li").Filter(new() { HasText = "CSV" }).First;
        await Assertions.Expect(row).ToContainTextAsync("Ready", new() { Timeout = 60_000 });
        await Assertions.Expect(row).ToContainTextAsync("people left out");
        var download = await page.RunAndWaitForDownloadAsync(() =>
            row.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        Assert.StartsWith("creek-csv-", download.SuggestedFilename, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.StartsWith("capture_id,captured_at,camera", lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length > 1000, $"{lines.Length} lines");
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.Locator("#made li").First).Not.ToContainTextAsync("Download");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_package_of_the_seeded_project_is_valid()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/exports");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the export" }).ClickAsync();
        var row = page.Locator("#made li").Filter(new() { HasText = "Camtrap DP" }).First;
        await Assertions.Expect(row).ToContainTextAsync("Ready", new() { Timeout = 90_000 });
        var download = await page.RunAndWaitForDownloadAsync(() =>
            row.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        using var zip = ZipFile.OpenRead(await download.PathAsync());
        Assert.Equal(
            ["datapackage.json", "deployments.csv", "media.csv", "observations.csv"],
            zip.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_card_is_previewed_brought_in_and_gone_on_with()
    {
        var card = Directory.CreateTempSubdirectory("wildcam-card-");
        var folder = Directory.CreateDirectory(Path.Combine(card.FullName, "DCIM", "100")).FullName;
        await AddAsync(folder, "IMG_0001.JPG", 11, "2026:02:03 04:05:06");
        await AddAsync(folder, "IMG_0002.JPG", 12, "2000:01:01 00:00:09");
        await AddAsync(folder, "IMG_0003.JPG", 13, "2025:06:01 12:00:00");
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "not a picture");
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/import?camera=c-017");
        await page.Locator("#folder").SetInputFilesAsync(card.FullName);
        await Assertions.Expect(page.Locator("#sum-files")).ToContainTextAsync("3 pictures");
        await Assertions.Expect(page.Locator("#sum-files")).ToContainTextAsync("1 other files stay on the card");
        await Assertions.Expect(page.Locator("#sum-known")).ToHaveTextAsync("none by name and size");
        await Assertions.Expect(page.Locator("#sum-sites")).ToHaveTextAsync("Creek North (1)");
        await Assertions.Expect(page.Locator("#warnings")).ToContainTextAsync("the clock was not set");
        await Assertions.Expect(page.Locator("#warnings")).ToContainTextAsync("this camera stood nowhere");
        await ScreenshotAsync(page, "import-preview");
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring in 3 pictures" }).ClickAsync();
        await Assertions.Expect(page.Locator("#told")).ToContainTextAsync("3 pictures brought in.");
        await Assertions.Expect(page.Locator("#closing")).ToContainTextAsync("You may close this tab");
        Assert.Equal(3L, await hub.Database.ReadAsync<long>(
            "select count(*) from captures where file_name like 'DCIM/100/IMG_000%'"));

        // The card grew, and a name is hostile; what is there is not sent again.
        await AddAsync(folder, "IMG_0004.JPG", 14, "2026:02:04 04:05:06");
        await AddAsync(folder, "<img src=x onerror=alert(1)>.JPG", 15, "2026:02:05 04:05:06");
        await File.WriteAllTextAsync(Path.Combine(folder, "broken.JPG"), "<html>no picture</html>");
        await page.ReloadAsync();
        await page.Locator("#folder").SetInputFilesAsync(card.FullName);
        await Assertions.Expect(page.Locator("#sum-known")).ToHaveTextAsync("3 pictures");
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring in 3 pictures" }).ClickAsync();
        await Assertions.Expect(page.Locator("#told")).ToContainTextAsync("2 pictures brought in, 1 refused.");
        await Assertions.Expect(page.Locator("#refused")).ToContainTextAsync("not a JPEG by its first bytes");
        Assert.Equal(0, await page.Locator("#refused img").CountAsync());
        card.Delete(recursive: true);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_hub_that_is_away_for_a_moment_is_asked_again()
    {
        var card = Directory.CreateTempSubdirectory("wildcam-card-");
        await AddAsync(card.FullName, "ONE.JPG", 21, "2026:02:03 04:05:06");
        var page = await hub.OpenAsync();
        var failures = 0;
        await page.RouteAsync("**/card?name=*", route => Interlocked.Increment(ref failures) == 1
            ? route.AbortAsync("connectionreset")
            : route.ContinueAsync());
        await page.GotoAsync("/p/creek/import");
        await page.Locator("#folder").SetInputFilesAsync(card.FullName);
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring in 1 picture" }).ClickAsync();
        await Assertions.Expect(page.Locator("#told")).ToContainTextAsync("1 picture brought in.");
        Assert.Equal(2, failures);
        card.Delete(recursive: true);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Predictions_are_looked_at_before_they_are_taken_in()
    {
        var picture = await hub.Database.ReadAsync<Guid>("select md5('9.0')::uuid");
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/import");
        await page.Locator("#other-file").SetInputFilesAsync(new FilePayload
        {
            Name = "results.json",
            MimeType = "application/json",
            Buffer = Encoding.UTF8.GetBytes($$"""
                {"info":{"format_version":"1.6","detector":"md_v5a"},"detection_categories":{"1":"animal"},
                "images":[{"file":"a/{{picture}}.jpg","detections":[{"category":"1","conf":0.9,"bbox":[0,0,1,1]}]},
                {"file":"<b>gone</b>.jpg","detections":[]}]}
                """),
        });
        await Assertions.Expect(page.Locator("#other-told")).ToContainTextAsync("1 of 2 pictures are here");
        await Assertions.Expect(page.Locator("#other-problems")).ToContainTextAsync("<b>gone</b>.jpg: no picture");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it in" }).ClickAsync();
        await Assertions.Expect(page.Locator("#other-told")).ToContainTextAsync("of 1 picture for the first time");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Sensitive_species_and_who_sees_people_are_chosen_on_a_page()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/settings/privacy");
        await page.GetByLabel("Raccoon").CheckAsync();
        await page.GetByLabel("Seen by").SelectOptionAsync("Manager");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Saved.");
        Assert.True(await page.GetByLabel("Raccoon").IsCheckedAsync());
        Assert.Equal((short)3, await hub.Database.ReadAsync<short>(
            "select people_role from projects where slug = 'creek'"));
        Assert.Equal("Procyon lotor", await hub.Database.ReadAsync<string>("""
            select after -> 'sensitive' ->> 0 from audit_entries where action = 'project.privacy'
            """));
        await hub.Database.RunAsync("update projects set people_role = 2 where slug = 'creek'");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_viewer_gets_the_addresses_of_blurred_pictures_and_no_page_of_exports()
    {
        var viewer = await hub.Database.ReadAsync<int>("""
            with v as (insert into accounts (email, name) values ('vera@example.org', 'Vera') returning id)
            insert into memberships (project_id, account_id, role)
            select p.id, v.id, 1 from projects p, v where p.slug = 'creek' returning account_id
            """);
        var (secret, _) = await new SessionsTable(hub.Database.Source).OpenAsync(viewer, default);
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var picture = await hub.Database.ReadAsync<Guid>("select md5('7.0')::uuid");
        foreach (var path in new[]
            { "/p/creek/", "/p/creek/pictures", "/p/creek/pictures?view=animal", "/p/creek/gallery",
                "/p/creek/cameras/c-017", $"/p/creek/pictures/{picture}" })
        {
            var html = await client.GetStringAsync(path);
            Assert.DoesNotMatch("/media/[0-9a-f-]{36}/[0-9]", html);
            Assert.DoesNotContain("/exports", html, StringComparison.Ordinal);
        }

        Assert.Contains("/veiled/", await client.GetStringAsync("/p/creek/pictures"), StringComparison.Ordinal);
        foreach (var path in new[] { "exports", "import", "settings/privacy" })
        {
            using var answer = await client.GetAsync($"/p/creek/{path}");
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    static async Task ScreenshotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    /// <summary>A picture as a card has it, with the time that its camera took for the time.</summary>
    static Task AddAsync(string folder, string name, int take, string taken)
    {
        var scene = PictureWorld.Scene(take, withAnimal: true);
        var tiff = new byte[64];
        "II*\0"u8.CopyTo(tiff);
        BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(4), 8);
        Entry(tiff.AsSpan(8), 0x8769, 4, 1, 26);
        Entry(tiff.AsSpan(26), 0x9003, 2, 20, 44);
        Encoding.ASCII.GetBytes(taken, tiff.AsSpan(44));
        byte[] segment = [0xFF, 0xE1, 0, (byte)(2 + 6 + tiff.Length), .. "Exif\0\0"u8, .. tiff];
        return File.WriteAllBytesAsync(
            Path.Combine(folder, name), [.. scene[..2], .. segment, .. scene[2..]]);
    }

    /// <summary>A directory of one entry (TIFF 6.0, section 2).</summary>
    static void Entry(Span<byte> at, ushort tag, ushort type, uint count, uint value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], tag);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], type);
        BinaryPrimitives.WriteUInt32LittleEndian(at[6..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(at[10..], value);
    }
}
