using WildCam.Hub.Hosting;
using WildCam.Simulator.Cameras;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>A real hub, in a process of its own, and a project with cameras at a site, ready to be simulated.</summary>
sealed class FleetWorld(WorldDatabase database) : IAsyncDisposable
{
    public const string Project = "valley";
    public const string Site = "old-mill";
    const int RegistrationsAtOnce = 8;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-fleet-");

    public WorldDatabase Database { get; } = database;

    public string DataFolder => Path.Combine(_folder.FullName, "data");

    public string BlobFolder => Path.Combine(DataFolder, "blobs");

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
        var accounts = new CameraAccount[cameras];
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce };
        await Parallel.ForAsync(0, cameras, atOnce, async (n, cancellationToken) =>
        {
            var added = await new CameraRegistration(world.Database.Source).AddAsync(
                new NewCamera(Project, $"valley-{n + 1}", $"Valley {n + 1}")
                {
                    SiteSlug = Site,
                    DeployedFrom = DateTimeOffset.UtcNow.AddDays(-1),
                },
                cancellationToken);
            Must.Equal(CameraRefusal.None, added.Refusal, $"registering {added.Code}");
            accounts[n] = new CameraAccount(added.Code, added.Credential!);
        });
        world.Cameras = accounts;
        return world;
    }

    /// <summary>Makes an enrolment code for a camera.</summary>
    public async Task<NewEnrolment> EnrolAsync(string code)
    {
        var (made, refusal) = await new CameraEnrolment(Database.Source).CreateAsync(
            Project, code, Actor.CommandLine, CancellationToken.None);
        Must.Equal(EnrolmentRefusal.None, refusal, $"making an enrolment code for {code}");
        return made!;
    }

    /// <summary>SIGKILL, then another hub at the same addresses.</summary>
    public async Task KillAndRestartHubAsync()
    {
        await Hub.KillAsync();
        await Hub.DisposeAsync();
        await Database.EndLeasesAsync();
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

    /// <summary>Waits until nothing is left to do: no stage, no job, nothing to sum up or to count again.</summary>
    public Task SettleAsync(TimeSpan timeout) => Database.SettleAsync(timeout, () => Hub.Output);

    public Task<IReadOnlyList<StoredCapture>> ReadCapturesAsync() => Invariants.ReadCapturesAsync(Database);

    /// <summary>All pictures of the cameras' own account are receipted and stored; no spool has any.</summary>
    public async Task CheckAsync(SimulationReport report, int pictures)
    {
        Must.Hold(report.IsComplete, $"{report.Progress}\n{Hub.Output}");
        Must.Equal(pictures, report.Captures.Count, "pictures of the cameras' own account");
        await CheckAsync(report);
    }

    /// <summary>Everything that a camera took is stored, refused with a trace, or in its spool still.</summary>
    public Task CheckAsync(SimulationReport report) => new Invariants(Database, BlobFolder).CheckAsync(
        [.. report.Captures.Select(c => new TakenPicture(
            c.Camera, c.DeviceCaptureId ?? $"not offered: {c.Digest}", c.Sha256,
            c.Outcome == ReceiptOutcomes.None ? null : c.Outcome, c.Code))],
        ReadSpools(report));

    // A picture that was never offered has its id in the spool alone; there its digest finds it.
    HashSet<string> ReadSpools(SimulationReport report)
    {
        var spooled = new HashSet<string>(StringComparer.Ordinal);
        var pictures = SpooledPictures.Read(SpoolFolder);
        spooled.UnionWith(pictures.Select(p => p.DeviceCaptureId));
        var digests = pictures.Select(p => p.Digest).ToHashSet(StringComparer.Ordinal);
        spooled.UnionWith(report.Captures.Where(c => c.DeviceCaptureId is null && digests.Contains(c.Digest))
            .Select(c => $"not offered: {c.Digest}"));
        return spooled;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
