using System;

namespace WildCam.Wire
{
    /// <summary>
    /// The end of a picture's file in a spool. The file is: the JPEG's bytes, one CRC-32 (u32) for each block of
    /// <see cref="Protocol.BlockBytes"/>, this footer. A JPEG reader ignores what follows the picture, so a card can
    /// be looked at on any PC; the hub's import finds the capture's id and facts here.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 SizeBytes u32, 21 Digest 32 bytes,
    /// 53 Trigger u8, 54 BurstIndex u8, 55 BurstCount u8, 56 Flags u8, 57 ClockEpoch u32, 61 ClockSeconds u32,
    /// 65 ClockMilliseconds u16, 67 DeviceUnixSeconds i64, 75 BatteryMillivolts u16, 77 Temperature i16,
    /// 79 Renames u8, 80 ReplacesNumber u32, 84 BlockListCrc32 u32, 88 CRC-32 of the bytes before it u32,
    /// 92 the word "WCP1". A file without a right footer was cut off while it was written.
    /// </remarks>
    public sealed class SpoolFooter
    {
        /// <summary>Length of the footer, in bytes.</summary>
        public const int Bytes = 96;

        const int CrcOffset = 88;
        const uint Word = 0x31504357;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>Size of the picture, in bytes.</summary>
        public uint SizeBytes;

        /// <summary>Digest chain over the picture, see <see cref="DigestChain"/>.</summary>
        public byte[] Digest = new byte[Protocol.DigestBytes];

        /// <summary>Why the shutter fired, a value of <see cref="Triggers"/>.</summary>
        public byte Trigger;

        /// <summary>Place in the burst, from 1.</summary>
        public byte BurstIndex;

        /// <summary>Pictures in the burst.</summary>
        public byte BurstCount;

        /// <summary>Bits of <see cref="BeginFlags"/>.</summary>
        public byte Flags;

        /// <summary>Clock epoch at the shutter.</summary>
        public uint ClockEpoch;

        /// <summary>Seconds of the real-time clock at the shutter.</summary>
        public uint ClockSeconds;

        /// <summary>Milliseconds on top of ClockSeconds, below 1000.</summary>
        public ushort ClockMilliseconds;

        /// <summary>What the camera took for the time, in seconds since 1970-01-01T00:00:00Z.</summary>
        public long DeviceUnixSeconds;

        /// <summary>Battery at the shutter, in mV; 0 is not known.</summary>
        public ushort BatteryMillivolts;

        /// <summary>Temperature, in tenths of a degree Celsius, or <see cref="Protocol.NoTemperature"/>.</summary>
        public short Temperature;

        /// <summary>How often the picture got a new id because the hub knew another one under the old.</summary>
        public byte Renames;

        /// <summary>File that this one takes the place of; 0 for none. Recovery deletes that file.</summary>
        public uint ReplacesNumber;

        /// <summary>CRC-32 over the list of block CRCs.</summary>
        public uint BlockListCrc32;

        /// <summary>Blocks of the picture.</summary>
        public int BlockCount
        {
            get { return Protocol.ChunkCount(SizeBytes, Protocol.BlockBytes); }
        }

        /// <summary>Length of the whole file, in bytes.</summary>
        public long FileBytes
        {
            get { return SizeBytes + 4L * BlockCount + Bytes; }
        }

        /// <summary>Whether this is the small stand-in of a full frame, which has the number before it.</summary>
        public bool IsStandIn
        {
            get { return (Flags & BeginFlags.LowResolution) != 0; }
        }

        /// <summary>Whether both are the same picture, by size and digest.</summary>
        public bool IsSamePicture(SpoolFooter other)
        {
            bool same = SizeBytes == other.SizeBytes;
            for (int i = 0; same && i < Protocol.DigestBytes; i++)
            {
                same = Digest[i] == other.Digest[i];
            }

            return same;
        }

        /// <summary>The offer of this picture.</summary>
        public Begin ToBegin(ushort attempt, int chunkBytes)
        {
            Begin begin = new Begin();
            begin.SpoolId = SpoolId;
            begin.Counter = Counter;
            begin.Attempt = attempt;
            begin.SizeBytes = SizeBytes;
            begin.Digest = Digest;
            begin.ChunkBytes = (ushort)chunkBytes;
            begin.Trigger = Trigger;
            begin.BurstIndex = BurstIndex;
            begin.BurstCount = BurstCount;
            begin.Flags = Flags;
            begin.ClockEpoch = ClockEpoch;
            begin.ClockSeconds = ClockSeconds;
            begin.ClockMilliseconds = ClockMilliseconds;
            begin.DeviceUnixSeconds = DeviceUnixSeconds;
            begin.BatteryMillivolts = BatteryMillivolts;
            begin.Temperature = Temperature;
            return begin;
        }

