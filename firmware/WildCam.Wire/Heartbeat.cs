namespace WildCam.Wire
{
    /// <summary>Camera to hub: telemetry, unique by camera, boot and sequence.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Boot u32, 5 Sequence u32, 9 ClockEpoch u32, 13 ClockSeconds
    /// u32, 17 BatteryMillivolts u16, 19 BatteryPercent u8, 20 Temperature i16, 22 SignalDbm i8, 23 SpoolCount
    /// u32, 27 SpoolBytes u64, 35 SpoolCapacityBytes u64, 43 DeadCount u32, 47 DroppedCount u32, 51
    /// FreeMemoryBytes u32, 55 ResetCause u8, 56 NextContactSeconds u32, 60 CRC-32 of the bytes
    /// before it u32.
    /// </remarks>
    public sealed class Heartbeat
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 64;

        /// <summary>Boots of this board since its first flash.</summary>
        public uint Boot;

        /// <summary>Number of this heartbeat in its boot, from 1.</summary>
        public uint Sequence;

        /// <summary>Clock epoch.</summary>
        public uint ClockEpoch;

        /// <summary>Seconds of the real-time clock in this epoch.</summary>
        public uint ClockSeconds;

        /// <summary>Battery, in mV; 0 is not known.</summary>
        public ushort BatteryMillivolts;

        /// <summary>Battery, in per cent; 255 is not known.</summary>
        public byte BatteryPercent;

        /// <summary>Temperature, in tenths of a degree Celsius.</summary>
        public short Temperature;

        /// <summary>Wi-Fi signal, in dBm; 0 is not known.</summary>
        public sbyte SignalDbm;

        /// <summary>Captures that wait for a receipt.</summary>
        public uint SpoolCount;

        /// <summary>Bytes that wait for a receipt.</summary>
        public ulong SpoolBytes;

        /// <summary>Bytes the spool may hold.</summary>
        public ulong SpoolCapacityBytes;

        /// <summary>Captures in the dead folder, refused for good.</summary>
        public uint DeadCount;

        /// <summary>Captures dropped because the spool was full, ever.</summary>
        public uint DroppedCount;

        /// <summary>Free managed memory, in bytes.</summary>
        public uint FreeMemoryBytes;

        /// <summary>Why the board last restarted, a value of WakeCauses.</summary>
        public byte ResetCause;

        /// <summary>Seconds until the camera means to be heard again; 0 is not known.</summary>
        public uint NextContactSeconds;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.SealedVersion;
            LittleEndian.WriteUInt32(target, offset + 1, Boot);
            LittleEndian.WriteUInt32(target, offset + 5, Sequence);
            LittleEndian.WriteUInt32(target, offset + 9, ClockEpoch);
            LittleEndian.WriteUInt32(target, offset + 13, ClockSeconds);
            LittleEndian.WriteUInt16(target, offset + 17, BatteryMillivolts);
            target[offset + 19] = BatteryPercent;
            LittleEndian.WriteUInt16(target, offset + 20, (ushort)Temperature);
            target[offset + 22] = (byte)SignalDbm;
            LittleEndian.WriteUInt32(target, offset + 23, SpoolCount);
            LittleEndian.WriteUInt64(target, offset + 27, SpoolBytes);
            LittleEndian.WriteUInt64(target, offset + 35, SpoolCapacityBytes);
            LittleEndian.WriteUInt32(target, offset + 43, DeadCount);
            LittleEndian.WriteUInt32(target, offset + 47, DroppedCount);
            LittleEndian.WriteUInt32(target, offset + 51, FreeMemoryBytes);
            target[offset + 55] = ResetCause;
            LittleEndian.WriteUInt32(target, offset + 56, NextContactSeconds);
            return Crc32.Seal(target, offset, offset + 60);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Heartbeat message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.SealedVersion
                || !Crc32.IsSealed(source, offset, count))
            {
                return false;
            }

            message = new Heartbeat();
            message.Boot = LittleEndian.ReadUInt32(source, offset + 1);
            message.Sequence = LittleEndian.ReadUInt32(source, offset + 5);
            message.ClockEpoch = LittleEndian.ReadUInt32(source, offset + 9);
            message.ClockSeconds = LittleEndian.ReadUInt32(source, offset + 13);
            message.BatteryMillivolts = LittleEndian.ReadUInt16(source, offset + 17);
            message.BatteryPercent = source[offset + 19];
            message.Temperature = (short)LittleEndian.ReadUInt16(source, offset + 20);
            message.SignalDbm = (sbyte)source[offset + 22];
            message.SpoolCount = LittleEndian.ReadUInt32(source, offset + 23);
            message.SpoolBytes = LittleEndian.ReadUInt64(source, offset + 27);
            message.SpoolCapacityBytes = LittleEndian.ReadUInt64(source, offset + 35);
            message.DeadCount = LittleEndian.ReadUInt32(source, offset + 43);
            message.DroppedCount = LittleEndian.ReadUInt32(source, offset + 47);
            message.FreeMemoryBytes = LittleEndian.ReadUInt32(source, offset + 51);
            message.ResetCause = source[offset + 55];
            message.NextContactSeconds = LittleEndian.ReadUInt32(source, offset + 56);
            return true;
        }
    }
}
