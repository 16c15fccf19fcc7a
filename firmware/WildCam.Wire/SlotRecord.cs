using System;

namespace WildCam.Wire
{
    /// <summary>
    /// What loader and application keep about the slots. It exists twice; each write goes to the copy that is not the
    /// newest, so a power cut in a write leaves the other one. The loader is flashed over USB and outlives many
    /// applications: this layout and <see cref="BundleFile"/> are all that the two agree on.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Sequence u32, 5 StateA u8, 6 StateB u8, 7 Chosen u8, 8 Trial u8,
    /// 9 Attempts u8, 10 UpdateState u8, 11 Code u16, 13 LoaderMajor u16, 15 LoaderMinor u16, 17 BuiltInStamp u64, 25
    /// memo length u16, 27 memo, then the CRC-32 (ISO-HDLC) of all that is before it.
    /// </remarks>
    public sealed class SlotRecord
    {
        /// <summary>Bytes before the memo.</summary>
        public const int FixedBytes = 27;

        /// <summary>Longest memo, in bytes.</summary>
        public const int MemoBytesMax = 128;

        /// <summary>Longest record, in bytes.</summary>
        public const int BytesMax = FixedBytes + MemoBytesMax + CrcBytes;

        const int CrcBytes = 4;

        /// <summary>Counts the writes; the higher copy is the newer one. 0 was never written.</summary>
        public uint Sequence;

        /// <summary>What slot A holds, a value of <see cref="SlotStates"/>.</summary>
        public byte StateA;

        /// <summary>What slot B holds, a value of <see cref="SlotStates"/>.</summary>
        public byte StateB;

        /// <summary>What runs when nothing is on trial, a value of <see cref="Slots"/>.</summary>
        public byte Chosen = Slots.BuiltIn;

        /// <summary>The slot that is on trial; <see cref="Slots.None"/> where none is.</summary>
        public byte Trial = Slots.None;

        /// <summary>
        /// Starts that no application has answered for: of the slot on trial, else of the chosen one. The loader counts
        /// each before it loads; the application takes them back once it is confirmed, or has lived for a while.
        /// </summary>
        public byte Attempts;

        /// <summary>How the last update stands, a value of <see cref="BundleStates"/>.</summary>
        public byte UpdateState;

        /// <summary>Why it was refused or fell back, a value of <see cref="RefusalCodes"/>.</summary>
        public ushort Code;

        /// <summary>Version of the loader on this board, first part; the loader writes it.</summary>
        public ushort LoaderMajor;

        /// <summary>Version of the loader on this board, second part.</summary>
        public ushort LoaderMinor;

        /// <summary>The build of loader and built-in application that last ran here; the loader writes it.</summary>
        public ulong BuiltInStamp;

        /// <summary>The application's own; the loader keeps it as it is. The offer that is being followed.</summary>
        public byte[] Memo = new byte[0];

        /// <summary>The copy that this was read from, or was last written to: 0 or 1.</summary>
        public int Copy
        {
            get { return (int)(Sequence & 1); }
        }

        /// <summary>What a slot holds.</summary>
        public byte StateOf(byte slot)
        {
            return slot == Slots.A ? StateA : StateB;
        }

        /// <summary>Sets what a slot holds.</summary>
        public void SetState(byte slot, byte state)
        {
            if (slot == Slots.A)
            {
                StateA = state;
            }
            else
            {
                StateB = state;
            }
        }

        /// <summary>
        /// Another build was flashed: it runs, and the slots count for nothing. A caller writes the record then.
        /// </summary>
        public void Begin(ulong builtInStamp)
        {
            BuiltInStamp = builtInStamp;
            StateA = SlotStates.Empty;
            StateB = SlotStates.Empty;
            Chosen = Slots.BuiltIn;
            Trial = Slots.None;
            Attempts = 0;
            UpdateState = BundleStates.None;
            Code = RefusalCodes.None;
            Memo = new byte[0];
        }

        /// <summary>
        /// Ends a trial: the slot is bad, and what was chosen before runs again. A caller writes the record then.
        /// </summary>
        public void FallBack(ushort code)
        {
            SetState(Trial, SlotStates.Bad);
            Trial = Slots.None;
            Attempts = 0;
            UpdateState = BundleStates.FellBack;
            Code = code;
        }

        /// <summary>The next record to write: its sequence is one more, and its bytes go to its copy.</summary>
        public byte[] NextBytes()
        {
            Sequence++;
            byte[] bytes = new byte[FixedBytes + Memo.Length + CrcBytes];
            bytes[0] = Protocol.Version;
            LittleEndian.WriteUInt32(bytes, 1, Sequence);
            bytes[5] = StateA;
            bytes[6] = StateB;
            bytes[7] = Chosen;
            bytes[8] = Trial;
            bytes[9] = Attempts;
            bytes[10] = UpdateState;
            LittleEndian.WriteUInt16(bytes, 11, Code);
            LittleEndian.WriteUInt16(bytes, 13, LoaderMajor);
            LittleEndian.WriteUInt16(bytes, 15, LoaderMinor);
            LittleEndian.WriteUInt64(bytes, 17, BuiltInStamp);
            LittleEndian.WriteUInt16(bytes, 25, (ushort)Memo.Length);
            Array.Copy(Memo, 0, bytes, FixedBytes, Memo.Length);
            int crcAt = FixedBytes + Memo.Length;
            LittleEndian.WriteUInt32(bytes, crcAt, Crc32.Compute(bytes, 0, crcAt));
            return bytes;
        }

        /// <summary>Reads a copy; false where it is missing (null), torn or not one.</summary>
        public static bool TryRead(byte[] source, out SlotRecord record)
        {
            record = null;
            if (source == null || source.Length < FixedBytes + CrcBytes || source.Length > BytesMax
                || source[0] != Protocol.Version)
            {
                return false;
            }

            int memoBytes = LittleEndian.ReadUInt16(source, 25);
            int crcAt = FixedBytes + memoBytes;
            if (source.Length != crcAt + CrcBytes
                || LittleEndian.ReadUInt32(source, crcAt) != Crc32.Compute(source, 0, crcAt))
            {
                return false;
            }

            record = new SlotRecord();
            record.Sequence = LittleEndian.ReadUInt32(source, 1);
            record.StateA = source[5];
            record.StateB = source[6];
            record.Chosen = source[7];
            record.Trial = source[8];
            record.Attempts = source[9];
            record.UpdateState = source[10];
            record.Code = LittleEndian.ReadUInt16(source, 11);
            record.LoaderMajor = LittleEndian.ReadUInt16(source, 13);
            record.LoaderMinor = LittleEndian.ReadUInt16(source, 15);
            record.BuiltInStamp = LittleEndian.ReadUInt64(source, 17);
            record.Memo = new byte[memoBytes];
            Array.Copy(source, FixedBytes, record.Memo, 0, memoBytes);
            return true;
        }

        /// <summary>The newer of two copies, each of which may be missing; a fresh record where both are.</summary>
        public static SlotRecord Newest(byte[] first, byte[] second)
        {
            SlotRecord one;
            SlotRecord other;
            bool hasOne = TryRead(first, out one);
            bool hasOther = TryRead(second, out other);
            if (hasOne && hasOther)
            {
                return one.Sequence > other.Sequence ? one : other;
            }

            return hasOne ? one : hasOther ? other : new SlotRecord();
        }
    }
}
