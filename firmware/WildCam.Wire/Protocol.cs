namespace WildCam.Wire
{
    /// <summary>Numbers and words that both ends of the wire agree on.</summary>
    public static class Protocol
    {
        /// <summary>First byte of every message but sealed ones; a reader refuses any other.</summary>
        public const byte Version = 1;

        /// <summary>
        /// First byte of messages that end with a CRC-32 of their bytes: those whose damage would outlast the
        /// connection.
        /// </summary>
        public const byte SealedVersion = 2;

        /// <summary>Bytes in a block of the digest chain and of the spool's CRC list, whatever the chunk.</summary>
        public const int BlockBytes = 4096;

        /// <summary>Bytes in a capture's digest.</summary>
        public const int DigestBytes = 32;

        /// <summary>Smallest chunk that a camera may announce, in bytes.</summary>
        public const int ChunkBytesMin = 1024;

        /// <summary>Largest chunk that a camera may announce, in bytes.</summary>
        public const int ChunkBytesMax = 16384;

        /// <summary>Largest picture that fits the protocol, in bytes; the hub's own limit may be lower.</summary>
        public const int CaptureBytesMax = 33554432;

        /// <summary>Most chunks one picture can have; the want bitmap never exceeds an eighth of it in bytes.</summary>
        public const int ChunksMax = 32768;

        /// <summary>Most ASCII characters in the route that the hub gives in a want.</summary>
        public const int RouteCharsMax = 16;

        /// <summary>Value of a temperature field where the board has no sensor.</summary>
        public const short NoTemperature = short.MaxValue;

        /// <summary>Value of a battery percentage that is not known.</summary>
        public const byte NoPercent = 255;

        /// <summary>Number of chunks of a picture: size / chunk, rounded up.</summary>
        public static int ChunkCount(uint sizeBytes, int chunkBytes)
        {
            return (int)((sizeBytes + (uint)chunkBytes - 1) / (uint)chunkBytes);
        }
    }
}
