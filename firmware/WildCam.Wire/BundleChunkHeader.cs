namespace WildCam.Wire
{
    /// <summary>
    /// Hub to camera: a piece of a bundle, quality of service 0 or 1. The bytes follow the header in the same message.
    /// A chunk without bytes says that the bundle ends at its offset.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 BundleId u64, 9 Offset u32, 13 Length u16, 15 Crc32 u32, 19 the
    /// bytes.
    /// </remarks>
    public sealed class BundleChunkHeader
    {
        /// <summary>Length of the header, in bytes; the message is this plus <see cref="Length"/>.</summary>
        public const int Bytes = 19;

        /// <summary>The bundle.</summary>
        public ulong BundleId;

        /// <summary>Where the bytes belong in the bundle.</summary>
        public uint Offset;

        /// <summary>Bytes that follow.</summary>
        public ushort Length;

        /// <summary>CRC-32 (ISO-HDLC, as in zlib) of the bytes that follow.</summary>
        public uint Crc32;

        /// <summary>Writes the header; returns the offset after it, where the bytes belong.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, BundleId);
            LittleEndian.WriteUInt32(target, offset + 9, Offset);
            LittleEndian.WriteUInt16(target, offset + 13, Length);
            LittleEndian.WriteUInt32(target, offset + 15, Crc32);
            return offset + Bytes;
        }

        /// <summary>Reads the header of a message of <paramref name="count"/> bytes; false if it is none.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out BundleChunkHeader header)
        {
            header = null;
            if (count < Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            BundleChunkHeader read = new BundleChunkHeader();
            read.BundleId = LittleEndian.ReadUInt64(source, offset + 1);
            read.Offset = LittleEndian.ReadUInt32(source, offset + 9);
            read.Length = LittleEndian.ReadUInt16(source, offset + 13);
            read.Crc32 = LittleEndian.ReadUInt32(source, offset + 15);
            if (count != Bytes + read.Length || read.Length > Protocol.ChunkBytesMax)
            {
                return false;
            }

            header = read;
            return true;
        }
    }
}
