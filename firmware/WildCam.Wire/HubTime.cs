namespace WildCam.Wire
{
    /// <summary>Hub to camera, answer to hello: the time, and the spool id where one was asked for.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 ClockEpoch u32, 5 ClockSeconds u32, 9 UnixMilliseconds i64,
    /// 17 IssuedSpoolId u64.
    /// </remarks>
    public sealed class HubTime
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 25;

        /// <summary>The epoch that the hello named.</summary>
        public uint ClockEpoch;

        /// <summary>The seconds that the hello named; the camera adds what has passed since.</summary>
        public uint ClockSeconds;

        /// <summary>Hub time when the hello arrived, in ms since 1970-01-01T00:00:00Z.</summary>
        public long UnixMilliseconds;

        /// <summary>A new spool id for a camera that had none; else 0.</summary>
        public ulong IssuedSpoolId;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt32(target, offset + 1, ClockEpoch);
            LittleEndian.WriteUInt32(target, offset + 5, ClockSeconds);
            LittleEndian.WriteUInt64(target, offset + 9, (ulong)UnixMilliseconds);
            LittleEndian.WriteUInt64(target, offset + 17, IssuedSpoolId);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out HubTime message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new HubTime();
            message.ClockEpoch = LittleEndian.ReadUInt32(source, offset + 1);
            message.ClockSeconds = LittleEndian.ReadUInt32(source, offset + 5);
            message.UnixMilliseconds = (long)LittleEndian.ReadUInt64(source, offset + 9);
            message.IssuedSpoolId = LittleEndian.ReadUInt64(source, offset + 17);
            return true;
        }
    }
}
