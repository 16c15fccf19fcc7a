namespace WildCam.Wire
{
    /// <summary>Camera to hub: how far an update is.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 BundleId u64, 9 State u8, 10 Code u16, 12 ReceivedBytes u32, 16
    /// OfferNumber u32.
    /// </remarks>
    public sealed class BundleState
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 20;

        /// <summary>The bundle.</summary>
        public ulong BundleId;

        /// <summary>A value of BundleStates.</summary>
        public byte State;

        /// <summary>Why it was refused, a value of RefusalCodes.</summary>
        public ushort Code;

        /// <summary>Bytes in the idle slot; the hub goes on from there.</summary>
        public uint ReceivedBytes;

        /// <summary>
        /// The offer that this is about. Where the code is Stale it is the one that the camera followed last: the next
        /// offer is to have a higher number.
        /// </summary>
        public uint OfferNumber;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, BundleId);
            target[offset + 9] = State;
            LittleEndian.WriteUInt16(target, offset + 10, Code);
            LittleEndian.WriteUInt32(target, offset + 12, ReceivedBytes);
            LittleEndian.WriteUInt32(target, offset + 16, OfferNumber);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out BundleState message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new BundleState();
            message.BundleId = LittleEndian.ReadUInt64(source, offset + 1);
            message.State = source[offset + 9];
            message.Code = LittleEndian.ReadUInt16(source, offset + 10);
            message.ReceivedBytes = LittleEndian.ReadUInt32(source, offset + 12);
            message.OfferNumber = LittleEndian.ReadUInt32(source, offset + 16);
            return true;
        }
    }
}
