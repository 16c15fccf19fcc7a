using System.Device.Gpio;
using WildCam.Esp32;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>The sensor's port against an ArduCAM at the level of its registers.</summary>
public sealed class ArduCamSensorTests
{
    const byte Com7 = 0x12;
    const byte QuantisationScale = 0x44;

    readonly BoardWorld _world = new(seed: 1);

    // Around the ends of the blocks of a transfer, with the marker across two of them at 2047 and 4095.
    [Theory]
    [InlineData(6)]
    [InlineData(2044)]
    [InlineData(2045)]
    [InlineData(2046)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(4095)]
    [InlineData(60_001)]
    public async Task A_picture_is_read_whole_in_one_burst_under_one_select(int bytes)
    {
        var jpeg = Jpeg(bytes);
        _world.Camera.Picture = _ => jpeg;
        var (most, read) = await TakeAsync(Resolutions.Uxga1600, 80);
        Assert.Equal(jpeg, read);
        Assert.InRange(most, bytes, bytes + 64);
        Assert.Equal(1, _world.Camera.Bursts);
        Assert.Empty(_world.Camera.Faults);
    }

    [Theory]
    [InlineData(Resolutions.Vga640, 640, 480)]
    [InlineData(Resolutions.Svga800, 800, 600)]
    [InlineData(Resolutions.Xga1024, 1024, 768)]
    [InlineData(Resolutions.Sxga1280, 1280, 1024)]
    [InlineData(Resolutions.Uxga1600, 1600, 1200)]
    public async Task The_chip_puts_out_the_size_that_was_asked_for(byte resolution, int width, int height)
    {
        await TakeAsync(resolution, 80);
        Assert.Equal((width, height), (_world.Camera.Chip.Width, _world.Camera.Chip.Height));
    }

    [Theory]
    [InlineData((byte)100, 2)]
    [InlineData((byte)80, 12)]
    [InlineData((byte)1, 52)]
    public async Task Quality_is_the_scale_of_the_quantisation(byte quality, int scale)
    {
        await TakeAsync(Resolutions.Vga640, quality);
        Assert.Equal(scale, _world.Camera.Chip.Quantisation);
    }

    [Fact]
    public async Task Registers_of_the_sensor_and_of_the_processor_are_written_in_their_own_banks()
    {
        await TakeAsync(Resolutions.Vga640, 80, isBars: true);
        Assert.True(_world.Camera.Chip.HasBars);
        var writes = _world.Camera.Chip.Writes;
        Assert.Contains(writes, w => w is { Bank: 1, Register: Com7, Value: 0x80 });
        Assert.DoesNotContain(writes, w => w is { Bank: 0, Register: Com7 });
        Assert.Contains(writes, w => w is { Bank: 0, Register: QuantisationScale });
        Assert.DoesNotContain(writes, w => w is { Bank: 1, Register: QuantisationScale });
        // JPEG is switched on after everything that could switch it off.
        Assert.Equal(0x10, writes.Last(w => w is { Bank: 0, Register: 0xda }).Value);
        Assert.Equal(0x00, writes.Last(w => w is { Bank: 0, Register: 0xe0 }).Value);
    }

    [Fact]
    public async Task Nothing_is_written_again_for_a_second_picture_of_the_same_kind()
    {
        var writes = await _world.DoAsync(() =>
        {
            var sensor = Sensor();
            Read(sensor, Resolutions.Svga800, 70);
            _world.Camera.Chip.ClearWrites();
            Read(sensor, Resolutions.Svga800, 70);
            return _world.Camera.Chip.Writes;
        });
        Assert.Empty(writes);
        Assert.Equal(2, _world.Camera.Captures);
    }

    [Fact]
    public async Task A_module_that_does_not_answer_gives_no_picture()
    {
        _world.Camera.IsThere = false;
        Assert.Equal(-1, (await TakeAsync(Resolutions.Vga640, 80)).Most);
        Assert.Equal(0, _world.Camera.Captures);
    }

    [Fact]
    public async Task Another_chip_than_an_ov2640_gives_no_picture()
    {
        _world.Camera.Chip.ProductId = 0x56;
        Assert.Equal(-1, (await TakeAsync(Resolutions.Vga640, 80)).Most);
    }

    [Fact]
    public async Task A_done_flag_that_never_comes_is_given_up_and_the_next_picture_succeeds()
    {
        _world.Camera.IsStuck = true;
        var (first, second) = await _world.DoAsync(() =>
        {
            var sensor = Sensor();
            var stuck = sensor.Start(Resolutions.Vga640, 80, false);
            sensor.Stop();
            _world.Camera.IsStuck = false;
            return (stuck, sensor.Start(Resolutions.Vga640, 80, false));
        });
        Assert.Equal(-1, first);
        Assert.True(second > 0);
    }

    [Fact]
    public async Task A_picture_that_does_not_end_is_a_failure()
    {
        _world.Camera.Picture = _ => Jpeg(5000)[..^2];
        var (most, read) = await TakeAsync(Resolutions.Vga640, 80);
        Assert.True(most > 0);
        Assert.Null(read);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_fifo_or_does_not_begin_is_no_picture()
    {
        _world.Camera.Picture = _ => Jpeg(ArduCamSensor.FifoBytes);
        Assert.Equal(-1, (await TakeAsync(Resolutions.Uxga1600, 100)).Most);
        _world.Camera.Picture = _ => new byte[9000];
        Assert.Equal(-1, (await TakeAsync(Resolutions.Uxga1600, 100)).Most);
    }

    [Theory]
    [InlineData(0x7f, true)]
    [InlineData(0x3f, false)]
    public async Task Full_gain_is_darkness(int gain, bool isDark)
    {
        _world.Camera.Chip.Gain = gain;
        Assert.Equal(isDark, await _world.DoAsync(() =>
        {
            var sensor = Sensor();
            sensor.SetUp();
            return sensor.IsAtFullGain;
        }));
    }

    /// <summary>Bytes of a JPEG's shape, with no end marker but the last.</summary>
    static byte[] Jpeg(int bytes)
    {
        var jpeg = new byte[bytes];
        new Random(bytes).NextBytes(jpeg);
        for (var i = 0; i < bytes; i++)
        {
            jpeg[i] = jpeg[i] == 0xd9 ? (byte)0 : jpeg[i];
        }

        jpeg[0] = 0xff;
        jpeg[1] = 0xd8;
        jpeg[^2] = 0xff;
        jpeg[^1] = 0xd9;
        return jpeg;
    }

    static ArduCamSensor Sensor() => new(DevKitBoard.Pins(), new GpioController());

    static (int Most, byte[]? Read) Read(ArduCamSensor sensor, byte resolution, byte quality, bool isBars = false)
    {
        var most = sensor.Start(resolution, quality, isBars);
        if (most < 0)
        {
            return (most, null);
        }

        using var all = new MemoryStream();
        var block = new byte[Protocol.BlockBytes];
        int read;
        while ((read = sensor.Read(block, 0, block.Length)) > 0)
        {
            all.Write(block, 0, read);
        }

        sensor.Stop();
        return (most, read < 0 ? null : all.ToArray());
    }

    Task<(int Most, byte[]? Read)> TakeAsync(byte resolution, byte quality, bool isBars = false) =>
        _world.DoAsync(() => Read(Sensor(), resolution, quality, isBars));
}
