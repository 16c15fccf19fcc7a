using System.Diagnostics;
using WildCam.Esp32;
using WildCam.SimulatedHardware;

namespace WildCam.Tests.Devices;

/// <summary>Program.Main itself, as far as it needs no hub.</summary>
public sealed class ApplicationTests
{
    /// <summary>As many as no other code shows in a round, and more.</summary>
    const int Flashes = 6;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly BoardWorld _world = new(seed: 7);

    [Fact]
    public async Task Without_a_set_up_file_the_light_flashes_and_nothing_else_happens()
    {
        var lit = 0;
        _world.Light.Part = isHigh => lit += isHigh ? 1 : 0;
        var running = _world.RunAsync(WakeKind.Power);
        var waited = Stopwatch.StartNew();
        while (Volatile.Read(ref lit) < Flashes && waited.Elapsed < Timeout)
        {
            await Task.Delay(20);
        }

        _world.CutPower();
        Assert.Equal(LifeEndKind.PowerCut, (await running.WaitAsync(Timeout)).Kind);
        Assert.True(lit >= Flashes, $"The light was lit {lit} times in {waited.Elapsed.TotalSeconds:0} s.");
        Assert.Equal((0, 0), (_world.Camera.Captures, _world.Wifi.Joins));
    }

    [Fact]
    public async Task A_picture_is_taken_and_kept_before_the_wifi_is_asked_for()
    {
        _world.SetUp("host=hub\ncamera=creek\npassword=p\nboard=devkit\ntls=off\n");
        _world.Wifi.IsThere = false;
        var joins = -1;
        _world.Camera.Picture = _ =>
        {
            joins = _world.Wifi.Joins;
            return [0xff, 0xd8, 1, 2, 0xff, 0xd9];
        };
        var end = await _world.RunAsync(WakeKind.Motion).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((LifeEndKind.DeepSleep, 1UL << 33), (end.Kind, end.WakePins));
        Assert.Equal(1, _world.Camera.Captures);
        Assert.Single(_world.Card.Files.Keys, f => f.EndsWith(".jpg", StringComparison.Ordinal));
        Assert.Empty(_world.Camera.Faults);
        Assert.Equal(0, joins);
        Assert.True(_world.Wifi.Joins > 0);
    }

    [Fact]
    public async Task A_camera_that_does_not_answer_does_not_keep_the_board_awake()
    {
        _world.SetUp("host=hub\ncamera=creek\npassword=p\nboard=devkit\ntls=off\n");
        _world.Wifi.IsThere = false;
        _world.Camera.IsThere = false;
        var end = await _world.RunAsync(WakeKind.Motion).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(LifeEndKind.DeepSleep, end.Kind);
        Assert.Equal(0, _world.Camera.Captures);
    }
}
