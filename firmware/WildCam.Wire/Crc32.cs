namespace WildCam.Wire
{
    /// <summary>
    /// CRC-32 (ISO-HDLC, as in zlib and PNG), managed: for a PC and for tests. Boards have a native one behind a port.
    /// </summary>
    public static class Crc32
    {
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
