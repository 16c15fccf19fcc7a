using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Imaging;
using WildCam.Simulator.Cameras;

namespace WildCam.IntegrationTests.Orders;

/// <summary>The firmware's own brain, asleep most of the time, against two real hubs.</summary>
public sealed class SimulatedOrdersTests(OrdersWorld world) : IClassFixture<OrdersWorld>
{
    /// <summary>The shortest pause between check-ins, twice, and room.</summary>
    static readonly TimeSpan TwoWakeUps = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_sleeping_camera_takes_its_settings_and_carries_out_what_it_was_told_meanwhile()
    {
        await world.ChangeAsync(await AddAsync("sim-sleeps"), new { heartbeatSeconds = 30 });
        await using var fleet = Start(new SimulationOptions
        {
            Cameras = [_accounts["sim-sleeps"]],
            SleepsWhenIdle = true,
            TriggerSeconds = 3600,
            PictureWidth = 640,
        });
        await world.SettingsStateAsync("sim-sleeps", "in-force");
        // Its first trigger comes within seconds of its start, the next one within an hour.
        await Wait.UntilAsync(
            async () => IsSettled(fleet) && fleet.Simulation.Progress.Connected == 0
                && await IsAsleepAsync("sim-sleeps"),
            TwoWakeUps,
            () => "It does not fall asleep.");
        var before = await PicturesAsync("sim-sleeps");

        await world.AskAsync("sim-sleeps", new { kind = "capture-now" }, atOther: true);
        // Of the first one alone: on a busy machine it may wake up before the last is asked for.
        Assert.Equal("queued", (string?)(await world.NewestAsync("sim-sleeps"))["state"]);
        await world.AskAsync("sim-sleeps", new { kind = "test-pattern" });
        await world.AskAsync("sim-sleeps", new { kind = "identify" });
        await world.AskAsync("sim-sleeps", new { kind = "drop-receipted" });
        await world.AskAsync("sim-sleeps", new { kind = "reboot" });
        await world.ChangeAsync("sim-sleeps", new { burstCount = 4, jpegQuality = 60 });
        await Wait.UntilAsync(
            async () => await CountAsync("sim-sleeps", "c.state = 2") == 5, TwoWakeUps,
            () => $"Not all commands are done.\n{world.Hub.Output}");
        await world.SettingsStateAsync("sim-sleeps", "in-force");
        Assert.Equal(4, (int)(await world.SettingsAsync("sim-sleeps"))["reported"]!["burstCount"]!);

        // Each was carried out once: two pictures, one restart.
        await Wait.UntilAsync(
            async () => await PicturesAsync("sim-sleeps") >= before + 2, TwoWakeUps,
            () => "The pictures do not come.");
        Assert.Equal(before + 2, await PicturesAsync("sim-sleeps"));
        await Wait.UntilAsync(
            async () => await world.Database.ReadAsync<long>("""
                select s.boot from camera_states s join cameras k on k.id = s.camera_id where k.code = 'sim-sleeps'
                """) == 2,
            TwoWakeUps, () => "It did not restart once.");
        Assert.Equal(0L, await world.Database.ReadAsync<long>("""
            select count(*) from camera_commands c join cameras k on k.id = c.camera_id
            where k.code = 'sim-sleeps' and delivered_at is null
            """));
    }

