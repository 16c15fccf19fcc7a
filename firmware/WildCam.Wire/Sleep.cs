namespace WildCam.Wire
{
    /// <summary>Camera to hub, before it goes quiet on purpose.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Boot u32, 5 Session u32, 9 NextContactSeconds u32.
    /// </remarks>
    public sealed class Sleep
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 13;

        /// <summary>Boots of this board since its first flash.</summary>
        public uint Boot;

        /// <summary>Connections since this boot.</summary>
        public uint Session;

        /// <summary>The camera will be heard again within so many seconds.</summary>
        public uint NextContactSeconds;

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt32(target, offset + 1, Boot);
            LittleEndian.WriteUInt32(target, offset + 5, Session);
            LittleEndian.WriteUInt32(target, offset + 9, NextContactSeconds);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Sleep message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new Sleep();
            message.Boot = LittleEndian.ReadUInt32(source, offset + 1);
            message.Session = LittleEndian.ReadUInt32(source, offset + 5);
            message.NextContactSeconds = LittleEndian.ReadUInt32(source, offset + 9);
            return true;
        }
    }
}
