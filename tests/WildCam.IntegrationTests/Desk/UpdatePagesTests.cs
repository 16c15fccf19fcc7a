using System.Security.Cryptography;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.IntegrationTests.Fleet;
using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Firmware comes in, goes out in steps, stops by itself and is gone on with, all by the pages.</summary>
public sealed class UpdatePagesTests(DeskHub hub) : IClassFixture<DeskHub>, IAsyncLifetime
{
    const int Fleet = 20;

    static readonly Version Old = new(1, 4, 2);
    static readonly Version New = new(1, 5, 0);

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    int _project;

    RolloutPagesTable Pages => new(hub.Database.Source);

    RolloutWork Work => new(hub.Database.Source, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _project = await hub.Database.ReadAsync<int>("select id from projects where slug = 'creek'");
        await hub.Database.RunAsync("""
            truncate rollout_history, rollout_cameras, rollout_steps, rollouts, firmware, firmware_publishers
            restart identity cascade
            """);
        await hub.Database.RunAsync("""
            insert into cameras (project_id, code, name, board, password_hash)
            select $1, 'up-' || lpad(n::text, 2, '0'), 'Camera ' || n, 1, sha256(n::text::bytea)
            from generate_series(1, $2) n on conflict do nothing
            """, _project, Fleet);
        await hub.Database.RunAsync("""
            insert into camera_states (camera_id, firmware, battery_percent, last_seen_at, next_contact_at)
            select id, '1.4.2', 80, now(), now() + interval '1 hour' from cameras where code like 'up-%'
            on conflict (camera_id) do update set firmware = '1.4.2', battery_percent = 80, last_seen_at = now(),
              next_contact_at = now() + interval '1 hour', last_capture_at = null
            """);
        await hub.Database.RunAsync("""
            insert into camera_update_keys (camera_id, sealed_key)
            select id, '\x00' from cameras where code like 'up-%' on conflict do nothing
            """);
        await hub.Database.RunAsync("""
            update camera_states set battery_percent = 12
            where camera_id in (select id from cameras where code in ('up-19', 'up-20'))
            """);
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_publisher_is_trusted_its_firmware_uploaded_and_rolled_out_by_the_pages()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/updates");
        await Assertions.Expect(page.Locator(".note")).ToContainTextAsync("No publisher is trusted yet");
        await page.GetByText("Publishers whose firmware is taken").ClickAsync();
        await page.GetByLabel("Name").FillAsync("WildCam team");
        await page.GetByLabel("Public key in PEM").FillAsync("nonsense");
        await page.GetByRole(AriaRole.Button, new() { Name = "Trust this publisher" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no public key in PEM");
        await page.GetByLabel("Public key in PEM").FillAsync(_key.ExportSubjectPublicKeyInfoPem());
        await page.GetByRole(AriaRole.Button, new() { Name = "Trust this publisher" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveCountAsync(0);

        var bundle = TestFirmware.Make(_key, New);
        await UploadAsync(page, [.. bundle[..^1], (byte)(bundle[^1] ^ 1)]);
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("it was changed");
        await UploadAsync(page, bundle);
        var row = page.GetByRole(AriaRole.Region, new() { Name = "Firmware" }).Locator("tbody tr");
        await Assertions.Expect(row).ToContainTextAsync("simulator");
        await row.GetByRole(AriaRole.Link, new() { Name = "Roll out" }).ClickAsync();

        await Assertions.Expect(page.Locator(".truth")).ToHaveTextAsync(
            "20 of 24 cameras: 2 below 30\u00a0% battery wait, 4 have another board.");
        await page.GetByText("Change steps").ClickAsync();
        await page.GetByLabel("Steps", new() { Exact = true }).FillAsync("2, most");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what it would do" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("'most' is no step");
        await page.GetByLabel("Steps", new() { Exact = true }).FillAsync("2, 50 %, rest");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what it would do" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rings li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".rings li").Nth(1)).ToContainTextAsync("10 cameras");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the rollout to 20 cameras" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Firmware 1.5.0");
        // It begins by itself, and the page shows that without being asked.
        await Assertions.Expect(page.Locator(".group")).ToContainTextAsync(
            "Waiting to wake up (2)", new() { Timeout = 20_000 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_rollout_that_stopped_by_itself_says_why_and_goes_on_or_is_rolled_back()
    {
        await StartAsync();
        await FailFirstAsync();
        var page = await hub.OpenAsync();
        await page.GotoAsync("/p/creek/updates/1");
        await Assertions.Expect(page.Locator(".truth")).ToContainTextAsync(
            "Stopped by itself in step 1: 1 of 1 failed (limit 1).");
        var failed = page.Locator(".group").Filter(new() { HasText = "Failed (1)" });
        await Assertions.Expect(failed).ToContainTextAsync("went back to 1.4.2: no picture was delivered");
        await Assertions.Expect(failed).ToContainTextAsync("reports 1.4.2");
        await failed.GetByRole(AriaRole.Link, new() { Name = "Log of" }).ClickAsync();
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("Failed, reports 1.4.2");

        var late = await hub.OpenAsync();
        await late.GotoAsync("/p/creek/updates/1");
        await page.GetByText("Continue…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue the rollout" }).ClickAsync();
        await Assertions.Expect(page.Locator(".truth .state")).ToHaveTextAsync("Running");
        await late.GetByText("Cancel…").ClickAsync();
        await late.GetByRole(AriaRole.Button, new() { Name = "Cancel the rollout" }).ClickAsync();
        await Assertions.Expect(late.GetByRole(AriaRole.Alert)).ToContainTextAsync(
            "Nothing was done: Ana Lopez went on");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause the rollout" }).ClickAsync();
        await Assertions.Expect(page.Locator(".truth")).ToContainTextAsync("Ana Lopez paused it just now.");
        await page.Context.CloseAsync();
        await late.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_may_not_manage_the_project_finds_no_updates()
    {
        await StartAsync();
        var ben = await hub.Database.ReadAsync<int>("""
            insert into accounts (email, name) values ($1, 'Ben') returning id
            """, $"{Guid.NewGuid():N}@example.org");
        await hub.Database.RunAsync(
            "insert into memberships (project_id, account_id, role) values ($1, $2, 2)", _project, ben);
        var (secret, _) = await new WildCam.Storage.Accounts.SessionsTable(hub.Database.Source).OpenAsync(ben, default);
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"wildcam_session={secret}");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        foreach (var path in new[] { "/p/creek/updates", "/p/creek/updates/1", "/p/creek/updates/new?firmware=1" })
        {
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
        }

        Assert.DoesNotContain(
            "/updates", await client.GetStringAsync("/p/creek/cameras"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 1440)]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task The_pages_are_accessible_and_fit(ColorScheme scheme, int width)
    {
        await StartAsync();
        await FailFirstAsync();
        var page = await hub.OpenAsync(width, 740, scheme);
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
        foreach (var (name, path) in new[]
            {
                ("updates", "/p/creek/updates"), ("rollout-new", "/p/creek/updates/new?firmware=1"),
                ("rollout", "/p/creek/updates/1"),
            })
        {
            await page.GotoAsync(path);
            foreach (var fold in await page.Locator(".fold > summary").AllAsync())
            {
                await fold.ClickAsync();
            }

            await PageCheck.PassAsync(page, name, width, scheme);
        }

        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    static async Task UploadAsync(IPage page, byte[] bundle)
    {
        var fold = page.Locator("details.fold").Filter(new() { HasText = "Upload firmware" });
        if (await fold.GetAttributeAsync("open") is null)
        {
            await fold.Locator("summary").ClickAsync();
        }

        await page.GetByLabel("Bundle").SetInputFilesAsync(
            new FilePayload { Name = "wildcam.wcb", MimeType = "application/octet-stream", Buffer = bundle });
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and add" }).ClickAsync();
    }

    async Task StartAsync()
    {
        var publisher = await hub.Database.ReadAsync<int>("""
            insert into firmware_publishers (name, public_key) values ('WildCam team', '\x01') returning id
            """);
        foreach (var version in new[] { New, Old })
        {
            await hub.Database.RunAsync("""
                insert into firmware (publisher_id, board, major, minor, patch, loader_major, loader_minor, size_bytes,
                  digest, sha256, blob_path, notes)
                values ($1, 1, $2, $3, $4, 1, 0, 61234, sha256('d'), sha256('s'), 'firmware/x.wcb',
                  'Fewer blank pictures in wind.')
                """, publisher, version.Major, version.Minor, version.Build);
        }

        var ana = await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'");
        var answer = await new Rollouts(
            hub.Database.Source, new FirmwareTable(hub.Database.Source), TimeProvider.System).StartAsync(
                _project, 1, RolloutPlan.Careful, new(ana, "test"), default);
        Assert.Equal((1, RolloutRefusal.None), (answer.Id, answer.Refusal));
        await Wait.UntilAsync(
            async () =>
            {
                await Work.AdvanceAsync(1, default);
                return (await Pages.FindAsync(_project, 1, default))!.Steps[0].BegunAt is not null;
            },
            TimeSpan.FromSeconds(20), () => "The first step does not begin.");
    }

    /// <summary>The camera of the first step takes the firmware, comes up with it, and goes back.</summary>
    async Task FailFirstAsync()
    {
        var camera = await hub.Database.ReadAsync<int>(
            "select camera_id from rollout_cameras where rollout_id = 1 and step = 0");
        var offer = (await Work.TakeOfferAsync(camera, isHello: true, default))!;
        await Work.TellAsync(camera, offer.OfferId, offer.Number, ReportedState.Verified, 0, 61_234, default);
        await Work.TellAsync(camera, offer.OfferId, offer.Number, ReportedState.FellBack, 40, 61_234, default);
        await Wait.UntilAsync(
            async () =>
            {
                await Work.AdvanceAsync(1, default);
                return (await Pages.FindAsync(_project, 1, default))!.Rollout.State is RolloutState.Stopped;
            },
            TimeSpan.FromSeconds(20), () => "The rollout does not stop.");
    }
}
