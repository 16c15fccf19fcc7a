using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Captures;
using WildCam.IntegrationTests.Hosting;
using WildCam.Storage;

namespace WildCam.IntegrationTests.Api;

/// <summary>A hub with one project, its people of each role, and a few captures.</summary>
public sealed class ApiWorld : IAsyncLifetime
{
    /// <summary>Its limits are wide: a test asks it more in a second than a person does in an hour.</summary>
    public TestHub Hub { get; } = new()
    {
        Settings =
        {
            ["WildCam:RateLimits:SignInPerSecond"] = "1000",
            ["WildCam:RateLimits:ApiPerSecond"] = "10000",
            ["WildCam:RateLimits:ApiBurst"] = "10000",
        },
    };

    public string Project { get; private set; } = "";

    public int ProjectId { get; private set; }

    public int CameraId { get; private set; }

    public string Camera { get; private set; } = "";

    /// <summary>Newest first; every second shows a fox.</summary>
    public List<Guid> Captures { get; } = [];

    /// <summary>Token and account by who it is.</summary>
    public Dictionary<string, (int Id, string Token)> People { get; } = new(StringComparer.Ordinal);

    internal CaptureWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Hub.InitializeAsync();
        World = await CaptureWorld.MakeAsync(Hub.Database);
        ProjectId = World.ProjectId;
        Project = await Hub.Database.ReadAsync<string>("select slug from projects where id = $1", ProjectId);
        CameraId = await World.AddCameraAsync();
        Camera = await Hub.Database.ReadAsync<string>("select code from cameras where id = $1", CameraId);
        var fox = await World.AddTaxonAsync("vulpes-vulpes");
        var model = await World.AddModelAsync("test");
        await Hub.Database.RunAsync("update models set is_active = id = $1 where is_active or id = $1", model);
        for (var i = 0; i < 7; i++)
        {
            var capture = await World.AddCaptureAsync(CameraId, CaptureWorld.Noon.AddMinutes(-i));
            Captures.Add(capture);
            if (i % 2 == 0)
            {
                await World.AddModelRowAsync(capture, model, Category.Animal, 0.9f - (0.1f * i), 0, fox);
            }
        }

        People["viewer"] = await Hub.AddPersonAsync(isAdmin: false, (ProjectId, Role.Viewer));
        People["researcher"] = await Hub.AddPersonAsync(isAdmin: false, (ProjectId, Role.Researcher));
        People["manager"] = await Hub.AddPersonAsync(isAdmin: false, (ProjectId, Role.Manager));
        People["admin"] = await Hub.AddPersonAsync(isAdmin: true);
        var other = await Hub.AddProjectAsync("other");
        People["stranger"] = await Hub.AddPersonAsync(isAdmin: false, (other, Role.Manager));
    }

    public HttpClient As(string who) => Hub.ClientOf(People[who].Token);

    public Task<JsonNode> GetAsync(string who, string address) => GetAsync(As(who), address);

    public static async Task<JsonNode> GetAsync(HttpClient client, string address)
    {
        using (client)
        {
            return (await client.GetFromJsonAsync<JsonNode>(address))!;
        }
    }

    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}