        /// <summary>Writes the fields; returns the offset of the CRC, which <see cref="Seal"/> writes.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt32(target, offset + 17, SizeBytes);
            Array.Copy(Digest, 0, target, offset + 21, Protocol.DigestBytes);
            target[offset + 53] = Trigger;
            target[offset + 54] = BurstIndex;
            target[offset + 55] = BurstCount;
            target[offset + 56] = Flags;
            LittleEndian.WriteUInt32(target, offset + 57, ClockEpoch);
            LittleEndian.WriteUInt32(target, offset + 61, ClockSeconds);
            LittleEndian.WriteUInt16(target, offset + 65, ClockMilliseconds);
            LittleEndian.WriteUInt64(target, offset + 67, (ulong)DeviceUnixSeconds);
            LittleEndian.WriteUInt16(target, offset + 75, BatteryMillivolts);
            LittleEndian.WriteUInt16(target, offset + 77, (ushort)Temperature);
            target[offset + 79] = Renames;
            LittleEndian.WriteUInt32(target, offset + 80, ReplacesNumber);
            LittleEndian.WriteUInt32(target, offset + 84, BlockListCrc32);
            return offset + CrcOffset;
        }

        /// <summary>Ends what <see cref="Write"/> began: the CRC-32 of its bytes, and the word.</summary>
        public static void Seal(byte[] target, int offset, uint crc32)
        {
            LittleEndian.WriteUInt32(target, offset + CrcOffset, crc32);
            LittleEndian.WriteUInt32(target, offset + CrcOffset + 4, Word);
        }

        /// <summary>The CRC-32 that a footer claims for its first 88 bytes.</summary>
        public static uint ClaimedCrc32(byte[] source, int offset)
        {
            return LittleEndian.ReadUInt32(source, offset + CrcOffset);
        }

        /// <summary>
        /// Reads a footer in place, without allocating; false where the bytes are not one. The CRC is the caller's.
        /// </summary>
        public bool TryReadInto(byte[] source, int offset, int count)
        {
            if (count != Bytes || source[offset] != Protocol.Version
                || LittleEndian.ReadUInt32(source, offset + CrcOffset + 4) != Word)
            {
                return false;
            }

            SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            Counter = LittleEndian.ReadUInt64(source, offset + 9);
            SizeBytes = LittleEndian.ReadUInt32(source, offset + 17);
            Array.Copy(source, offset + 21, Digest, 0, Protocol.DigestBytes);
            Trigger = source[offset + 53];
            BurstIndex = source[offset + 54];
            BurstCount = source[offset + 55];
            Flags = source[offset + 56];
            ClockEpoch = LittleEndian.ReadUInt32(source, offset + 57);
            ClockSeconds = LittleEndian.ReadUInt32(source, offset + 61);
            ClockMilliseconds = LittleEndian.ReadUInt16(source, offset + 65);
            DeviceUnixSeconds = (long)LittleEndian.ReadUInt64(source, offset + 67);
            BatteryMillivolts = LittleEndian.ReadUInt16(source, offset + 75);
            Temperature = (short)LittleEndian.ReadUInt16(source, offset + 77);
            Renames = source[offset + 79];
            ReplacesNumber = LittleEndian.ReadUInt32(source, offset + 80);
            BlockListCrc32 = LittleEndian.ReadUInt32(source, offset + 84);
            return SizeBytes > 0 && SizeBytes <= Protocol.CaptureBytesMax;
        }

        /// <summary>Reads a footer with the managed CRC, as the hub's import does; false where it is not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out SpoolFooter footer)
        {
            footer = null;
            var read = new SpoolFooter();
            if (!read.TryReadInto(source, offset, count)
                || Crc32.Compute(source, offset, CrcOffset) != ClaimedCrc32(source, offset))
            {
                return false;
            }

            footer = read;
            return true;
        }

        /// <summary>Bytes that the footer's CRC covers.</summary>
        public const int CrcBytes = CrcOffset;
    }
}
