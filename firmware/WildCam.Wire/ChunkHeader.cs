namespace WildCam.Wire
{
    /// <summary>Camera to hub: a piece of a picture. The bytes follow the header in the same message.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16, 19 Index u16,
    /// 21 Length u16, 23 Crc32 u32, 27 the bytes. A struct, so that a hub reads thousands a second without garbage.
    /// </remarks>
    public struct ChunkHeader
    {
        /// <summary>Length of the header, in bytes; the message is this plus <see cref="Length"/>.</summary>
        public const int Bytes = 27;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to.</summary>
        public ushort Attempt;

        /// <summary>Place of the chunk in the picture, from 0; it starts at byte Index * ChunkBytes.</summary>
        public ushort Index;

        /// <summary>Bytes that follow.</summary>
        public ushort Length;

        /// <summary>CRC-32 (ISO-HDLC, as in zlib) of the bytes that follow.</summary>
        public uint Crc32;

        /// <summary>Writes the header; returns the offset after it, where the bytes belong.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            LittleEndian.WriteUInt16(target, offset + 19, Index);
            LittleEndian.WriteUInt16(target, offset + 21, Length);
            LittleEndian.WriteUInt32(target, offset + 23, Crc32);
            return offset + Bytes;
        }

        /// <summary>
        /// Reads the header from the start of a message. <paramref name="count"/> may be the whole message or only
        /// its first <see cref="Bytes"/> bytes; <paramref name="messageBytes"/> is the whole message's length.
        /// </summary>
        public static bool TryRead(byte[] source, int offset, int count, int messageBytes, out ChunkHeader header)
        {
            header = default(ChunkHeader);
            if (count < Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            header.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            header.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            header.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            header.Index = LittleEndian.ReadUInt16(source, offset + 19);
            header.Length = LittleEndian.ReadUInt16(source, offset + 21);
            header.Crc32 = LittleEndian.ReadUInt32(source, offset + 23);
            return header.Length > 0
                && header.Length <= Protocol.ChunkBytesMax
                && messageBytes == Bytes + header.Length;
        }
    }
}
