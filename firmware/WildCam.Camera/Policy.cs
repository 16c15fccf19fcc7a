using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>The configuration in force: validated whole, persisted, reported back.</summary>
    public sealed class Policy
    {
        readonly ISettings _settings;

        /// <summary>Reads the persisted configuration; the built-in one (version 0) where there is none.</summary>
        public Policy(ISettings settings)
        {
            _settings = settings;
            byte[] value = settings.Get(SettingKeys.Config);
            CameraConfig kept;
            if (value != null && CameraConfig.TryRead(value, 0, value.Length, out kept)
                && FirstWrongField(kept) == ConfigFields.None)
            {
                InForce = kept;
            }
            else
            {
                InForce = BuiltIn();
            }
        }

        /// <summary>The configuration in force.</summary>
        public CameraConfig InForce { get; set; }

        /// <summary>Field that the last desired configuration was refused for, a value of ConfigFields.</summary>
        public byte RefusedField { get; set; }

        /// <summary>Why, a value of RefusalCodes.</summary>
        public ushort RefusedCode { get; set; }

        /// <summary>What a camera does before any configuration: single pictures on motion, uploaded at once.</summary>
        public static CameraConfig BuiltIn()
        {
            CameraConfig config = new CameraConfig();
            config.CaptureMode = CaptureModes.Motion;
            config.BurstCount = 1;
            config.BurstGapMilliseconds = 1000;
            config.JpegQuality = 80;
            config.Resolution = Resolutions.Uxga1600;
            config.UploadMode = UploadModes.AtOnce;
            config.UploadHours = 0xFFFFFF;
            config.HeartbeatSeconds = 3600;
            return config;
        }

        /// <summary>Takes a desired configuration as a whole, or refuses it and keeps the one in force.</summary>
        public void Desire(CameraConfig desired)
        {
            RefusedField = FirstWrongField(desired);
            RefusedCode = RefusedField == ConfigFields.None ? RefusalCodes.None : RefusalCodes.OutOfRange;
            if (RefusedField == ConfigFields.UploadMode && desired.UploadMode == UploadModes.LowResolutionFirst)
            {
                // The smallest picture has no smaller stand-in.
                RefusedCode = RefusalCodes.NotSupported;
            }

            if (RefusedField != ConfigFields.None || desired.ConfigVersion == InForce.ConfigVersion)
            {
                return;
            }

            byte[] value = new byte[CameraConfig.Bytes];
            desired.Write(value, 0);
            if (!_settings.Set(SettingKeys.Config, value))
            {
                RefusedField = ConfigFields.ConfigVersion;
                RefusedCode = RefusalCodes.Settings;
                return;
            }

            InForce = desired;
        }

        /// <summary>The report of what is in force and what was refused.</summary>
        public byte[] Report()
        {
            ConfigReport report = new ConfigReport();
            report.RefusedField = RefusedField;
            report.RefusedCode = RefusedCode;
            report.ConfigVersion = InForce.ConfigVersion;
            report.CaptureMode = InForce.CaptureMode;
            report.BurstCount = InForce.BurstCount;
            report.BurstGapMilliseconds = InForce.BurstGapMilliseconds;
            report.JpegQuality = InForce.JpegQuality;
            report.Resolution = InForce.Resolution;
            report.QuietFromMinute = InForce.QuietFromMinute;
            report.QuietUntilMinute = InForce.QuietUntilMinute;
            report.SiteOffsetMinutes = InForce.SiteOffsetMinutes;
            report.UploadMode = InForce.UploadMode;
            report.UploadHours = InForce.UploadHours;
            report.HeartbeatSeconds = InForce.HeartbeatSeconds;
            report.TimelapseSeconds = InForce.TimelapseSeconds;
            byte[] message = new byte[ConfigReport.Bytes];
            report.Write(message, 0);
            return message;
        }

        /// <summary>Whether it is quiet now; never, while the time of day is not known.</summary>
        public bool IsQuiet(CameraClock clock)
        {
            int from = InForce.QuietFromMinute;
            int until = InForce.QuietUntilMinute;
            if (from == until || !clock.IsSet)
            {
                return false;
            }

            int now = clock.MinuteOfDay(InForce.SiteOffsetMinutes);
            return from < until ? now >= from && now < until : now >= from || now < until;
        }

        /// <summary>Whether pictures are uploaded now; always, while the time of day is not known.</summary>
        public bool IsUploadHour(CameraClock clock)
        {
            if (InForce.UploadMode != UploadModes.Batched || !clock.IsSet)
            {
                return true;
            }

            return (InForce.UploadHours & (1u << (clock.MinuteOfDay(InForce.SiteOffsetMinutes) / 60))) != 0;
        }

        /// <summary>The first field that is out of range or not supported; None where all are right.</summary>
        public static byte FirstWrongField(CameraConfig config)
        {
            bool hasTimelapse = config.CaptureMode == CaptureModes.Timelapse
                || config.CaptureMode == CaptureModes.MotionAndTimelapse;
            if (config.ConfigVersion == 0) { return ConfigFields.ConfigVersion; }
            if (config.CaptureMode > CaptureModes.Off) { return ConfigFields.CaptureMode; }
            if (config.BurstCount < 1 || config.BurstCount > 10) { return ConfigFields.BurstCount; }
            if (config.JpegQuality < 1 || config.JpegQuality > 100) { return ConfigFields.JpegQuality; }
            if (config.Resolution > Resolutions.Uxga1600) { return ConfigFields.Resolution; }
            if (config.QuietFromMinute > 1439) { return ConfigFields.QuietFromMinute; }
            if (config.QuietUntilMinute > 1439) { return ConfigFields.QuietUntilMinute; }
            if (config.SiteOffsetMinutes < -720 || config.SiteOffsetMinutes > 840)
            {
                return ConfigFields.SiteOffsetMinutes;
            }

            bool isSmallest = config.Resolution == Resolutions.Vga640;
            if (config.UploadMode > UploadModes.LowResolutionFirst
                || (config.UploadMode == UploadModes.LowResolutionFirst && isSmallest))
            {
                return ConfigFields.UploadMode;
            }

            if (config.UploadMode == UploadModes.Batched && (config.UploadHours & 0xFFFFFF) == 0)
            {
                return ConfigFields.UploadHours;
            }

            if (config.HeartbeatSeconds < 30 || config.HeartbeatSeconds > 86400)
            {
                return ConfigFields.HeartbeatSeconds;
            }

            bool isTooShort = config.TimelapseSeconds < (hasTimelapse ? 5u : 0u);
            return isTooShort || config.TimelapseSeconds > 86400 ? ConfigFields.TimelapseSeconds : ConfigFields.None;
        }
    }
}
