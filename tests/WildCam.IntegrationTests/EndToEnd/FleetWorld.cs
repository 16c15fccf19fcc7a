using System.Security.Cryptography;
using WildCam.Hub.Hosting;
using WildCam.IntegrationTests.Rollups;
using WildCam.Simulator.Cameras;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>A capture as the database has it.</summary>
sealed record StoredCapture(
    Guid Id, string DeviceId, string Sha256, string BlobPath, int Integrity, int Width, int Thumbnails, int Stages,
    string Camera, string? Site);

/// <summary>A real hub, in a process of its own, and a project with cameras at a site, ready to be simulated.</summary>
sealed class FleetWorld : IAsyncDisposable
{
    public const string Project = "valley";
    const string Site = "old-mill";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-fleet-");

    public TestDatabase Database { get; } = new();

    public string DataFolder => Path.Combine(_folder.FullName, "data");

    /// <summary>Where the cameras keep what they have not delivered.</summary>
    public string SpoolFolder => Path.Combine(_folder.FullName, "spools");

    public HubProcess Hub { get; private set; } = null!;

    public int ProjectId { get; private set; }

    public IReadOnlyList<CameraAccount> Cameras { get; private set; } = [];

    public HubEndpoint Endpoint => new() { Host = "127.0.0.1", Port = Hub.MqttPort };

    public static async Task<FleetWorld> StartAsync(int cameras)
    {
        var world = new FleetWorld();
        await world.Database.InitializeAsync();
        world.Hub = await HubProcess.StartAsync(world.Database, world.DataFolder);
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
            Assert.Equal(CameraRefusal.None, added.Refusal);
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
        Hub = await Hub.StartAgainAsync(Database);
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

    public async Task<IReadOnlyList<StoredCapture>> ReadCapturesAsync()
    {
        var captures = new List<StoredCapture>();
        await using var command = Database.Source.CreateCommand("""
            select c.id, encode(c.device_capture_id, 'hex'), encode(c.sha256, 'hex'), c.blob_path, c.integrity,
              coalesce(c.width, 0), cardinality(c.thumbnail_widths), c.stages_missing, k.code, s.slug
            from captures c join cameras k on k.id = c.camera_id left join sites s on s.id = c.site_id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            captures.Add(new StoredCapture(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt16(4),
                reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7), reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9)));
        }

        return captures;
    }

    /// <summary>
    /// What must hold when a fleet is done, whatever happened on the way: each picture of the cameras' own account
    /// has a receipt and is in the database exactly once, with its bytes; no stage is open; the sums are right.
    /// </summary>
    public async Task CheckAsync(SimulationReport report, int pictures)
    {
        Assert.True(report.IsComplete, $"{report.Progress}\n{Hub.Output}");
        Assert.Equal(pictures, report.Captures.Count);
        Assert.Equal(pictures, report.Captures.Select(c => c.DeviceCaptureId).Distinct().Count());
        var stored = await ReadCapturesAsync();
        Assert.Equal(pictures, stored.Count);
        Assert.Equal(pictures, await Database.ReadAsync<long>("select count(*) from capture_identities"));
        var byDeviceId = stored.ToDictionary(c => c.DeviceId);
        foreach (var capture in report.Captures)
        {
            Assert.True(
                capture.Outcome is ReceiptOutcomes.Stored or ReceiptOutcomes.Duplicate,
                $"{capture.Camera} {capture.DeviceCaptureId} has outcome {capture.Outcome}, code {capture.Code}");
            Assert.True(
                byDeviceId.TryGetValue(capture.DeviceCaptureId!, out var row),
                $"{capture.Camera} has a receipt for {capture.DeviceCaptureId}, and the database has no such capture");
            Assert.Equal((capture.Camera, Site, capture.Sha256), (row!.Camera, row.Site, row.Sha256));
            Assert.Equal(capture.Sha256, await HashBlobAsync(row));
            Assert.Equal(0, row.Stages);
        }

        Assert.Equal(0L, await Database.ReadAsync<long>("select count(*) from quarantine_entries"));
        Assert.Equal(0L, await Database.ReadAsync<long>($"""
            select count(*) from (
              ({DailySummaryTests.Recount} except all {DailySummaryTests.Summary})
              union all ({DailySummaryTests.Summary} except all {DailySummaryTests.Recount})) x
            """));
    }

    public async Task<string> HashBlobAsync(StoredCapture capture)
    {
        await using var blob = File.OpenRead(Path.Combine(DataFolder, "blobs", capture.BlobPath));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(blob));
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
