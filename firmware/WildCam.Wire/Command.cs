namespace WildCam.Wire
{
    /// <summary>Hub to camera: do something now. Carrying it out twice does no harm.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 CommandId u64, 9 Kind u8, 10 Argument u32, 14 ExpiresSeconds
    /// u32, 18 SentUnixSeconds i64, 26 SpoolId u64, 34 Counter u64.
    /// </remarks>
    public sealed class Command
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 42;

        /// <summary>The command; the result echoes it.</summary>
        public ulong CommandId;

        /// <summary>A value of CommandKinds.</summary>
        public byte Kind;

        /// <summary>Meaning depends on the kind; seconds for a preview.</summary>
        public uint Argument;

        /// <summary>The camera refuses it later than so many seconds after hub time SentUnixSeconds.</summary>
        public uint ExpiresSeconds;

        /// <summary>Hub time of sending, in seconds since 1970-01-01T00:00:00Z.</summary>
        public long SentUnixSeconds;

        /// <summary>Spool of the capture that is meant, the upper half of its id; 0 where none is.</summary>
        public ulong SpoolId;

        /// <summary>Number of the capture that is meant, the lower half of its id.</summary>
        public ulong Counter;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, CommandId);
            target[offset + 9] = Kind;
            LittleEndian.WriteUInt32(target, offset + 10, Argument);
            LittleEndian.WriteUInt32(target, offset + 14, ExpiresSeconds);
            LittleEndian.WriteUInt64(target, offset + 18, (ulong)SentUnixSeconds);
            LittleEndian.WriteUInt64(target, offset + 26, SpoolId);
            LittleEndian.WriteUInt64(target, offset + 34, Counter);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Command message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new Command();
            message.CommandId = LittleEndian.ReadUInt64(source, offset + 1);
            message.Kind = source[offset + 9];
            message.Argument = LittleEndian.ReadUInt32(source, offset + 10);
            message.ExpiresSeconds = LittleEndian.ReadUInt32(source, offset + 14);
            message.SentUnixSeconds = (long)LittleEndian.ReadUInt64(source, offset + 18);
            message.SpoolId = LittleEndian.ReadUInt64(source, offset + 26);
            message.Counter = LittleEndian.ReadUInt64(source, offset + 34);
            return true;
        }
    }
}
