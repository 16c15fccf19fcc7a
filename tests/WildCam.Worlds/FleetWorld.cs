using WildCam.Hub.Hosting;
using WildCam.Simulator.Cameras;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Worlds;

/// <summary>A real hub, in a process of its own, and a project with cameras at a site, ready to be simulated.</summary>
sealed class FleetWorld(WorldDatabase database) : IAsyncDisposable
{
    public const string Project = "valley";
    public const string Site = "old-mill";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-fleet-");

    public WorldDatabase Database { get; } = database;

    public string DataFolder => Path.Combine(_folder.FullName, "data");

    /// <summary>Where the cameras keep what they have not delivered.</summary>
    public string SpoolFolder => Path.Combine(_folder.FullName, "spools");

    public WorldHub Hub { get; private set; } = null!;

    public int ProjectId { get; private set; }

    public IReadOnlyList<CameraAccount> Cameras { get; private set; } = [];

    public HubEndpoint Endpoint => new() { Host = "127.0.0.1", Port = Hub.MqttPort };

    /// <summary>A hub with a fresh database and cameras; the settings are environment variables of the hub.</summary>
    public static async Task<FleetWorld> StartAsync(
        WorldServer server, int cameras, params (string Name, string Value)[] settings)
    {
        var world = new FleetWorld(await server.CreateAsync());
        world.Hub = await WorldHub.StartAsync(world.Database.ConnectionString, world.DataFolder, settings);
        world.ProjectId = await world.Database.ReadAsync<int>("""
            insert into projects (slug, name, time_zone) values ($1, 'Valley', 'Europe/Paris') returning id
            """, Project);
        await new SitesTable(world.Database.Source).InsertAsync(
            world.ProjectId, Site, "Old mill", 45.1, 6.1, "Europe/Paris", CancellationToken.None);
        var accounts = new List<CameraAccount>();
        for (var n = 1; n <= cameras; n++)
        {
            var added = await new CameraRegistration(world.Database.Source).AddAsync(
                new NewCamera(Project, $"valley-{n}", $"Valley {n}")
                {
                    SiteSlug = Site,
                    DeployedFrom = DateTimeOffset.UtcNow.AddDays(-1),
                },
                CancellationToken.None);
            Must.Equal(CameraRefusal.None, added.Refusal, $"registering {added.Code}");
            accounts.Add(new CameraAccount(added.Code, added.Credential!));
        }

        world.Cameras = accounts;
        return world;
    }

    /// <summary>SIGKILL, then another hub at the same addresses.</summary>
    public async Task KillAndRestartHubAsync()
    {
        await Hub.KillAsync();
        await Hub.DisposeAsync();
        // The dead hub's jobs are free when their leases end; the test does not sit out those minutes.
        await Database.RunAsync("update jobs set lease_until = now() where state = 2");
        Hub = await Hub.StartAgainAsync();
    }

    /// <summary>Someone who may read the project: a client with a token, or with a browser's session.</summary>
    public async Task<HttpClient> VisitAsync(bool asBrowser)
    {
        var account = await Database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, 'Reader') returning id", $"{Guid.NewGuid():N}@example.org");
        await new AccountsTable(Database.Source).SetRoleAsync(ProjectId, account, Role.Viewer, CancellationToken.None);
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Hub.WebPort}") };
        if (asBrowser)
        {
            var (secret, _) = await new SessionsTable(Database.Source).OpenAsync(account, CancellationToken.None);
            client.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={secret}");
            client.DefaultRequestHeaders.Add("Accept", "text/html");
        }
        else
        {
            var token = await new ApiTokensTable(Database.Source).CreateAsync(
                account, "test", TimeSpan.FromDays(1), CancellationToken.None);
            client.DefaultRequestHeaders.Authorization = new("Bearer", token!.Value.Text);
        }

        return client;
    }

    /// <summary>Waits until nothing is left to do: no stage, no job, no day to sum up.</summary>
    public Task SettleAsync(TimeSpan timeout)
    {
        var left = "";
        return Wait.UntilAsync(
            async () =>
            {
                left = await Database.ReadAsync<string>("""
                    select concat_ws(', ',
                      (select count(*) || ' captures with stages missing' from captures
                        where stages_missing <> 0 having count(*) > 0),
                      (select string_agg(distinct kind || ' in state ' || state || ' ' || coalesce(reason, ''), ', ')
                        from jobs),
                      (select count(*) || ' days to sum up' from summary_dirty having count(*) > 0))
                    """);
                return left.Length == 0;
            },
            timeout, () => $"Still to do: {left}\n{Hub.Output}");
    }

    public Task<IReadOnlyList<StoredCapture>> ReadCapturesAsync() => Invariants.ReadCapturesAsync(Database);

    /// <summary>All pictures of the cameras' own account are receipted and stored.</summary>
    public async Task CheckAsync(SimulationReport report, int pictures)
    {
        Must.Hold(report.IsComplete, $"{report.Progress}\n{Hub.Output}");
        Must.Equal(pictures, report.Captures.Count, "pictures of the cameras' own account");
        await new Invariants(Database, Path.Combine(DataFolder, "blobs")).CheckAsync(
            [.. report.Captures.Select(c => new TakenPicture(c.Camera, c.DeviceCaptureId!, c.Sha256, c.Outcome))]);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
