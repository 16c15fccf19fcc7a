namespace WildCam.Wire
{
    /// <summary>Camera to hub: what became of a command.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 CommandId u64, 9 State u8, 10 Code u16.
    /// </remarks>
    public sealed class CommandResult
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 12;

        /// <summary>The command.</summary>
        public ulong CommandId;

        /// <summary>A value of CommandStates.</summary>
        public byte State;

        /// <summary>Why it was refused, a value of RefusalCodes.</summary>
        public ushort Code;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt64(target, offset + 1, CommandId);
            target[offset + 9] = State;
            LittleEndian.WriteUInt16(target, offset + 10, Code);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out CommandResult message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new CommandResult();
            message.CommandId = LittleEndian.ReadUInt64(source, offset + 1);
            message.State = source[offset + 9];
            message.Code = LittleEndian.ReadUInt16(source, offset + 10);
            return true;
        }
    }
}
