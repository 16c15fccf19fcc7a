using System;
using System.Security.Cryptography;

namespace WildCam.Wire
{
    /// <summary>
    /// The digest of a picture, computed block by block in constant memory with the native HMAC of the board:
    /// d0 = HMAC-SHA256(<see cref="Seed"/>, empty), d(i) = HMAC-SHA256(d(i-1), block i) over blocks of
    /// <see cref="Protocol.BlockBytes"/> whatever the chunk, the last one exact, and
    /// digest = HMAC-SHA256(d(n), size as u32 little-endian).
    /// </summary>
    public sealed class DigestChain
    {
        // The static HashData throughout: nanoFramework's instances wipe their caller's key when they are disposed.
        byte[] _link;
        uint _sizeBytes;

        /// <summary>Starts a chain.</summary>
        public DigestChain()
        {
            _link = HMACSHA256.HashData(Seed(), new byte[0]);
        }

        /// <summary>Public key of the first link: the ASCII bytes of "WildCam capture digest, chain v1".</summary>
        public static byte[] Seed()
        {
            const string text = "WildCam capture digest, chain v1";
            byte[] seed = new byte[Protocol.DigestBytes];
            for (int i = 0; i < seed.Length; i++)
            {
                seed[i] = (byte)text[i];
            }

            return seed;
        }

        /// <summary>
        /// Appends a block. Each but the last must be exactly <see cref="Protocol.BlockBytes"/> long, since the native
        /// HMAC takes whole arrays only.
        /// </summary>
        public void Append(byte[] block)
        {
            if (_sizeBytes % Protocol.BlockBytes != 0)
            {
                throw new InvalidOperationException("A block after the short one");
            }

            if (block.Length == 0 || block.Length > Protocol.BlockBytes)
            {
                throw new ArgumentException("block length");
            }

            _link = HMACSHA256.HashData(_link, block);
            _sizeBytes += (uint)block.Length;
        }

        /// <summary>Ends the chain and gives the digest, 32 bytes.</summary>
        public byte[] Finish()
        {
            byte[] size = new byte[4];
            LittleEndian.WriteUInt32(size, 0, _sizeBytes);
            return HMACSHA256.HashData(_link, size);
        }
    }
}
