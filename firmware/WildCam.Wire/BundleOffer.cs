using System;
using System.Security.Cryptography;

namespace WildCam.Wire
{
    /// <summary>Hub to camera: firmware is offered, or an offer is withdrawn.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 BundleId u64, 9 Board u8, 10 Major u16, 12 Minor u16, 14
    /// Patch u16, 16 Flags u8, 17 BatteryPercentMin u8, 18 Number u32, 22 SizeBytes u32, 26 Digest 32 bytes, 58
    /// Authenticator 32 bytes.
    /// </remarks>
    public sealed class BundleOffer
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 90;

        /// <summary>Flag: an older version, or the same one again, is meant.</summary>
        public const byte OlderIsMeant = 1;

        /// <summary>Flag: the bundle is not to be installed any more.</summary>
        public const byte Withdrawn = 2;

        const int AuthenticatedBytes = 57;

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

        /// <summary><see cref="OlderIsMeant"/>, <see cref="Withdrawn"/>.</summary>
        public byte Flags;

        /// <summary>The camera waits below this charge; its own floor holds where that is higher.</summary>
        public byte BatteryPercentMin;

        /// <summary>
        /// Counts what a hub offers to and withdraws from this camera, from 1 on. One that is not above what the camera
        /// followed last is stale, so that a recorded offer cannot undo what came later. A hub that has lost count
        /// learns it from the answer: see <see cref="BundleState.OfferNumber"/>.
        /// </summary>
        public uint Number;

        /// <summary>Size of the bundle, in bytes.</summary>
        public uint SizeBytes;

        /// <summary>Digest chain over the bundle.</summary>
        public byte[] Digest = new byte[Protocol.DigestBytes];

        /// <summary>HMAC-SHA256 under the update key of the camera over bytes 1 up to this field.</summary>
        public byte[] Authenticator = new byte[Protocol.DigestBytes];

        /// <summary>The authenticator that this offer must have under a key.</summary>
        public byte[] ComputeAuthenticator(byte[] updateKey)
        {
            byte[] message = new byte[Bytes];
            Write(message, 0);
            byte[] authenticated = new byte[AuthenticatedBytes];
            Array.Copy(message, 1, authenticated, 0, AuthenticatedBytes);
            return HMACSHA256.HashData(updateKey, authenticated);
        }

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
            target[offset + 17] = BatteryPercentMin;
            LittleEndian.WriteUInt32(target, offset + 18, Number);
            LittleEndian.WriteUInt32(target, offset + 22, SizeBytes);
            Array.Copy(Digest, 0, target, offset + 26, Protocol.DigestBytes);
            Array.Copy(Authenticator, 0, target, offset + 58, Protocol.DigestBytes);
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
            message.BatteryPercentMin = source[offset + 17];
            message.Number = LittleEndian.ReadUInt32(source, offset + 18);
            message.SizeBytes = LittleEndian.ReadUInt32(source, offset + 22);
            Array.Copy(source, offset + 26, message.Digest, 0, Protocol.DigestBytes);
            Array.Copy(source, offset + 58, message.Authenticator, 0, Protocol.DigestBytes);
            return true;
        }
    }
}
