using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Hosting;

/// <summary>The hub's pages and API in this process, on a fresh database and an empty data folder.</summary>
public sealed class TestHub : WebApplicationFactory<HubOptions>, IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;

    public TestDatabase Database { get; } = new();

    public string BlobFolder => Path.Combine(_folder, "blobs");

    /// <summary>Settings beside the usual ones, by their full name.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync() => await Database.InitializeAsync();

    /// <summary>A person of a fresh address with these roles, and a token of theirs.</summary>
    public async Task<(int Id, string Token)> AddPersonAsync(bool isAdmin, params (int Project, Role Role)[] roles)
    {
        var id = await Database.ReadAsync<int>("""
            insert into accounts (email, name, is_admin) values ($1, 'Test person', $2) returning id
            """, $"{Guid.NewGuid():N}@example.org", isAdmin);
        var accounts = new AccountsTable(Database.Source);
        foreach (var (project, role) in roles)
        {
            await accounts.SetRoleAsync(project, id, role, default);
        }

        var token = await new ApiTokensTable(Database.Source).CreateAsync(id, "test", TimeSpan.FromDays(1), default);
        return (id, token!.Value.Text);
    }

    public async Task<int> AddProjectAsync(string slug)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        return (await ProjectsTable.InsertAsync(connection, slug, slug, "UTC", "en", isDemo: false, default))!.Value;
    }

    public HttpClient ClientOf(string? token)
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions
        {
            AllowAutoRedirect = false,
            HandleCookies = false,
        });
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.UseSetting("Logging:LogLevel:Microsoft.AspNetCore", "Error");
        builder.UseSetting("WildCam:Database", Database.ConnectionString);
        builder.UseSetting("WildCam:DataFolder", _folder);
        builder.UseSetting("WildCam:WebPort", "0");
        builder.UseSetting("WildCam:Gateway:MqttPort", "0");
        builder.UseSetting("WildCam:Gateway:MqttTlsPort", "0");
        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
