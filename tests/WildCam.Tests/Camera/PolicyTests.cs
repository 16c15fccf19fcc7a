using System.Reflection;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class PolicyTests
{
    // The hub's clock starts at 12:00 UTC.
    const int Noon = 720;

    static CameraConfig Config(Action<CameraConfig>? change = null)
    {
        var config = CameraConfig.BuiltIn();
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
        var report = field.Hub.Reports[^1];
        Assert.Equal((3u, 4), (report.InForce.ConfigVersion, report.InForce.BurstCount));
        Assert.Equal(new byte[ConfigFields.Count], report.Refused);
        field.CutPower();
        Assert.Equal(4, field.Brain.Policy.InForce.BurstCount);
        field.Until(() => field.Hub.Reports.Count == 3);
        Assert.Equal(3u, field.Hub.Hellos[^1].ConfigVersion);
    }

    // A version is for the whole, and any pause within a burst is right.
    public static TheoryData<byte> Fields =>
        [.. Enumerable.Range(1, ConfigFields.Count).Select(f => (byte)f)
            .Except([ConfigFields.ConfigVersion, ConfigFields.BurstGapMilliseconds])];

    static void Spoil(CameraConfig c, byte field)
    {
        switch (field)
        {
            case ConfigFields.CaptureMode: c.CaptureMode = 9; break;
            case ConfigFields.BurstCount: c.BurstCount = 11; break;
            case ConfigFields.JpegQuality: c.JpegQuality = 0; break;
            case ConfigFields.Resolution: c.Resolution = 5; break;
            case ConfigFields.QuietFromMinute: c.QuietFromMinute = 1440; break;
            case ConfigFields.QuietUntilMinute: c.QuietUntilMinute = 1440; break;
            case ConfigFields.SiteOffsetMinutes: c.SiteOffsetMinutes = 841; break;
            case ConfigFields.UploadMode: c.UploadMode = 3; break;
            case ConfigFields.UploadHours: c.UploadHours = 0xFF000000; break;
            case ConfigFields.HeartbeatSeconds: c.HeartbeatSeconds = 29; break;
            default: c.TimelapseSeconds = 86401; break;
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_wrong_field_keeps_what_it_was_and_the_rest_is_taken(byte wrong)
    {
        var right = Config(c =>
        {
            (c.CaptureMode, c.BurstCount, c.JpegQuality) = (CaptureModes.MotionAndTimelapse, 7, 60);
            (c.Resolution, c.TimelapseSeconds) = (Resolutions.Vga640, 600);
            (c.QuietFromMinute, c.QuietUntilMinute, c.SiteOffsetMinutes) = (60, 120, -90);
            (c.UploadMode, c.UploadHours, c.HeartbeatSeconds) = (UploadModes.Batched, 6, 900);
        });
        var field = With(right);
        var desired = Config(c =>
        {
            (c.ConfigVersion, c.CaptureMode, c.BurstCount, c.JpegQuality) = (4, CaptureModes.Timelapse, 2, 70);
            (c.Resolution, c.TimelapseSeconds) = (Resolutions.Svga800, 900);
            (c.QuietFromMinute, c.QuietUntilMinute, c.SiteOffsetMinutes) = (90, 180, 60);
            (c.UploadMode, c.UploadHours, c.HeartbeatSeconds) = (UploadModes.Batched, 9, 1800);
        });
        var expected = Facts(desired);
        expected[Name(wrong)] = Facts(right)[Name(wrong)];
        Spoil(desired, wrong);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, desired.Write);
        field.Until(() => field.Hub.Reports.Count == 3);
        Assert.Equal(expected, Facts(field.Hub.Reports[^1].InForce));
        Assert.Equal([(wrong, RefusalCodes.OutOfRange)], Refused(field.Hub.Reports[^1]));

        field.CutPower();
        field.Until(() => field.Hub.Reports.Count == 4);
        Assert.Equal(expected, Facts(field.Hub.Reports[^1].InForce));
        Assert.Equal([(wrong, RefusalCodes.OutOfRange)], Refused(field.Hub.Reports[^1]));
    }

    [Fact]
    public void Every_wrong_field_of_one_configuration_is_reported()
    {
        var all = Fields.Select(f => f.Data).ToList();
        var field = With(Config(c => all.ForEach(f => Spoil(c, f))));
        var report = field.Hub.Reports[^1];
        // Hours count only where uploads are batched, and that mode was refused.
        Assert.Equal(all.Except([ConfigFields.UploadHours]), Refused(report).Select(r => r.Field));
        Assert.Equal((3u, 1), (report.InForce.ConfigVersion, report.InForce.BurstCount));
    }

    [Fact]
    public void A_configuration_without_a_version_is_refused_whole()
    {
        var field = With(Config(c => (c.ConfigVersion, c.BurstCount) = (0, 7)));
        var report = field.Hub.Reports[^1];
        Assert.Equal([(ConfigFields.ConfigVersion, RefusalCodes.OutOfRange)], Refused(report));
        Assert.Equal((0u, 1), (report.InForce.ConfigVersion, report.InForce.BurstCount));
    }

    [Fact]
    public void A_configuration_that_cannot_be_kept_is_refused_whole_and_taken_when_it_can()
    {
        var settings = new SettingsThatFail();
        var policy = new Policy(settings);
        policy.Desire(Config(c => c.BurstCount = 7));
        Assert.Equal((0u, 1), (policy.InForce.ConfigVersion, policy.InForce.BurstCount));
        Assert.Equal([(ConfigFields.ConfigVersion, RefusalCodes.Settings)], Refused(ReportOf(policy)));
        settings.Works = true;
        policy.Desire(Config(c => c.BurstCount = 7));
        Assert.Equal((3u, 7), (policy.InForce.ConfigVersion, policy.InForce.BurstCount));
        Assert.Empty(Refused(ReportOf(policy)));
    }

    [Fact]
    public void Whatever_is_desired_what_comes_into_force_is_right()
    {
        var chance = new Random(17);
        var inForce = CameraConfig.BuiltIn();
        var refusals = new HashSet<(byte, ushort)>();
        for (var round = 0; round < 50_000; round++)
        {
            var desired = new CameraConfig
            {
                ConfigVersion = 1, CaptureMode = (byte)chance.Next(6), BurstCount = (byte)chance.Next(12),
                JpegQuality = (byte)chance.Next(102), Resolution = (byte)chance.Next(6),
                QuietFromMinute = (ushort)chance.Next(1441), UploadMode = (byte)chance.Next(4),
                UploadHours = (uint)chance.Next(2), HeartbeatSeconds = (uint)chance.Next(29, 40),
                TimelapseSeconds = (uint)chance.Next(3, 7),
            };
            var report = ConfigRules.Take(desired, inForce);
            Assert.Equal(ConfigFields.None, ConfigRules.FirstWrong(report.InForce));
            var (wanted, before, after) = (Facts(desired), Facts(inForce), Facts(report.InForce));
            for (byte f = 1; f <= ConfigFields.Count; f++)
            {
                var expected = report.CodeOf(f) == RefusalCodes.None ? wanted : before;
                Assert.Equal(expected[Name(f)], after[Name(f)]);
            }

            refusals.UnionWith(Refused(report));
            inForce = report.InForce;
        }

        // All three pairs of fields that depend on each other were met.
        byte[] partners = [ConfigFields.Resolution, ConfigFields.UploadMode, ConfigFields.CaptureMode];
        Assert.All(partners, f => Assert.Contains((f, RefusalCodes.NeedsRefused), refusals));
    }

    static List<(byte Field, ushort Code)> Refused(ConfigReport report) =>
        [.. Enumerable.Range(1, ConfigFields.Count).Select(f => ((byte)f, report.CodeOf((byte)f)))
            .Where(r => r.Item2 != RefusalCodes.None)];

    static ConfigReport ReportOf(Policy policy)
    {
        Assert.True(ConfigReport.TryRead(policy.Report(), 0, ConfigReport.Bytes, out var report));
        return report;
    }

    static Dictionary<string, object> Facts(CameraConfig config) =>
        typeof(CameraConfig).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(f => f.Name, f => f.GetValue(config)!);

    static string Name(byte field) =>
        typeof(ConfigFields).GetFields().Single(f => f.GetValue(null) is byte number && number == field).Name;

    sealed class SettingsThatFail : ISettings
    {
        public bool Works { get; set; }

        public byte[]? Get(byte key) => null;

        public bool Set(byte key, byte[] value) => Works;
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
