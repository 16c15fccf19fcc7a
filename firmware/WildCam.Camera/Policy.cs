using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>The configuration in force: validated field by field, persisted, reported back.</summary>
    public sealed class Policy
    {
        readonly ISettings _settings;
        ConfigReport _report;

        /// <summary>Reads the persisted configuration; the built-in one (version 0) where there is none.</summary>
        public Policy(ISettings settings)
        {
            _settings = settings;
            byte[] value = settings.Get(SettingKeys.Config);
            if (value == null || !ConfigReport.TryRead(value, 0, value.Length, out _report)
                || ConfigRules.FirstWrong(_report.InForce) != ConfigFields.None)
            {
                _report = new ConfigReport();
                _report.InForce = CameraConfig.BuiltIn();
            }
        }

        /// <summary>The configuration in force.</summary>
        public CameraConfig InForce
        {
            get { return _report.InForce; }
        }

        /// <summary>
        /// Takes of a desired configuration what is right, and remembers why the rest was refused. It is in force only
        /// once it is persisted; one that is in force already is left as it is.
        /// </summary>
        public void Desire(CameraConfig desired)
        {
            _report.Refuse(ConfigFields.ConfigVersion, RefusalCodes.None);
            if (desired.ConfigVersion == InForce.ConfigVersion && desired.ConfigVersion != 0)
            {
                return;
            }

            ConfigReport taken = ConfigRules.Take(desired, InForce);
            ushort code = taken.CodeOf(ConfigFields.ConfigVersion);
            if (code == RefusalCodes.None && !_settings.Set(SettingKeys.Config, Bytes(taken)))
            {
                code = RefusalCodes.Settings;
            }

            if (code != RefusalCodes.None)
            {
                _report.Refuse(ConfigFields.ConfigVersion, code);
                return;
            }

            _report = taken;
        }

        /// <summary>The report of what is in force and what was refused.</summary>
        public byte[] Report()
        {
            return Bytes(_report);
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

        static byte[] Bytes(ConfigReport report)
        {
            byte[] bytes = new byte[ConfigReport.Bytes];
            report.Write(bytes, 0);
            return bytes;
        }
    }
}
