namespace WildCam.Wire
{
    /// <summary>Hub to camera: firmware is offered.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 BundleId u64, 9 Board u8, 10 Major u16, 12 Minor u16, 14
    /// Patch u16, 16 Flags u8, 17 SizeBytes u32, 21 Digest 32 bytes, 53 Authenticator 32 bytes.
    /// </remarks>
    public sealed class BundleOffer
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 85;

        /// <summary>The bundle.</summary>
        public ulong BundleId;

        /// <summary>Board it is built for, a value of Boards.</summary>
        public byte Board;

        /// <summary>Version, first part.</summary>
        public ushort Major;

        /// <summary>Version, second part.</summary>
        public ushort Minor;

        /// <summary>Version, third part.</summary>
        public ushort Patch;

        /// <summary>Bit 0: an older version is meant.</summary>
        public byte Flags;

        /// <summary>Size of the bundle, in bytes.</summary>
        public uint SizeBytes;

        /// <summary>Digest chain over the bundle.</summary>
        public byte[] Digest = new byte[Protocol.DigestBytes];

        /// <summary>HMAC-SHA256 under the update key of the camera over bytes 1 up to this field.</summary>
        public byte[] Authenticator = new byte[Protocol.DigestBytes];

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, BundleId);
            target[offset + 9] = Board;
            LittleEndian.WriteUInt16(target, offset + 10, Major);
            LittleEndian.WriteUInt16(target, offset + 12, Minor);
            LittleEndian.WriteUInt16(target, offset + 14, Patch);
            target[offset + 16] = Flags;
            LittleEndian.WriteUInt32(target, offset + 17, SizeBytes);
            System.Array.Copy(Digest, 0, target, offset + 21, Protocol.DigestBytes);
            System.Array.Copy(Authenticator, 0, target, offset + 53, Protocol.DigestBytes);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out BundleOffer message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new BundleOffer();
            message.BundleId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Board = source[offset + 9];
            message.Major = LittleEndian.ReadUInt16(source, offset + 10);
            message.Minor = LittleEndian.ReadUInt16(source, offset + 12);
            message.Patch = LittleEndian.ReadUInt16(source, offset + 14);
            message.Flags = source[offset + 16];
            message.SizeBytes = LittleEndian.ReadUInt32(source, offset + 17);
            System.Array.Copy(source, offset + 21, message.Digest, 0, Protocol.DigestBytes);
            System.Array.Copy(source, offset + 53, message.Authenticator, 0, Protocol.DigestBytes);
            return true;
        }
    }
}
