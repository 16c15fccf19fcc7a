namespace WildCam.Wire
{
    /// <summary>Camera to hub, first after connecting.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Boot u32, 5 Session u32, 9 FirmwareMajor u16, 11
    /// FirmwareMinor u16, 13 FirmwarePatch u16, 15 Board u8, 16 WakeCause u8, 17 ClockEpoch u32, 21 ClockSeconds
    /// u32, 25 ClockSource u8, 26 SpoolId u64, 34 SpoolCount u32, 38 ConfigVersion u32, 42 ChunkBytes u16,
    /// 44 CRC-32 of the bytes before it u32.
    /// </remarks>
    public sealed class Hello
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 48;

        /// <summary>Boots of this board since its first flash, persisted.</summary>
        public uint Boot;

        /// <summary>Connections since this boot, from 1.</summary>
        public uint Session;

        /// <summary>Firmware version, first part.</summary>
        public ushort FirmwareMajor;

        /// <summary>Firmware version, second part.</summary>
        public ushort FirmwareMinor;

        /// <summary>Firmware version, third part.</summary>
        public ushort FirmwarePatch;

        /// <summary>Board, a value of Boards.</summary>
        public byte Board;

        /// <summary>Why the board runs, a value of WakeCauses.</summary>
        public byte WakeCause;

        /// <summary>Clock epoch: +1 at power loss and at each setting of the clock, persisted.</summary>
        public uint ClockEpoch;

        /// <summary>Seconds of the real-time clock in this epoch.</summary>
        public uint ClockSeconds;

        /// <summary>Who set the clock in this epoch, a value of ClockSources.</summary>
        public byte ClockSource;

        /// <summary>Spool in use; 0 asks the hub to issue one.</summary>
        public ulong SpoolId;

        /// <summary>Captures that wait for a receipt.</summary>
        public uint SpoolCount;

        /// <summary>Version of the configuration in force; 0 is the built-in one.</summary>
        public uint ConfigVersion;

        /// <summary>Bytes of a chunk that this board will send.</summary>
        public ushort ChunkBytes;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.SealedVersion;
            LittleEndian.WriteUInt32(target, offset + 1, Boot);
            LittleEndian.WriteUInt32(target, offset + 5, Session);
            LittleEndian.WriteUInt16(target, offset + 9, FirmwareMajor);
            LittleEndian.WriteUInt16(target, offset + 11, FirmwareMinor);
            LittleEndian.WriteUInt16(target, offset + 13, FirmwarePatch);
            target[offset + 15] = Board;
            target[offset + 16] = WakeCause;
            LittleEndian.WriteUInt32(target, offset + 17, ClockEpoch);
            LittleEndian.WriteUInt32(target, offset + 21, ClockSeconds);
            target[offset + 25] = ClockSource;
            LittleEndian.WriteUInt64(target, offset + 26, SpoolId);
            LittleEndian.WriteUInt32(target, offset + 34, SpoolCount);
            LittleEndian.WriteUInt32(target, offset + 38, ConfigVersion);
            LittleEndian.WriteUInt16(target, offset + 42, ChunkBytes);
            return Crc32.Seal(target, offset, offset + 44);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Hello message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.SealedVersion
                || !Crc32.IsSealed(source, offset, count))
            {
                return false;
            }

            message = new Hello();
            message.Boot = LittleEndian.ReadUInt32(source, offset + 1);
            message.Session = LittleEndian.ReadUInt32(source, offset + 5);
            message.FirmwareMajor = LittleEndian.ReadUInt16(source, offset + 9);
            message.FirmwareMinor = LittleEndian.ReadUInt16(source, offset + 11);
            message.FirmwarePatch = LittleEndian.ReadUInt16(source, offset + 13);
            message.Board = source[offset + 15];
            message.WakeCause = source[offset + 16];
            message.ClockEpoch = LittleEndian.ReadUInt32(source, offset + 17);
            message.ClockSeconds = LittleEndian.ReadUInt32(source, offset + 21);
            message.ClockSource = source[offset + 25];
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 26);
            message.SpoolCount = LittleEndian.ReadUInt32(source, offset + 34);
            message.ConfigVersion = LittleEndian.ReadUInt32(source, offset + 38);
            message.ChunkBytes = LittleEndian.ReadUInt16(source, offset + 42);
            return true;
        }
    }
}
