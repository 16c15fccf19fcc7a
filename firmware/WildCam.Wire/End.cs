namespace WildCam.Wire
{
    /// <summary>Camera to hub: all chunks that the last want named are sent.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16.
    /// </remarks>
    public sealed class End
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 19;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to; the camera obeys only the newest.</summary>
        public ushort Attempt;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out End message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new End();
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            message.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            return true;
        }
    }
}
