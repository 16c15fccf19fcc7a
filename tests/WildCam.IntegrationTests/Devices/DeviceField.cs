using System.Security.Cryptography;
using WildCam.Simulator.Scenes;
using WildCam.SimulatedHardware;

namespace WildCam.IntegrationTests.Devices;

/// <summary>The device program on a simulated board in front of a real hub, with scenes to photograph.</summary>
sealed class DeviceField : IAsyncDisposable
{
    static readonly TimeSpan LifeTimeout = TimeSpan.FromSeconds(90);
    static readonly SceneStudio Studio = new(640, 480);

    readonly SceneView _view;
    readonly List<byte[]> _taken = [];
    readonly Lock _gate = new();

    DeviceField(FleetWorld world, int seed)
    {
        World = world;
        Board = new BoardWorld(seed);
        _view = new SceneView((ulong)seed, Biome.DeciduousForest, "board", TimeZoneInfo.Utc);
        Board.Camera.Picture = _ => Take();
    }

    public FleetWorld World { get; }

    public BoardWorld Board { get; }

    /// <summary>How often the Wi-Fi had been joined at each shutter.</summary>
    public List<int> JoinsAtShutter { get; } = [];

    /// <summary>Pictures that the sensor gave so far.</summary>
    public IReadOnlyList<byte[]> Taken
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    /// <summary>Pictures that lie on the card.</summary>
    public int Spooled => Board.Card.Files.Keys.Count(f => f.EndsWith(".jpg", StringComparison.Ordinal));

    /// <param name="enrols">Whether the board has an enrolment code in place of code and password.</param>
    public static async Task<DeviceField> StartAsync(int seed, bool enrols = false)
    {
        var world = await FleetWorld.StartAsync(TestCluster.Server, cameras: 1);
        var field = new DeviceField(world, seed);
        var authority = await File.ReadAllTextAsync(
            Path.Combine(world.Hub.DataFolder, "certificates", "ca.crt"));
        var identity = enrols
            ? $"enrol={(await world.EnrolAsync(world.Cameras[0].Code)).Line}"
            : $"camera={world.Cameras[0].Code}\npassword={world.Cameras[0].Password}";
        field.Board.SetUp(
            $"""
            host=127.0.0.1
            port={world.Hub.MqttTlsPort}
            {identity}
            board=devkit
            """,
            authority);
        return field;
    }

    /// <summary>One run of Program.Main, to its end.</summary>
    public async Task<LifeEnd> LiveAsync(WakeKind cause)
    {
        var running = Board.RunAsync(cause);
        try
        {
            var end = await running.WaitAsync(LifeTimeout);
            Assert.True(end.Fault is null, end.Fault?.ToString());
            return end;
        }
        catch (TimeoutException e)
        {
            Board.CutPower();
            throw new TimeoutException($"The board does not sleep.\n{World.Hub.Output}", e);
        }
    }

    /// <summary>An animal passes the sleeping board; one run.</summary>
    public Task<LifeEnd> PassAsync()
    {
        Board.Motion.Set(true);
        Board.Motion.Set(false);
        return LiveAsync(WakeKind.Motion);
    }

    /// <summary>Power comes back, and an animal passes while the board is awake; one run.</summary>
    public async Task<LifeEnd> PassAfterPowerOnAsync()
    {
        var living = LiveAsync(WakeKind.Power);
        await Wait.UntilAsync(
            () => living.IsCompleted || Board.Motion.Mode is not null, LifeTimeout, () => "The board does not start.");
        Board.Motion.Set(true);
        Board.Motion.Set(false);
        return await living;
    }

    /// <summary>How often a picture is stored, with just its bytes.</summary>
    public async Task<long> StoredAsync(byte[] picture)
    {
        var rows = await World.Database.ReadAsync<long>(
            "select count(*) from captures where sha256 = $1", SHA256.HashData(picture));
        if (rows > 0)
        {
            var path = await World.Database.ReadAsync<string>(
                "select blob_path from captures where sha256 = $1", SHA256.HashData(picture));
            Assert.Equal(picture, await File.ReadAllBytesAsync(Path.Combine(World.BlobFolder, path)));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        Board.CutPower();
        await World.DisposeAsync();
    }

    byte[] Take()
    {
        lock (_gate)
        {
            JoinsAtShutter.Add(Board.Wifi.Joins);
            var now = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
            var jpeg = Studio.Take(_view, (ulong)_taken.Count, 0, now, now).Jpeg;
            _taken.Add(jpeg);
            return jpeg;
        }
    }
}
