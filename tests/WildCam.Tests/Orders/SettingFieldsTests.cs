using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Tests.Orders;

/// <summary>Settings as people and programs write them, and as the wire has them.</summary>
public sealed class SettingFieldsTests
{
    [Fact]
    public void Every_field_of_the_wire_is_a_setting_and_comes_back_from_it()
    {
        Assert.Equal(
            Enumerable.Range(1, ConfigFields.Count).Select(f => (byte)f).Except([ConfigFields.ConfigVersion]),
            SettingFields.All.Select(f => f.Field).Order());
        var seed = Seeds.Next();
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var config = new CameraConfig
            {
                ConfigVersion = 7,
                CaptureMode = (byte)random.Next(SettingWords.CaptureModes.Count),
                BurstCount = (byte)random.Next(256),
                BurstGapMilliseconds = (ushort)random.Next(65536),
                JpegQuality = (byte)random.Next(256),
                Resolution = (byte)random.Next(SettingWords.Resolutions.Count),
                QuietFromMinute = (ushort)random.Next(1440),
                QuietUntilMinute = (ushort)random.Next(1440),
                SiteOffsetMinutes = (short)random.Next(short.MinValue, short.MaxValue),
                UploadMode = (byte)random.Next(SettingWords.UploadModes.Count),
                UploadHours = (uint)random.Next(1 << 24),
                HeartbeatSeconds = (uint)random.NextInt64(uint.MaxValue),
                TimelapseSeconds = (uint)random.NextInt64(uint.MaxValue),
            };
            Assert.True(
                Bytes(config).SequenceEqual(Bytes(SettingsWire.ToWire(SettingsWire.FromWire(config), 7))),
                $"Seed {seed}, round {i}");
        }
    }

    [Fact]
    public void What_was_built_in_and_every_preset_are_right()
    {
        Assert.Empty(SettingFields.Wrong(SettingsWire.BuiltIn));
        foreach (var preset in Presets.All)
        {
            var settings = preset.Apply(SettingsWire.BuiltIn);
            Assert.Empty(SettingFields.Wrong(settings));
            Assert.Equal(preset, Presets.Of(settings));
            Assert.Equal(preset, Presets.Of(settings with { QuietFrom = "21:00", SiteOffsetMinutes = 60 }));
        }

        Assert.Null(Presets.Of(SettingsWire.BuiltIn with { JpegQuality = 12 }));
    }

    [Fact]
    public void A_timer_runs_on_beside_a_preset()
    {
        var timed = SettingsWire.BuiltIn with { CaptureMode = "timelapse", TimelapseSeconds = 600 };
        Assert.Equal("motion-and-timelapse", Presets.Find("balanced")!.Apply(timed).CaptureMode);
    }

    [Fact]
    public void The_hub_refuses_what_the_camera_would_and_nothing_else()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var settings = SettingsWire.BuiltIn with
            {
                BurstCount = random.Next(0, 14),
                JpegQuality = random.Next(-1, 104),
                UploadMode = SettingWords.UploadModes[random.Next(3)],
                Resolution = SettingWords.Resolutions[random.Next(5)],
                UploadHours = random.Next(2) == 0 ? [] : [random.Next(24)],
                HeartbeatSeconds = random.Next(0, 100_000),
                TimelapseSeconds = random.Next(0, 20),
                CaptureMode = SettingWords.CaptureModes[random.Next(4)],
            };
            var camera = ConfigRules.FirstWrong(SettingsWire.ToWire(settings, 1));
            var hub = SettingFields.Wrong(settings);
            Assert.True(
                (camera == ConfigFields.None) == (hub.Count == 0),
                $"Seed {seed}, round {i}: {settings}, field {camera}");
        }
    }

    [Fact]
    public void Differences_are_by_field()
    {
        var other = SettingsWire.BuiltIn with { BurstCount = 4, UploadHours = [6, 18] };
        Assert.Equal(
            [("burstCount", "1", "4"), ("uploadHours", string.Join(' ', Enumerable.Range(0, 24)), "6 18")],
            SettingFields.Compare(SettingsWire.BuiltIn, other).Select(d => (d.Field.Name, d.From, d.To)));
        Assert.Empty(SettingFields.Compare(other, other with { UploadHours = [18, 6, 6] }));
    }

    static byte[] Bytes(CameraConfig config)
    {
        var bytes = new byte[CameraConfig.Bytes];
        config.Write(bytes, 0);
        return bytes;
    }
}
