namespace WildCam.Wire
{
    /// <summary>Camera to hub: a picture is offered.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16, 19 SizeBytes
    /// u32, 23 Digest 32 bytes, 55 ChunkBytes u16, 57 Trigger u8, 58 BurstIndex u8, 59 BurstCount u8, 60 Flags
    /// u8, 61 ClockEpoch u32, 65 ClockSeconds u32, 69 ClockMilliseconds u16, 71 DeviceUnixSeconds i64, 79
    /// BatteryMillivolts u16, 81 Temperature i16, 83 CRC-32 of the bytes before it u32. Version 1 ended at 83; a hub
    /// that kept such a one in quarantine reads it still.
    /// </remarks>
    public sealed class Begin
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 87;

        const int UnsealedBytes = 83;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to; the camera obeys only the newest.</summary>
        public ushort Attempt;

        /// <summary>Size of the picture, in bytes.</summary>
        public uint SizeBytes;

        /// <summary>Digest chain over the picture, see DigestChain.</summary>
        public byte[] Digest = new byte[Protocol.DigestBytes];

        /// <summary>Bytes of a chunk; the last may be shorter.</summary>
        public ushort ChunkBytes;

        /// <summary>Why the shutter fired, a value of Triggers.</summary>
        public byte Trigger;

        /// <summary>Place in the burst, from 1.</summary>
        public byte BurstIndex;

        /// <summary>Pictures in the burst.</summary>
        public byte BurstCount;

        /// <summary>Bits of BeginFlags.</summary>
        public byte Flags;

        /// <summary>Clock epoch at the shutter.</summary>
        public uint ClockEpoch;

        /// <summary>Seconds of the real-time clock in that epoch at the shutter.</summary>
        public uint ClockSeconds;

        /// <summary>Milliseconds on top of ClockSeconds, below 1000.</summary>
        public ushort ClockMilliseconds;

        /// <summary>What the camera took for the time, in seconds since 1970-01-01T00:00:00Z.</summary>
        public long DeviceUnixSeconds;

        /// <summary>Battery at the shutter, in mV; 0 is not known.</summary>
        public ushort BatteryMillivolts;

        /// <summary>Temperature, in tenths of a degree Celsius.</summary>
        public short Temperature;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.SealedVersion;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            LittleEndian.WriteUInt32(target, offset + 19, SizeBytes);
            System.Array.Copy(Digest, 0, target, offset + 23, Protocol.DigestBytes);
            LittleEndian.WriteUInt16(target, offset + 55, ChunkBytes);
            target[offset + 57] = Trigger;
            target[offset + 58] = BurstIndex;
            target[offset + 59] = BurstCount;
            target[offset + 60] = Flags;
            LittleEndian.WriteUInt32(target, offset + 61, ClockEpoch);
            LittleEndian.WriteUInt32(target, offset + 65, ClockSeconds);
            LittleEndian.WriteUInt16(target, offset + 69, ClockMilliseconds);
            LittleEndian.WriteUInt64(target, offset + 71, (ulong)DeviceUnixSeconds);
            LittleEndian.WriteUInt16(target, offset + 79, BatteryMillivolts);
            LittleEndian.WriteUInt16(target, offset + 81, (ushort)Temperature);
            return Crc32.Seal(target, offset, offset + UnsealedBytes);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Begin message)
        {
            message = null;
            bool isSealed = count == Bytes && source[offset] == Protocol.SealedVersion
                && Crc32.IsSealed(source, offset, count);
            if (!isSealed && (count != UnsealedBytes || source[offset] != Protocol.Version))
            {
                return false;
            }

            message = new Begin();
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            message.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            message.SizeBytes = LittleEndian.ReadUInt32(source, offset + 19);
            System.Array.Copy(source, offset + 23, message.Digest, 0, Protocol.DigestBytes);
            message.ChunkBytes = LittleEndian.ReadUInt16(source, offset + 55);
            message.Trigger = source[offset + 57];
            message.BurstIndex = source[offset + 58];
            message.BurstCount = source[offset + 59];
            message.Flags = source[offset + 60];
            message.ClockEpoch = LittleEndian.ReadUInt32(source, offset + 61);
            message.ClockSeconds = LittleEndian.ReadUInt32(source, offset + 65);
            message.ClockMilliseconds = LittleEndian.ReadUInt16(source, offset + 69);
            message.DeviceUnixSeconds = (long)LittleEndian.ReadUInt64(source, offset + 71);
            message.BatteryMillivolts = LittleEndian.ReadUInt16(source, offset + 79);
            message.Temperature = (short)LittleEndian.ReadUInt16(source, offset + 81);
            return true;
        }
    }
}
