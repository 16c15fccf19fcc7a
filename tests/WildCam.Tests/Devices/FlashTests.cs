using WildCam.Camera.Ports;
using WildCam.Esp32;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>What is kept in the board's own flash: settings, slots, the set-up file.</summary>
public sealed class FlashTests
{
    const string Lines = """
        # what the hub gave
        host=hub.example.org
        camera=creek-north
        password=p=w
        board=devkit
        """;

    readonly BoardWorld _world = new(seed: 3);

    [Fact]
    public async Task Settings_outlive_the_program_and_keep_the_newest_value()
    {
        await _world.DoAsync(() =>
        {
            var settings = new FlashSettings(new NativeCrc());
            Assert.Null(settings.Get(SettingKeys.Boot));
            for (byte n = 1; n <= 5; n++)
            {
                Assert.True(settings.Set(SettingKeys.Boot, [n, 0, 0, 0]));
            }

            Assert.False(settings.Set(SettingKeys.Boot, new byte[SettingKeys.ValueBytesMax + 1]));
            return true;
        });
        var kept = await _world.DoAsync(() => new FlashSettings(new NativeCrc()).Get(SettingKeys.Boot));
        Assert.Equal([5, 0, 0, 0], kept);
    }

    [Fact]
    public async Task A_power_cut_at_any_write_leaves_the_old_value_or_the_new_one()
    {
        for (var cut = 1; ; cut++)
        {
            var world = new BoardWorld(seed: cut);
            world.Flash.CutAtChange = cut;
            var done = 0;
            var end = await world.RunAsync(WakeKind.Power, () =>
            {
                var settings = new FlashSettings(new NativeCrc());
                for (byte n = 1; n <= 4; n++)
                {
                    if (settings.Set(SettingKeys.Spool, [n, n, n, n, n, n, n, n, n]))
                    {
                        done = n;
                    }
                }

                Life.Current.End(new LifeEnd(LifeEndKind.Reboot));
            });
            var value = await world.DoAsync(() => new FlashSettings(new NativeCrc()).Get(SettingKeys.Spool));
            var kept = value is null ? 0 : value[0];
            Assert.InRange(kept, done, done + 1);
            Assert.True(value is null || value.All(b => b == kept), $"cut {cut}");
            if (end.Kind == LifeEndKind.Reboot)
            {
                Assert.Equal(4, done);
                break;
            }
        }
    }

    [Fact]
    public async Task Slots_append_read_and_erase_and_the_running_one_is_left_alone() => await _world.DoAsync(() =>
    {
        var slots = new SlotFiles(Slots.A, Boards.Esp32PsramOv2640);
        Assert.Equal(0, slots.Length(Slots.B));
        Assert.True(slots.Append(Slots.B, [9, 1, 2, 3], 1, 3));
        Assert.True(slots.Append(Slots.B, [4], 0, 1));
        Assert.Equal(4, slots.Length(Slots.B));
        var bytes = new byte[4];
        Assert.Equal(2, slots.Read(Slots.B, 2, bytes, 0, 4));
        Assert.Equal([3, 4, 0, 0], bytes);
        Assert.False(slots.Append(Slots.A, [1], 0, 1));
        Assert.False(slots.Erase(Slots.A));
        Assert.False(slots.Append(Slots.B, new byte[slots.CapacityBytes], 0, slots.CapacityBytes));
        Assert.True(slots.Erase(Slots.B));
        Assert.True(slots.Erase(Slots.B));
        Assert.Equal(0, slots.Length(Slots.B));
        Assert.Null(slots.ReadRecord(1));
        Assert.True(slots.WriteRecord(1, [1, 2, 3]));
        Assert.Equal([1, 2, 3], slots.ReadRecord(1));
        return true;
    });

    [Fact]
    public async Task The_set_up_file_is_read_line_by_line()
    {
        _world.SetUp(Lines + "\nport=2883\r\nupdate-key=00ff10\npower=mains\nmotion2=32\n", "PEM");
        var given = await _world.DoAsync(SetUpFile.Load);
        Assert.Equal(
            ("hub.example.org", 2883, "creek-north", "p=w"), (given.Host, given.Port, given.Camera, given.Password));
        Assert.Equal([0x00, 0xff, 0x10], given.UpdateKey);
        Assert.Equal((false, 32, "PEM"), (given.SleepsWhenIdle, given.Pins.Motion2, given.Authority));
    }

    [Theory]
    [InlineData("host=", "x=")]
    [InlineData("board=devkit", "board=toaster")]
    [InlineData("password=p=w", "")]
    [InlineData("camera=creek-north", "camera=creek-north\nport=70000")]
    [InlineData("camera=creek-north", "camera=creek-north\nport=88x3")]
    [InlineData("camera=creek-north", "camera=creek-north\nupdate-key=0g")]
    [InlineData("camera=creek-north", "camera=creek-north\nbattery-raw1=4000\nbattery-raw2=100")]
    public async Task A_set_up_file_with_a_mistake_counts_as_missing(string right, string wrong)
    {
        _world.SetUp(Lines, "PEM");
        Assert.NotNull(await _world.DoAsync(SetUpFile.Load));
        _world.SetUp(Lines.Replace(right, wrong, StringComparison.Ordinal), "PEM");
        Assert.Null(await _world.DoAsync(SetUpFile.Load));
    }

    [Fact]
    public async Task Without_the_hubs_certificate_only_a_set_up_that_says_so_is_taken()
    {
        _world.SetUp(Lines);
        Assert.Null(await _world.DoAsync(SetUpFile.Load));
        _world.SetUp(Lines + "\ntls=off");
        Assert.NotNull(await _world.DoAsync(SetUpFile.Load));
    }
}
