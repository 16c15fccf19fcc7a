namespace WildCam.Wire
{
    /// <summary>Hub to camera: the configuration that is wanted.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 ConfigVersion u32, 5 CaptureMode u8, 6 BurstCount u8, 7
    /// BurstGapMilliseconds u16, 9 JpegQuality u8, 10 Resolution u8, 11 QuietFromMinute u16, 13 QuietUntilMinute
    /// u16, 15 SiteOffsetMinutes i16, 17 UploadMode u8, 18 UploadHours u32, 22 HeartbeatSeconds u32, 26
    /// TimelapseSeconds u32.
    /// </remarks>
    public sealed class CameraConfig
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 30;

        /// <summary>Version of this configuration, from 1.</summary>
        public uint ConfigVersion;

        /// <summary>A value of CaptureModes.</summary>
        public byte CaptureMode;

        /// <summary>Pictures a trigger, 1 to 10.</summary>
        public byte BurstCount;

        /// <summary>Pause between them, in ms.</summary>
        public ushort BurstGapMilliseconds;

        /// <summary>JPEG quality, 1 to 100.</summary>
        public byte JpegQuality;

        /// <summary>A value of Resolutions.</summary>
        public byte Resolution;

        /// <summary>No pictures from this minute of the site day, 0 to 1439.</summary>
        public ushort QuietFromMinute;

        /// <summary>Until this minute; equal to QuietFromMinute is never quiet.</summary>
        public ushort QuietUntilMinute;

        /// <summary>Site time minus UTC, in minutes.</summary>
        public short SiteOffsetMinutes;

        /// <summary>A value of UploadModes.</summary>
        public byte UploadMode;

        /// <summary>Bit n: upload in hour n of the site day, for batched uploads.</summary>
        public uint UploadHours;

        /// <summary>Seconds between heartbeats, 30 to 86400.</summary>
        public uint HeartbeatSeconds;

        /// <summary>Seconds between time-lapse pictures; 0 is none.</summary>
        public uint TimelapseSeconds;

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

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt32(target, offset + 1, ConfigVersion);
            target[offset + 5] = CaptureMode;
            target[offset + 6] = BurstCount;
            LittleEndian.WriteUInt16(target, offset + 7, BurstGapMilliseconds);
            target[offset + 9] = JpegQuality;
            target[offset + 10] = Resolution;
            LittleEndian.WriteUInt16(target, offset + 11, QuietFromMinute);
            LittleEndian.WriteUInt16(target, offset + 13, QuietUntilMinute);
            LittleEndian.WriteUInt16(target, offset + 15, (ushort)SiteOffsetMinutes);
            target[offset + 17] = UploadMode;
            LittleEndian.WriteUInt32(target, offset + 18, UploadHours);
            LittleEndian.WriteUInt32(target, offset + 22, HeartbeatSeconds);
            LittleEndian.WriteUInt32(target, offset + 26, TimelapseSeconds);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out CameraConfig message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new CameraConfig();
            message.ConfigVersion = LittleEndian.ReadUInt32(source, offset + 1);
            message.CaptureMode = source[offset + 5];
            message.BurstCount = source[offset + 6];
            message.BurstGapMilliseconds = LittleEndian.ReadUInt16(source, offset + 7);
            message.JpegQuality = source[offset + 9];
            message.Resolution = source[offset + 10];
            message.QuietFromMinute = LittleEndian.ReadUInt16(source, offset + 11);
            message.QuietUntilMinute = LittleEndian.ReadUInt16(source, offset + 13);
            message.SiteOffsetMinutes = (short)LittleEndian.ReadUInt16(source, offset + 15);
            message.UploadMode = source[offset + 17];
            message.UploadHours = LittleEndian.ReadUInt32(source, offset + 18);
            message.HeartbeatSeconds = LittleEndian.ReadUInt32(source, offset + 22);
            message.TimelapseSeconds = LittleEndian.ReadUInt32(source, offset + 26);
            return true;
        }
    }
}
