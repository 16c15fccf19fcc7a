namespace WildCam.Wire
{
    /// <summary>Hub to camera: the hub is short of something; offer the picture again after a pause.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16, 19 Seconds u32,
    /// 23 Code u16.
    /// </remarks>
    public sealed class Later
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 25;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to; the camera obeys only the newest.</summary>
        public ushort Attempt;

        /// <summary>Pause in seconds, jitter included.</summary>
        public uint Seconds;

        /// <summary>What is short, a value of ReceiptCodes.</summary>
        public ushort Code;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            LittleEndian.WriteUInt32(target, offset + 19, Seconds);
            LittleEndian.WriteUInt16(target, offset + 23, Code);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Later message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new Later();
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            message.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            message.Seconds = LittleEndian.ReadUInt32(source, offset + 19);
            message.Code = LittleEndian.ReadUInt16(source, offset + 23);
            return true;
        }
    }
}
