using System;

namespace WildCam.Wire
{
    /// <summary>Hub to camera: the chunks that are missing, and the route they should take.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 SpoolId u64, 9 Counter u64, 17 Attempt u16, 19 ChunkCount u16,
    /// 21 route length u8, 22 Route ASCII, then Missing, (ChunkCount + 7) / 8 bytes: bit n % 8 of byte n / 8 is set
    /// where chunk n is missing; the bits behind the last chunk are 0.
    /// </remarks>
    public sealed class Want
    {
        const int FixedBytes = 22;

        /// <summary>Spool that the capture belongs to; the upper half of the capture id.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture in its spool; the lower half of the capture id.</summary>
        public ulong Counter;

        /// <summary>The attempt that this belongs to; the camera obeys only the newest.</summary>
        public ushort Attempt;

        /// <summary>Chunks of the picture.</summary>
        public ushort ChunkCount;

        /// <summary>Topic level for chunks and end, letters, digits and '-'; empty for none.</summary>
        public string Route = "";

        /// <summary>One bit a chunk, set where it is missing.</summary>
        public byte[] Missing;

        /// <summary>Length of this message, in bytes.</summary>
        public int Length
        {
            get { return FixedBytes + Route.Length + (ChunkCount + 7) / 8; }
        }

        /// <summary>Whether the hub misses every chunk.</summary>
        public bool IsAll
        {
            get
            {
                int chunk = 0;
                while (chunk < ChunkCount && IsMissing(chunk))
                {
                    chunk++;
                }

                return chunk == ChunkCount;
            }
        }

        /// <summary>Whether the hub misses this chunk.</summary>
        public bool IsMissing(int chunk)
        {
            return chunk >= 0 && chunk < ChunkCount && (Missing[chunk >> 3] & (1 << (chunk & 7))) != 0;
        }

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 9, Counter);
            LittleEndian.WriteUInt16(target, offset + 17, Attempt);
            LittleEndian.WriteUInt16(target, offset + 19, ChunkCount);
            target[offset + 21] = (byte)Route.Length;
            int at = offset + FixedBytes;
            for (int i = 0; i < Route.Length; i++)
            {
                target[at++] = (byte)Route[i];
            }

            int mapBytes = (ChunkCount + 7) / 8;
            Array.Copy(Missing, 0, target, at, mapBytes);
            return at + mapBytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Want message)
        {
            message = null;
            if (count < FixedBytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            ushort chunkCount = LittleEndian.ReadUInt16(source, offset + 19);
            int routeChars = source[offset + 21];
            int mapBytes = (chunkCount + 7) / 8;
            if (chunkCount == 0 || chunkCount > Protocol.ChunksMax || routeChars > Protocol.RouteCharsMax
                || count != FixedBytes + routeChars + mapBytes)
            {
                return false;
            }

            int at = offset + FixedBytes;
            char[] route = new char[routeChars];
            for (int i = 0; i < routeChars; i++)
            {
                char c = (char)source[at++];
                bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                if (!allowed)
                {
                    return false;
                }

                route[i] = c;
            }

            int spareBits = mapBytes * 8 - chunkCount;
            if ((source[at + mapBytes - 1] >> (8 - spareBits)) != 0 && spareBits > 0)
            {
                return false;
            }

            message = new Want();
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 9);
            message.Attempt = LittleEndian.ReadUInt16(source, offset + 17);
            message.ChunkCount = chunkCount;
            message.Route = new string(route);
            message.Missing = new byte[mapBytes];
            Array.Copy(source, at, message.Missing, 0, mapBytes);
            return true;
        }
    }
}
