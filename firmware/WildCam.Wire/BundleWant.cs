namespace WildCam.Wire
{
    /// <summary>
    /// Camera to hub: send these bytes of the bundle, in chunks, in order. Each is credit for what it names and no
    /// more; what does not come is asked for again.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 BundleId u64, 9 Offset u32, 13 WantedBytes u32, 17 ChunkBytes u16.
    /// </remarks>
    public sealed class BundleWant
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 19;

        /// <summary>The bundle.</summary>
        public ulong BundleId;

        /// <summary>First wanted byte; all before it are in the slot.</summary>
        public uint Offset;

        /// <summary>How many bytes may be sent before the camera asks again.</summary>
        public uint WantedBytes;

        /// <summary>Most bytes in a chunk.</summary>
        public ushort ChunkBytes;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, BundleId);
            LittleEndian.WriteUInt32(target, offset + 9, Offset);
            LittleEndian.WriteUInt32(target, offset + 13, WantedBytes);
            LittleEndian.WriteUInt16(target, offset + 17, ChunkBytes);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out BundleWant message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new BundleWant();
            message.BundleId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Offset = LittleEndian.ReadUInt32(source, offset + 9);
            message.WantedBytes = LittleEndian.ReadUInt32(source, offset + 13);
            message.ChunkBytes = LittleEndian.ReadUInt16(source, offset + 17);
            return true;
        }
    }
}
