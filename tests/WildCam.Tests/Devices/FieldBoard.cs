using WildCam.Camera.Ports;
using WildCam.Esp32;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>
/// A board that was set up, hung up, and sleeps: its clock is set, a configuration is in force, the last heartbeat was
/// just now, and pictures go up at another hour. So a run takes its pictures and sleeps, and needs no hub.
/// </summary>
sealed class FieldBoard
{
    /// <summary>2026-06-01T12:00:10Z: ten seconds into a minute.</summary>
    public const long StartMilliseconds = 1_780_315_210_000;

    const int NoonHour = 12;
    const uint Epoch = 3;

    FieldBoard(int seed) => World = new BoardWorld(seed);

    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(30);

    public BoardWorld World { get; }

    /// <summary>A board with this configuration; more lines for its set-up file may be given.</summary>
    public static async Task<FieldBoard> StartAsync(Action<CameraConfig>? policy = null, string setUp = "")
    {
        var board = new FieldBoard(seed: 11);
        board.World.SetUp($"host=hub\ncamera=creek\npassword=p\nboard=devkit\ntls=off\n{setUp}\n");
        board.World.Wifi.IsThere = false;
        await board.World.DoAsync(() =>
        {
            Assert.True(new RtcClock(true).Set(StartMilliseconds));
            var report = new ConfigReport { InForce = CameraConfig.BuiltIn() };
            var config = report.InForce;
            config.ConfigVersion = 1;
            config.UploadMode = UploadModes.Batched;
            config.UploadHours = 1u << (NoonHour - 1);
            config.HeartbeatSeconds = ConfigRules.SecondsMax;
            policy?.Invoke(config);
            Assert.Equal(ConfigFields.None, ConfigRules.FirstWrong(config));
            var value = new byte[ConfigReport.Bytes];
            report.Write(value, 0);
            var settings = new FlashSettings(new NativeCrc());
            Assert.True(settings.Set(SettingKeys.Config, value));
            Assert.True(settings.Set(SettingKeys.Clock, [.. BitConverter.GetBytes(Epoch), ClockSources.Hub]));
            return settings.Set(
                SettingKeys.Heartbeat,
                [.. BitConverter.GetBytes(Epoch), .. BitConverter.GetBytes((uint)(StartMilliseconds / 1000))]);
        });
        return board;
    }

    /// <summary>One run of the device's Main, to its sleep.</summary>
    public async Task<LifeEnd> LiveAsync(WakeKind cause)
    {
        var end = await World.RunAsync(cause).WaitAsync(Timeout);
        Assert.True(end.Fault is null, end.Fault?.ToString());
        Assert.Equal(LifeEndKind.DeepSleep, end.Kind);
        Assert.Empty(World.Camera.Faults);
        return end;
    }

    /// <summary>A run that ends by the plug, once this holds.</summary>
    public async Task RunUntilAsync(WakeKind cause, Func<bool> condition, string what)
    {
        var running = World.RunAsync(cause);
        await WaitAsync(condition, what, running);
        World.CutPower();
        await running.WaitAsync(Timeout);
    }

    /// <summary>Waits for something that a run does.</summary>
    public static async Task WaitAsync(Func<bool> condition, string what, Task<LifeEnd> running)
    {
        var until = Environment.TickCount64 + (long)Timeout.TotalMilliseconds;
        while (!condition())
        {
            Assert.False(running.IsCompleted, $"The board stopped before: {what}");
            Assert.True(Environment.TickCount64 < until, $"Not within {Timeout.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>What an area of the card holds, by the footers, oldest first.</summary>
    public List<SpoolFooter> Kept(byte area = StoreAreas.Spool)
    {
        var folder = $"D:\\{StorePaths.Area(area)}\\";
        var kept = new List<SpoolFooter>();
        foreach (var (path, bytes) in World.Card.Files)
        {
            if (path.StartsWith(folder, StringComparison.Ordinal) && bytes.Length > SpoolFooter.Bytes
                && SpoolFooter.TryRead(bytes, bytes.Length - SpoolFooter.Bytes, SpoolFooter.Bytes, out var footer))
            {
                kept.Add(footer);
            }
        }

        return kept;
    }
}
