using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Simulator.Cameras;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Orders;

/// <summary>Two hubs on one database, a project with people of each role, and cameras.</summary>
public sealed class OrdersWorld : IAsyncLifetime
{
    public const string Project = "test";
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-orders-").FullName;
    readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);

    public TestDatabase Database { get; } = new();

    internal WorldHub Hub { get; private set; } = null!;

    internal WorldHub OtherHub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        await Database.RunAsync("""
            insert into projects (slug, name, time_zone)
            values ('test', 'Test', 'Africa/Nairobi'), ('far', 'Far', 'UTC')
            """);
        Hub = await WorldHub.StartAsync(Database.ConnectionString, _folder);
        OtherHub = await WorldHub.StartAsync(Database.ConnectionString, _folder);
        await AddPersonAsync("viewer", Project, Role.Viewer);
        await AddPersonAsync("researcher", Project, Role.Researcher);
        await AddPersonAsync("manager", Project, Role.Manager);
        await AddPersonAsync("ben", Project, Role.Manager);
        await AddPersonAsync("stranger", "far", Role.Manager);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await OtherHub.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A client of the API at the first hub, or at the other one.</summary>
    public HttpClient As(string who, bool atOther = false)
    {
        var client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{(atOther ? OtherHub : Hub).WebPort}"),
        };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _tokens[who]);
        return client;
    }

    internal Task<ScriptedCamera> RegisterAsync(string code) => ScriptedCamera.RegisterAsync(Database.Source, code);

    internal async Task<CameraAccount> AccountAsync(string code)
    {
        await using var camera = await RegisterAsync(code);
        return new CameraAccount(code, camera.Credential);
    }

    public static string Address(string camera, string what) => $"/api/v1/projects/{Project}/cameras/{camera}/{what}";

    /// <summary>Gives a command by the API; the answer.</summary>
    public async Task<JsonNode> AskAsync(string camera, object command, bool atOther = false)
    {
        using var client = As("manager", atOther);
        using var answer = await client.PostAsJsonAsync(Address(camera, "commands"), command);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>Changes settings by the API; the answer.</summary>
    public async Task<JsonNode> ChangeAsync(string camera, object settings)
    {
        using var client = As("manager");
        using var answer = await client.PatchAsJsonAsync(Address(camera, "settings"), settings);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>The newest command of a camera, as the API tells it.</summary>
    public async Task<JsonNode> NewestAsync(string camera)
    {
        using var client = As("viewer");
        var page = await client.GetFromJsonAsync<JsonNode>(Address(camera, "commands?limit=1"));
        return page!["items"]![0]!;
    }

    public async Task<JsonNode> SettingsAsync(string camera)
    {
        using var client = As("viewer");
        return (await client.GetFromJsonAsync<JsonNode>(Address(camera, "settings")))!;
    }

    public Task StateAsync(string camera, string state) => Wait.UntilAsync(
        async () => (string?)(await NewestAsync(camera))["state"] == state, Soon,
        () => $"The newest command of {camera} is not {state}.\n{Hub.Output}");

    public Task SettingsStateAsync(string camera, string state) => Wait.UntilAsync(
        async () => (string?)(await SettingsAsync(camera))["state"] == state, Soon,
        () => $"The settings of {camera} are not {state}.\n{Hub.Output}");

    /// <summary>The next command that a camera hears.</summary>
    internal static async Task<Command> HearCommandAsync(ScriptedCamera camera)
    {
        var bytes = await camera.HearAsync(Topics.Command);
        Assert.True(Command.TryRead(bytes, 0, bytes.Length, out var command));
        return command;
    }

    /// <summary>Says hello; the commands and settings that came before the time.</summary>
    internal static async Task<(List<Command> Commands, List<CameraConfig> Configs)> WakeAsync(
        ScriptedCamera camera, uint session = 1, uint configVersion = 0)
    {
        var hello = new byte[Hello.Bytes];
        new Hello
        {
            Boot = 1, Session = session, ClockEpoch = 1, ClockSeconds = 1000, ConfigVersion = configVersion,
        }.Write(hello, 0);
        await camera.SendAsync(Topics.Hello, hello);
        var (commands, configs) = (new List<Command>(), new List<CameraConfig>());
        while (true)
        {
            var (word, bytes) = await camera.HearAnyAsync(Topics.Command, Topics.Config, Topics.Time);
            if (word == Topics.Time)
            {
                return (commands, configs);
            }

            if (word == Topics.Command && Command.TryRead(bytes, 0, bytes.Length, out var command))
            {
                commands.Add(command);
            }
            else if (CameraConfig.TryRead(bytes, 0, bytes.Length, out var config))
            {
                configs.Add(config);
            }
        }
    }

    internal static async Task<CameraConfig> HearConfigAsync(ScriptedCamera camera)
    {
        var bytes = await camera.HearAsync(Topics.Config);
        Assert.True(CameraConfig.TryRead(bytes, 0, bytes.Length, out var config));
        return config;
    }

    internal static Task ReportAsync(
        ScriptedCamera camera, CameraConfig inForce, params (byte Field, ushort Code)[] refused)
    {
        var report = new ConfigReport { InForce = inForce };
        foreach (var (field, code) in refused)
        {
            report.Refuse(field, code);
        }

        var bytes = new byte[ConfigReport.Bytes];
        report.Write(bytes, 0);
        return camera.SendAsync(Topics.Config, bytes);
    }

    internal static Task ResultAsync(ScriptedCamera camera, ulong id, byte state, ushort code = RefusalCodes.None)
    {
        var bytes = new byte[CommandResult.Bytes];
        new CommandResult { CommandId = id, State = state, Code = code }.Write(bytes, 0);
        return camera.SendAsync(Topics.Result, bytes);
    }

    async Task AddPersonAsync(string who, string project, Role role)
    {
        var id = await Database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, $2) returning id", $"{who}@example.org",
            char.ToUpperInvariant(who[0]) + who[1..]);
        var projectId = await Database.ReadAsync<int>("select id from projects where slug = $1", project);
        await new AccountsTable(Database.Source).SetRoleAsync(projectId, id, role, default);
        var token = await new ApiTokensTable(Database.Source).CreateAsync(id, "test", TimeSpan.FromDays(1), default);
        _tokens[who] = token!.Value.Text;
    }
}
