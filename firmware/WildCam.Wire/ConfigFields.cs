namespace WildCam.Wire
{
    /// <summary>Numbers of the fields of <see cref="CameraConfig"/>, as a report names a refused one.</summary>
    public static class ConfigFields
    {
        /// <summary>How many there are; they are numbered from 1.</summary>
        public const int Count = 13;

        /// <summary>No field.</summary>
        public const byte None = 0;

        /// <summary><see cref="CameraConfig.ConfigVersion"/>.</summary>
        public const byte ConfigVersion = 1;

        /// <summary><see cref="CameraConfig.CaptureMode"/>.</summary>
        public const byte CaptureMode = 2;

        /// <summary><see cref="CameraConfig.BurstCount"/>.</summary>
        public const byte BurstCount = 3;

        /// <summary><see cref="CameraConfig.BurstGapMilliseconds"/>.</summary>
        public const byte BurstGapMilliseconds = 4;

        /// <summary><see cref="CameraConfig.JpegQuality"/>.</summary>
        public const byte JpegQuality = 5;

        /// <summary><see cref="CameraConfig.Resolution"/>.</summary>
        public const byte Resolution = 6;

        /// <summary><see cref="CameraConfig.QuietFromMinute"/>.</summary>
        public const byte QuietFromMinute = 7;

        /// <summary><see cref="CameraConfig.QuietUntilMinute"/>.</summary>
        public const byte QuietUntilMinute = 8;

        /// <summary><see cref="CameraConfig.SiteOffsetMinutes"/>.</summary>
        public const byte SiteOffsetMinutes = 9;

        /// <summary><see cref="CameraConfig.UploadMode"/>.</summary>
        public const byte UploadMode = 10;

        /// <summary><see cref="CameraConfig.UploadHours"/>.</summary>
        public const byte UploadHours = 11;

        /// <summary><see cref="CameraConfig.HeartbeatSeconds"/>.</summary>
        public const byte HeartbeatSeconds = 12;

        /// <summary><see cref="CameraConfig.TimelapseSeconds"/>.</summary>
        public const byte TimelapseSeconds = 13;
    }
}
