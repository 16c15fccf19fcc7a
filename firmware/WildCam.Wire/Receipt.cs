namespace WildCam.Wire
{
    /// <summary>Hub to camera: what became of a picture.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16, 19 Outcome u8,
    /// 20 Code u16, 22 CRC-32 of the bytes before it u32.
    /// </remarks>
    public sealed class Receipt
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 26;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to; the camera obeys only the newest.</summary>
        public ushort Attempt;

        /// <summary>A value of ReceiptOutcomes.</summary>
        public byte Outcome;

        /// <summary>Why, a value of ReceiptCodes.</summary>
        public ushort Code;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.SealedVersion;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            target[offset + 19] = Outcome;
            LittleEndian.WriteUInt16(target, offset + 20, Code);
            return Crc32.Seal(target, offset, offset + 22);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Receipt message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.SealedVersion
                || !Crc32.IsSealed(source, offset, count))
            {
                return false;
            }

            message = new Receipt();
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            message.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            message.Outcome = source[offset + 19];
            message.Code = LittleEndian.ReadUInt16(source, offset + 20);
            return true;
        }
    }
}