    [Fact]
    public async Task A_full_picture_comes_when_it_is_asked_for()
    {
        await world.ChangeAsync(await AddAsync("sim-small"), new { uploadMode = "low-resolution-first" });
        await using var fleet = Start(new SimulationOptions
        {
            Cameras = [_accounts["sim-small"]],
            TriggerSeconds = 4,
        });
        await world.SettingsStateAsync("sim-small", "in-force");
        var standIn = Guid.Empty;
        await Wait.UntilAsync(
            async () =>
            {
                standIn = await world.Database.ReadAsync<Guid>("""
                    select coalesce((select c.id from captures c join cameras k on k.id = c.camera_id
                      where k.code = 'sim-small' and c.is_low_resolution limit 1),
                      '00000000-0000-0000-0000-000000000000'::uuid)
                    """);
                return standIn != Guid.Empty;
            },
            TwoWakeUps, () => $"No stand-in came.\n{world.Hub.Output}");

        using var researcher = world.As("researcher");
        using var asked = await researcher.PostAsJsonAsync(
            OrdersWorld.Address("sim-small", "commands"), new { kind = "full-frame", captureId = standIn });
        Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync());
        await Wait.UntilAsync(
            async () => await CountAsync("sim-small", "c.kind = 'full-frame' and c.state = 2") == 1, TwoWakeUps,
            () => "The command is not done.");
        await Wait.UntilAsync(
            async () => await world.Database.ReadAsync<long>("""
                select count(*) from captures c join cameras k on k.id = c.camera_id
                where k.code = 'sim-small' and not c.is_low_resolution and c.size_bytes > 20000
                """) >= 1,
            TwoWakeUps, () => "The full picture does not come.");
        using var again = await researcher.PostAsJsonAsync(
            OrdersWorld.Address("sim-small", "commands"), new { kind = "full-frame", captureId = standIn });
        Assert.Equal("no-stand-in", (string?)(await again.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    [Fact]
    public async Task A_simulated_camera_sends_previews_that_are_no_pictures()
    {
        await AddAsync("sim-live");
        await using var fleet = Start(new SimulationOptions
        {
            Cameras = [_accounts["sim-live"]],
            TriggerSeconds = 3600,
        });
        await Wait.UntilAsync(() => IsSettled(fleet), TwoWakeUps, () => "Its first pictures do not come.");
        var before = fleet.Simulation.Progress.Captured;
        using var client = world.As("manager", atOther: true);
        using var answer = await client.GetAsync(
            "/api/stream/sim-live", HttpCompletionOption.ResponseHeadersRead);
        var parts = new Microsoft.AspNetCore.WebUtilities.MultipartReader(
            "frame", await answer.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            using var timeout = new CancellationTokenSource(OrdersWorld.Soon);
            var part = await parts.ReadNextSectionAsync(timeout.Token);
            using var jpeg = new MemoryStream();
            await part!.Body.CopyToAsync(jpeg, timeout.Token);
            Assert.True(JpegCodec.TryReadHeader(jpeg.ToArray(), out var header, out var problem), problem);
            Assert.Equal((640, 480), (header.Width, header.Height));
        }

        Assert.Equal(before, fleet.Simulation.Progress.Captured);
    }

    readonly Dictionary<string, CameraAccount> _accounts = new(StringComparer.Ordinal);

    async Task<string> AddAsync(string code)
    {
        _accounts[code] = await world.AccountAsync(code);
        return code;
    }

    RunningFleet Start(SimulationOptions options) => new(new SimulatedFleet(options with
    {
        Hub = new HubEndpoint { Host = "127.0.0.1", Port = world.Hub.MqttPort },
        Seed = 7,
    }));

    Task<long> PicturesAsync(string camera) => world.Database.ReadAsync<long>(
        "select count(*) from captures c join cameras k on k.id = c.camera_id where k.code = $1", camera);

    Task<long> CountAsync(string camera, string condition) => world.Database.ReadAsync<long>($"""
        select count(*) from camera_commands c join cameras k on k.id = c.camera_id
        where k.code = $1 and {condition}
        """, camera);

    Task<bool> IsAsleepAsync(string camera) => world.Database.ReadAsync<bool>("""
        select s.next_contact_at is not null from camera_states s join cameras k on k.id = s.camera_id where k.code = $1
        """, camera);

    static bool IsSettled(RunningFleet fleet) =>
        fleet.Simulation.Progress is { Captured: > 0 } progress && progress.Receipted == progress.Captured;

    sealed class RunningFleet : IAsyncDisposable
    {
        readonly CancellationTokenSource _stop = new();
        readonly Task _running;

        public RunningFleet(SimulatedFleet simulation)
        {
            Simulation = simulation;
            _running = simulation.RunAsync(_stop.Token);
        }

        public SimulatedFleet Simulation { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }
}
