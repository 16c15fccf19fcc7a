using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Playwright;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>A hub on a real port over a seeded database, and a browser to look at it.</summary>
public sealed class DeskHub : WebApplicationFactory<HubOptions>, IAsyncLifetime
{
    /// <summary>Events in the seeded project: at five a row, a thousand rows deep is well inside.</summary>
    public const int Events = 6000;

    const string Chromium = "/usr/bin/chromium";

    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-desk-").FullName;
    IPlaywright? _playwright;
    IBrowser? _browser;

    public TestDatabase Database { get; } = new();

    /// <summary>Whether the project and its pictures are there; without them the hub is as new.</summary>
    public bool IsSeeded { get; init; } = true;

    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        if (IsSeeded)
        {
            await SeedAsync();
        }

        UseKestrel(0);
        StartServer();
        Address = ClientOptions.BaseAddress.ToString().TrimEnd('/');
        if (File.Exists(Chromium))
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
            });
        }
    }

    /// <summary>A page of a fresh browser profile, signed in as the admin or as somebody.</summary>
    public async Task<IPage> OpenAsync(
        int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light, bool signedIn = true,
        int? personId = null)
    {
        Components.Require("chromium");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        if (signedIn)
        {
            var (secret, _) = await new SessionsTable(Database.Source).OpenAsync(
                personId ?? await Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'"),
                default);
            await context.AddCookiesAsync([new Cookie { Name = SessionCookie.Name, Value = secret, Url = Address }]);
        }

        // Pictures have their own tests; here each is a drawn one of the asked size.
        await context.RouteAsync("**/media/**", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "image/svg+xml",
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Cache-Control"] = "private, max-age=31536000, immutable",
            },
            Body = Picture(route.Request.Url),
        }));
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        // A machine at work on other tests too is slow to show what comes live.
        Assertions.SetDefaultExpectTimeout(15_000);
        return page;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        await base.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.UseSetting("WildCam:Database", Database.ConnectionString);
        builder.UseSetting("WildCam:DataFolder", _folder);
        builder.UseSetting("WildCam:WebPort", "0");
        builder.UseSetting("WildCam:Gateway:MqttPort", "0");
        builder.UseSetting("WildCam:Gateway:MqttTlsPort", "0");
    }

    async Task SeedAsync()
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in SeedStatements())
        {
            await using var command = new Npgsql.NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        await Database.RunAsync("select refresh_sighting_days(1000)"); // As the hub would within seconds.
    }

    static IEnumerable<string> SeedStatements()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Desk", "seed.sql");
        return File.ReadAllText(path).Replace("$1", $"{Events}", StringComparison.Ordinal)
            .Split(";\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(s => s.Trim().Length > 0);
    }

    static string Picture(string url)
    {
        var hue = url.Sum(c => c) % 60 + 70;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 1200" width="1600" height="1200">
            <rect width="1600" height="1200" fill="hsl({hue} 12% 34%)"/><rect y="700" width="1600" height="500"
            fill="hsl({hue} 22% 22%)"/><path d="M0 720 300 420l260 280 320-360 420 400 300-220v200z"
            fill="hsl({hue} 18% 26%)"/><ellipse cx="720" cy="640" rx="200" ry="90" fill="hsl(24 38% 42%)"/><circle
            cx="900" cy="570" r="58" fill="hsl(24 38% 46%)"/><rect y="1140" width="1600" height="60" fill="#111"/></svg>
            """;
    }
}
