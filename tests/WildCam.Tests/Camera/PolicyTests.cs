using WildCam.Camera;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class PolicyTests
{
    // The hub's clock starts at 12:00 UTC.
    const int Noon = 720;

    static CameraConfig Config(Action<CameraConfig>? change = null)
    {
        var config = Policy.BuiltIn();
        config.ConfigVersion = 3;
        change?.Invoke(config);
        return config;
    }

    static Field With(CameraConfig config)
    {
        var field = new Field().Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, config.Write);
        field.Until(() => field.Hub.Reports.Count == 2);
        return field;
    }

    [Fact]
    public void A_configuration_is_taken_reported_and_kept_over_a_power_cut()
    {
        var field = With(Config(c => c.BurstCount = 4));
        Assert.Equal((3u, 4, 0), (field.Hub.Reports[^1].ConfigVersion, field.Hub.Reports[^1].BurstCount,
            field.Hub.Reports[^1].RefusedField));
        field.CutPower();
        Assert.Equal(4, field.Brain.Policy.InForce.BurstCount);
        field.Until(() => field.Hub.Reports.Count == 3);
        Assert.Equal(3u, field.Hub.Hellos[^1].ConfigVersion);
    }

    public static TheoryData<byte, ushort> Wrong => new()
    {
        { ConfigFields.ConfigVersion, RefusalCodes.OutOfRange }, { ConfigFields.CaptureMode, RefusalCodes.OutOfRange },
        { ConfigFields.BurstCount, RefusalCodes.OutOfRange }, { ConfigFields.JpegQuality, RefusalCodes.OutOfRange },
        { ConfigFields.Resolution, RefusalCodes.OutOfRange },
        { ConfigFields.QuietFromMinute, RefusalCodes.OutOfRange },
        { ConfigFields.QuietUntilMinute, RefusalCodes.OutOfRange },
        { ConfigFields.SiteOffsetMinutes, RefusalCodes.OutOfRange },
        { ConfigFields.UploadMode, RefusalCodes.OutOfRange }, { ConfigFields.UploadHours, RefusalCodes.OutOfRange },
        { ConfigFields.HeartbeatSeconds, RefusalCodes.OutOfRange },
        { ConfigFields.TimelapseSeconds, RefusalCodes.OutOfRange },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_field_refuses_the_whole_and_is_named(byte wrong, ushort code)
    {
        var field = With(Config(c =>
        {
            c.ConfigVersion = wrong == ConfigFields.ConfigVersion ? 0 : c.ConfigVersion;
            c.CaptureMode = wrong == ConfigFields.CaptureMode ? (byte)9 : c.CaptureMode;
            c.BurstCount = wrong == ConfigFields.BurstCount ? (byte)11 : (byte)7;
            c.JpegQuality = wrong == ConfigFields.JpegQuality ? (byte)0 : c.JpegQuality;
            c.Resolution = wrong == ConfigFields.Resolution ? (byte)5 : c.Resolution;
            c.QuietFromMinute = wrong == ConfigFields.QuietFromMinute ? (ushort)1440 : c.QuietFromMinute;
            c.QuietUntilMinute = wrong == ConfigFields.QuietUntilMinute ? (ushort)1440 : c.QuietUntilMinute;
            c.SiteOffsetMinutes = wrong == ConfigFields.SiteOffsetMinutes ? (short)841 : c.SiteOffsetMinutes;
            c.UploadMode = wrong == ConfigFields.UploadMode ? (byte)3
                : wrong == ConfigFields.UploadHours ? UploadModes.Batched : c.UploadMode;
            c.UploadHours = wrong == ConfigFields.UploadHours ? 0 : c.UploadHours;
            c.HeartbeatSeconds = wrong == ConfigFields.HeartbeatSeconds ? 29 : c.HeartbeatSeconds;
            c.TimelapseSeconds = wrong == ConfigFields.TimelapseSeconds ? 86401 : c.TimelapseSeconds;
        }));
        Assert.Equal((wrong, code), (field.Hub.Reports[^1].RefusedField, field.Hub.Reports[^1].RefusedCode));
        Assert.Equal(0u, field.Hub.Reports[^1].ConfigVersion);
        Assert.Equal(1, field.Brain.Policy.InForce.BurstCount);
    }

    [Fact]
    public void A_burst_has_its_pictures_at_its_gap()
    {
        var field = With(Config(c => (c.BurstCount, c.BurstGapMilliseconds) = (3, 2000)));
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 3);
        var begins = field.Hub.Begins.OrderBy(b => b.BurstIndex).ToList();
        Assert.Equal([1, 2, 3], begins.Select(b => (int)b.BurstIndex));
        Assert.All(begins, b => Assert.Equal(3, b.BurstCount));
        var at = begins.Select(b => b.ClockSeconds * 1000L + b.ClockMilliseconds).ToList();
        Assert.InRange(at[1] - at[0], 2000, 2200);
        Assert.InRange(at[2] - at[1], 2000, 2200);
    }

    [Fact]
    public void The_timelapse_keeps_its_rhythm_over_a_reboot()
    {
        var field = With(Config(c => (c.CaptureMode, c.TimelapseSeconds) = (CaptureModes.Timelapse, 60)));
        field.Trigger();
        Assert.Equal(0u, field.Brain.TakenCount);
        field.Run(600);
        Assert.Equal(10, field.Hub.Stored.Count);
        field.CutPower(isClockKept: true);
        field.Run(600);
        Assert.Equal(20, field.Hub.Stored.Count);
        Assert.All(field.Hub.Stored.Values, p => Assert.Equal(Triggers.Timelapse, p.Begin.Trigger));
    }

    [Theory]
    [InlineData(Noon - 60, Noon + 60, 0, true)]
    [InlineData(Noon + 60, Noon - 60, 0, false)]
    [InlineData(Noon, Noon, 0, false)]
    [InlineData(1320, 360, 600, true)]
    [InlineData(1320, 360, 0, false)]
    public void Quiet_hours_are_the_sites_and_go_over_midnight(int from, int until, int offset, bool isQuiet)
    {
        var field = With(Config(c => (c.QuietFromMinute, c.QuietUntilMinute, c.SiteOffsetMinutes) =
            ((ushort)from, (ushort)until, (short)offset)));
        field.Trigger();
        Assert.Equal(isQuiet ? 0u : 1u, field.Brain.TakenCount);
        Assert.Equal(isQuiet ? 1u : 0u, field.Brain.IgnoredCount);
        field.Hub.Command(1, CommandKinds.CaptureNow);
        field.Run(1);
        Assert.Equal(isQuiet ? 1u : 2u, field.Brain.TakenCount);
    }

    [Fact]
    public void Batched_pictures_wait_for_their_hour_or_for_the_order_to_upload()
    {
        var field = With(Config(c => (c.UploadMode, c.UploadHours) = (UploadModes.Batched, 1u << 14)));
        field.Trigger(2);
        field.Run(1800);
        Assert.Empty(field.Hub.Begins);
        field.Hub.Command(1, CommandKinds.UploadBacklog);
        field.Until(() => field.Brain.Spool.Count == 0, 60);
        field.Run(1);
        field.Trigger();
        field.Run(1800);
        Assert.Equal(2, field.Hub.Stored.Count);
        field.Until(() => field.Hub.Stored.Count == 3, 3700);
    }
}
