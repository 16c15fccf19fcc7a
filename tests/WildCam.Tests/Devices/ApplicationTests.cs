using System.Diagnostics;
using WildCam.Esp32;
using WildCam.SimulatedHardware;

namespace WildCam.Tests.Devices;

/// <summary>Program.Main itself, as far as it needs no hub.</summary>
public sealed class ApplicationTests
{
    const int NotSetUpFlashes = 5;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly BoardWorld _world = new(seed: 7);

    [Fact]
    public async Task Without_a_set_up_file_the_light_flashes_five_times_and_pauses()
    {
        var rises = new List<long>();
        _world.Light.Part = isHigh =>
        {
            if (isHigh)
            {
                rises.Add(Stopwatch.GetTimestamp());
            }
        };
        var running = _world.RunAsync(WakeKind.Power);
        var deadline = Stopwatch.GetTimestamp();
        while (rises.Count < (2 * NotSetUpFlashes) + 1 && Stopwatch.GetElapsedTime(deadline) < Timeout)
        {
            await Task.Delay(20);
        }

        _world.CutPower();
        Assert.Equal(LifeEndKind.PowerCut, (await running.WaitAsync(Timeout)).Kind);
        var gaps = Enumerable.Range(1, 2 * NotSetUpFlashes)
            .Select(i => Stopwatch.GetElapsedTime(rises[i - 1], rises[i])).ToList();
        // Each round's pause is longer than any gap within a round.
        var pauses = gaps.Index().OrderByDescending(g => g.Item).Take(2).Select(g => g.Index).Order();
        Assert.Equal([NotSetUpFlashes - 1, (2 * NotSetUpFlashes) - 1], pauses);
        Assert.Equal(0, _world.Camera.Captures);
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
