namespace WildCam.Wire
{
    /// <summary>
    /// CRC-32 (ISO-HDLC, as in zlib and PNG), managed: for short messages, and for a PC. For pictures boards have a
    /// native one behind a port.
    /// </summary>
    public static class Crc32
    {
        /// <summary>Bytes of a CRC.</summary>
        public const int Bytes = 4;

        // The reversed polynomial of ISO 3309, 5.3.3.
        const uint Polynomial = 0xEDB88320;

        static readonly uint[] Table = MakeTable();

        /// <summary>The CRC of these bytes.</summary>
        public static uint Compute(byte[] source, int offset, int count)
        {
            uint crc = 0xFFFFFFFF;
            int end = offset + count;
            for (int i = offset; i < end; i++)
            {
                crc = Table[(crc ^ source[i]) & 0xFF] ^ (crc >> 8);
            }

            return crc ^ 0xFFFFFFFF;
        }

        /// <summary>Writes the CRC of the bytes from offset to end at end; returns the offset after it.</summary>
        public static int Seal(byte[] target, int offset, int end)
        {
            LittleEndian.WriteUInt32(target, end, Compute(target, offset, end - offset));
            return end + Bytes;
        }

        /// <summary>Whether these bytes, which end with a CRC, are as they were when they were sealed.</summary>
        public static bool IsSealed(byte[] source, int offset, int count)
        {
            int covered = count - Bytes;
            return LittleEndian.ReadUInt32(source, offset + covered) == Compute(source, offset, covered);
        }

        static uint[] MakeTable()
        {
            uint[] table = new uint[256];
            for (uint n = 0; n < 256; n++)
            {
                uint crc = n;
                for (int bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 1) != 0 ? Polynomial ^ (crc >> 1) : crc >> 1;
                }

                table[n] = crc;
            }

            return table;
        }
    }
}
