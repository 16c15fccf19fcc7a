using System.IO.Compression;
using System.Text.Json.Nodes;
using WildCam.Hub.Exports;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.IntegrationTests.Exports;

/// <summary>A project with two sites, one of them of a sensitive species, and pictures of all kinds.</summary>
sealed class ExportWorld : IAsyncDisposable
{
    public const string Address = "https://wild.example.org";

    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-export-").FullName;

    ExportWorld(TestDatabase database, CaptureWorld world)
    {
        Database = database;
        World = world;
        Blobs = new FolderBlobStore(_folder, TimeProvider.System);
    }

    public TestDatabase Database { get; }

    public CaptureWorld World { get; }

    public IBlobStore Blobs { get; }

    public Dictionary<string, Guid> Captures { get; } = new(StringComparer.Ordinal);

    public int Model { get; private set; }

    public static DateTimeOffset Now => CaptureWorld.Noon.AddDays(10);

    public static async Task<ExportWorld> MakeAsync(TestDatabase database)
    {
        var world = new ExportWorld(database, await CaptureWorld.MakeAsync(database));
        await world.FillAsync();
        return world;
    }

    /// <summary>The exports of another world.</summary>
    public static Task<ExportWorld> OfAsync(TestDatabase database, CaptureWorld world) =>
        Task.FromResult(new ExportWorld(database, world));

    public async Task<byte[]> ExportAsync(ExportWish wish)
    {
        var id = Guid.CreateVersion7();
        Written = await ExportRun.WriteAsync(
            new ExportRowsTable(Database.Source), new PackagesTable(Database.Source), Blobs, id, World.ProjectId, wish,
            Address, Now, (_, _) => Task.CompletedTask, default);
        await using var file = ExportRun.Open(Blobs, id, Written.Bytes);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        Assert.Equal(Written.Bytes, bytes.Length);
        return bytes.ToArray();
    }

    public WrittenExport Written { get; private set; }

    public async Task<(Dictionary<string, Table> Tables, JsonNode Descriptor)> ExportPackageAsync(ExportWish wish)
    {
        using var zip = new ZipArchive(new MemoryStream(await ExportAsync(wish)));
        var tables = new Dictionary<string, Table>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries.Where(e => e.Name.EndsWith(".csv", StringComparison.Ordinal)))
        {
            await using var csv = entry.Open();
            tables.Add(Path.GetFileNameWithoutExtension(entry.Name), await Table.ReadAsync(csv));
        }

        await using var descriptor = zip.GetEntry("datapackage.json")!.Open();
        return (tables, (await JsonNode.ParseAsync(descriptor))!);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.CompletedTask;
        Directory.Delete(_folder, recursive: true);
    }

    async Task FillAsync()
    {
        Model = await World.AddModelAsync("foxfinder" + Guid.NewGuid().ToString("n")[..8]);
        await Database.RunAsync("update models set is_active = id = $1 where is_active or id = $1", Model);
        var fox = await World.AddTaxonAsync("vulpes-vulpes");
        var lynx = await World.AddTaxonAsync("lynx-lynx");
        await Database.RunAsync("""
            update taxa set scientific_name = case slug when 'lynx-lynx' then 'Lynx lynx' else 'Vulpes vulpes' end
            where slug in ('lynx-lynx', 'vulpes-vulpes')
            """);
        await Database.RunAsync("""
            insert into taxon_names (taxon_id, language, name) values ($1, 'en', 'Red fox') on conflict do nothing
            """, fox);
        await Database.RunAsync("""
            insert into project_species (project_id, taxon_id, is_sensitive) values ($1, $2, true)
            """, World.ProjectId, lynx);
        var creek = await AddPlaceAsync("creek", "=HYPERLINK(\"http://evil\")", 45.12345, -120.56789);
        var ridge = await AddPlaceAsync("ridge", "Ridge, upper", 45.98765, -120.01234);
        var nowhere = await World.AddCameraAsync();
        await AddAsync("fox", creek, 0, Category.Animal, 0.92f, fox);
        await AddAsync("doubtful", creek, 5, Category.Animal, 0.31f, fox);
        await AddAsync("person", creek, 10, Category.Person, 0.8f, null);
        await AddAsync("blank", creek, 15, Category.Blank, 0.6f, null);
        await AddAsync("lynx", ridge, 20, Category.Animal, 0.88f, lynx);
        Captures["unseen"] = await World.AddCaptureAsync(ridge, CaptureWorld.Noon.AddMinutes(25));
        await AddAsync("nowhere", nowhere, 30, Category.Animal, 0.9f, fox);
        await Database.RunAsync("update captures set width = 1600, height = 1200 where project_id = $1",
            World.ProjectId);
        await Database.RunAsync("""
            update wildlife_detections set box_x = 0.25, box_y = 0.5, box_width = 0.125, box_height = 0.25
            where project_id = $1 and category <> 4
            """, World.ProjectId);
    }

    async Task<int> AddPlaceAsync(string slug, string name, double latitude, double longitude)
    {
        var camera = await World.AddCameraAsync();
        await Database.RunAsync("""
            with site as (
              insert into sites (project_id, slug, name, latitude, longitude, time_zone)
              values ($1, $2, $3, $4, $5, 'America/Los_Angeles') returning id)
            insert into deployments (project_id, camera_id, site_id, from_at)
            select $1, $6, id, $7 from site
            """, World.ProjectId, slug, name, latitude, longitude, camera, CaptureWorld.Noon.AddDays(-1).UtcDateTime);
        return camera;
    }

    async Task AddAsync(string name, int camera, int minutes, Category category, float confidence, int? taxon)
    {
        var at = CaptureWorld.Noon.AddMinutes(minutes);
        var capture = await World.AddCaptureAsync(camera, at);
        Captures[name] = capture;
        var visit = Guid.CreateVersion7();
        await Database.RunAsync("""
            with place as (
              select d.id as deployment_id, d.site_id from deployments d where d.camera_id = $3),
            visit as (
              insert into events (id, project_id, camera_id, deployment_id, site_id, started_at, ended_at,
                capture_count)
              select $1, $2, $3, (select deployment_id from place), (select site_id from place), $4, $4, 1)
            update captures set event_id = $1, site_id = (select site_id from place),
              deployment_id = (select deployment_id from place), trigger = 1
            where id = $5 and captured_at = $4
            """, visit, World.ProjectId, camera, at.UtcDateTime, capture);
        await World.AddModelRowAsync(capture, Model, category, confidence, 0, taxon);
        await Database.RunAsync("""
            update wildlife_detections d set site_id = c.site_id from captures c
            where c.id = d.capture_id and d.capture_id = $1
            """, capture);
    }
}
