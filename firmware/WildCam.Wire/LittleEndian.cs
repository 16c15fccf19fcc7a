namespace WildCam.Wire
{
    /// <summary>Little-endian integers in byte arrays. The caller has checked the bounds.</summary>
    public static class LittleEndian
    {
        /// <summary>Writes 2 bytes; returns the offset after them.</summary>
        public static int WriteUInt16(byte[] target, int offset, ushort value)
        {
            target[offset] = (byte)value;
            target[offset + 1] = (byte)(value >> 8);
            return offset + 2;
        }

        /// <summary>Writes 4 bytes; returns the offset after them.</summary>
        public static int WriteUInt32(byte[] target, int offset, uint value)
        {
            target[offset] = (byte)value;
            target[offset + 1] = (byte)(value >> 8);
            target[offset + 2] = (byte)(value >> 16);
            target[offset + 3] = (byte)(value >> 24);
            return offset + 4;
        }

        /// <summary>Writes 8 bytes; returns the offset after them.</summary>
        public static int WriteUInt64(byte[] target, int offset, ulong value)
        {
            WriteUInt32(target, offset, (uint)value);
            WriteUInt32(target, offset + 4, (uint)(value >> 32));
            return offset + 8;
        }

        /// <summary>Reads 2 bytes.</summary>
        public static ushort ReadUInt16(byte[] source, int offset)
        {
            return (ushort)(source[offset] | (source[offset + 1] << 8));
        }

        /// <summary>Reads 4 bytes.</summary>
        public static uint ReadUInt32(byte[] source, int offset)
        {
            return source[offset]
                | ((uint)source[offset + 1] << 8)
                | ((uint)source[offset + 2] << 16)
                | ((uint)source[offset + 3] << 24);
        }

        /// <summary>Reads 8 bytes.</summary>
        public static ulong ReadUInt64(byte[] source, int offset)
        {
            return ReadUInt32(source, offset) | ((ulong)ReadUInt32(source, offset + 4) << 32);
        }
    }
}
