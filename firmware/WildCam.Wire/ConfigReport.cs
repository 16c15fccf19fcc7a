namespace WildCam.Wire
{
    /// <summary>Camera to hub: the configuration in force, and the first field that was refused.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 RefusedField u8, 2 RefusedCode u16, 4 ConfigVersion u32, 8
    /// CaptureMode u8, 9 BurstCount u8, 10 BurstGapMilliseconds u16, 12 JpegQuality u8, 13 Resolution u8, 14
    /// QuietFromMinute u16, 16 QuietUntilMinute u16, 18 SiteOffsetMinutes i16, 20 UploadMode u8, 21 UploadHours
    /// u32, 25 HeartbeatSeconds u32, 29 TimelapseSeconds u32.
    /// </remarks>
    public sealed class ConfigReport
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 33;

        /// <summary>0 is none; else the number of the refused field, a value of ConfigFields.</summary>
        public byte RefusedField;

        /// <summary>Why it was refused, a value of RefusalCodes.</summary>
        public ushort RefusedCode;

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

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            target[offset + 1] = RefusedField;
            LittleEndian.WriteUInt16(target, offset + 2, RefusedCode);
            LittleEndian.WriteUInt32(target, offset + 4, ConfigVersion);
            target[offset + 8] = CaptureMode;
            target[offset + 9] = BurstCount;
            LittleEndian.WriteUInt16(target, offset + 10, BurstGapMilliseconds);
            target[offset + 12] = JpegQuality;
            target[offset + 13] = Resolution;
            LittleEndian.WriteUInt16(target, offset + 14, QuietFromMinute);
            LittleEndian.WriteUInt16(target, offset + 16, QuietUntilMinute);
            LittleEndian.WriteUInt16(target, offset + 18, (ushort)SiteOffsetMinutes);
            target[offset + 20] = UploadMode;
            LittleEndian.WriteUInt32(target, offset + 21, UploadHours);
            LittleEndian.WriteUInt32(target, offset + 25, HeartbeatSeconds);
            LittleEndian.WriteUInt32(target, offset + 29, TimelapseSeconds);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out ConfigReport message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new ConfigReport();
            message.RefusedField = source[offset + 1];
            message.RefusedCode = LittleEndian.ReadUInt16(source, offset + 2);
            message.ConfigVersion = LittleEndian.ReadUInt32(source, offset + 4);
            message.CaptureMode = source[offset + 8];
            message.BurstCount = source[offset + 9];
            message.BurstGapMilliseconds = LittleEndian.ReadUInt16(source, offset + 10);
            message.JpegQuality = source[offset + 12];
            message.Resolution = source[offset + 13];
            message.QuietFromMinute = LittleEndian.ReadUInt16(source, offset + 14);
            message.QuietUntilMinute = LittleEndian.ReadUInt16(source, offset + 16);
            message.SiteOffsetMinutes = (short)LittleEndian.ReadUInt16(source, offset + 18);
            message.UploadMode = source[offset + 20];
            message.UploadHours = LittleEndian.ReadUInt32(source, offset + 21);
            message.HeartbeatSeconds = LittleEndian.ReadUInt32(source, offset + 25);
            message.TimelapseSeconds = LittleEndian.ReadUInt32(source, offset + 29);
            return true;
        }
    }
}
