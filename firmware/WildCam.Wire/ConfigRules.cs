namespace WildCam.Wire
{
    /// <summary>
    /// What a configuration may say. The camera takes by these rules, field by field; a hub asks them before it sends.
    /// </summary>
    public static class ConfigRules
    {
        /// <summary>Most pictures a trigger.</summary>
        public const byte BurstCountMax = 10;

        /// <summary>Shortest time between heartbeats, in seconds.</summary>
        public const uint HeartbeatSecondsMin = 30;

        /// <summary>Shortest time between time-lapse pictures, in seconds.</summary>
        public const uint TimelapseSecondsMin = 5;

        /// <summary>Longest time between heartbeats, and between time-lapse pictures, in seconds.</summary>
        public const uint SecondsMax = 86400;

        const int OffsetMinutesMin = -720;
        const int OffsetMinutesMax = 840;

        /// <summary>
        /// What comes of a desired configuration: each field that is right is taken, each other one stays as it was and
        /// has its reason. Where the version is refused, nothing is taken.
        /// </summary>
        /// <param name="desired">What is wanted.</param>
        /// <param name="inForce">What is in force; itself right.</param>
        public static ConfigReport Take(CameraConfig desired, CameraConfig inForce)
        {
            ConfigReport report = new ConfigReport();
            Copy(desired.ConfigVersion == 0 ? inForce : desired, report.InForce);
            if (desired.ConfigVersion == 0)
            {
                report.Refuse(ConfigFields.ConfigVersion, RefusalCodes.OutOfRange);
                return report;
            }

            byte wrong = FirstWrong(report.InForce);
            for (int i = 0; wrong != ConfigFields.None && i < ConfigFields.Count; i++)
            {
                byte field = wrong;
                ushort code = ReasonOf(report.InForce, wrong);
                if (report.CodeOf(wrong) != RefusalCodes.None)
                {
                    // The value that stayed does not go with another new one, so that stays too.
                    field = Partner(wrong);
                    code = RefusalCodes.NeedsRefused;
                }

                Copy(field, inForce, report.InForce);
                report.Refuse(field, code);
                wrong = FirstWrong(report.InForce);
            }

            return report;
        }

        /// <summary>The first field that is wrong, a value of ConfigFields; None where all are right.</summary>
        public static byte FirstWrong(CameraConfig config)
        {
            if (config.CaptureMode > CaptureModes.Off) { return ConfigFields.CaptureMode; }
            if (config.BurstCount < 1 || config.BurstCount > BurstCountMax) { return ConfigFields.BurstCount; }
            if (config.JpegQuality < 1 || config.JpegQuality > 100) { return ConfigFields.JpegQuality; }
            if (config.Resolution > Resolutions.Uxga1600) { return ConfigFields.Resolution; }
            if (config.QuietFromMinute > 1439) { return ConfigFields.QuietFromMinute; }
            if (config.QuietUntilMinute > 1439) { return ConfigFields.QuietUntilMinute; }
            if (config.SiteOffsetMinutes < OffsetMinutesMin || config.SiteOffsetMinutes > OffsetMinutesMax)
            {
                return ConfigFields.SiteOffsetMinutes;
            }

            if (config.UploadMode > UploadModes.LowResolutionFirst || HasNoStandIn(config))
            {
                return ConfigFields.UploadMode;
            }

            if (config.UploadMode == UploadModes.Batched && (config.UploadHours & 0xFFFFFF) == 0)
            {
                return ConfigFields.UploadHours;
            }

            if (config.HeartbeatSeconds < HeartbeatSecondsMin || config.HeartbeatSeconds > SecondsMax)
            {
                return ConfigFields.HeartbeatSeconds;
            }

            bool isTimed = config.CaptureMode == CaptureModes.Timelapse
                || config.CaptureMode == CaptureModes.MotionAndTimelapse;
            bool isTooShort = isTimed && config.TimelapseSeconds < TimelapseSecondsMin;
            return isTooShort || config.TimelapseSeconds > SecondsMax
                ? ConfigFields.TimelapseSeconds
                : ConfigFields.None;
        }

        static ushort ReasonOf(CameraConfig config, byte wrong)
        {
            bool isUnsupported = wrong == ConfigFields.UploadMode && HasNoStandIn(config);
            return isUnsupported ? RefusalCodes.NotSupported : RefusalCodes.OutOfRange;
        }

        // The smallest picture has no smaller stand-in.
        static bool HasNoStandIn(CameraConfig config)
        {
            return config.UploadMode == UploadModes.LowResolutionFirst && config.Resolution == Resolutions.Vga640;
        }

        // The other field of the pair that a field is checked with.
        static byte Partner(byte field)
        {
            switch (field)
            {
                case ConfigFields.UploadMode: return ConfigFields.Resolution;
                case ConfigFields.UploadHours: return ConfigFields.UploadMode;
                default: return ConfigFields.CaptureMode;
            }
        }

        static void Copy(CameraConfig from, CameraConfig to)
        {
            for (byte field = 1; field <= ConfigFields.Count; field++)
            {
                Copy(field, from, to);
            }
        }

        static void Copy(byte field, CameraConfig from, CameraConfig to)
        {
            switch (field)
            {
                case ConfigFields.ConfigVersion: to.ConfigVersion = from.ConfigVersion; break;
                case ConfigFields.CaptureMode: to.CaptureMode = from.CaptureMode; break;
                case ConfigFields.BurstCount: to.BurstCount = from.BurstCount; break;
                case ConfigFields.BurstGapMilliseconds: to.BurstGapMilliseconds = from.BurstGapMilliseconds; break;
                case ConfigFields.JpegQuality: to.JpegQuality = from.JpegQuality; break;
                case ConfigFields.Resolution: to.Resolution = from.Resolution; break;
                case ConfigFields.QuietFromMinute: to.QuietFromMinute = from.QuietFromMinute; break;
                case ConfigFields.QuietUntilMinute: to.QuietUntilMinute = from.QuietUntilMinute; break;
                case ConfigFields.SiteOffsetMinutes: to.SiteOffsetMinutes = from.SiteOffsetMinutes; break;
                case ConfigFields.UploadMode: to.UploadMode = from.UploadMode; break;
                case ConfigFields.UploadHours: to.UploadHours = from.UploadHours; break;
                case ConfigFields.HeartbeatSeconds: to.HeartbeatSeconds = from.HeartbeatSeconds; break;
                default: to.TimelapseSeconds = from.TimelapseSeconds; break;
            }
        }
    }
}
