namespace WildCam.Wire
{
    /// <summary>Camera to hub, quality of service 0: a part of a preview frame, then its bytes.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Frame u32, 5 FrameBytes u32, 9 Offset u32, 13 Length u16, 15 the
    /// bytes. A frame with a lost part is dropped whole.
    /// </remarks>
    public sealed class PreviewHeader
    {
        /// <summary>Length of the header, in bytes.</summary>
        public const int Bytes = 15;

        /// <summary>Largest preview frame, in bytes.</summary>
        public const int FrameBytesMax = 131072;

        /// <summary>Number of the frame in this preview, from 1.</summary>
        public uint Frame;

        /// <summary>Size of the whole JPEG, in bytes.</summary>
        public uint FrameBytes;

        /// <summary>Where the bytes belong in the frame.</summary>
        public uint Offset;

        /// <summary>Bytes that follow.</summary>
        public ushort Length;

        /// <summary>Writes the header; returns the offset after it, where the bytes belong.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            LittleEndian.WriteUInt32(target, offset + 1, Frame);
            LittleEndian.WriteUInt32(target, offset + 5, FrameBytes);
            LittleEndian.WriteUInt32(target, offset + 9, Offset);
            LittleEndian.WriteUInt16(target, offset + 13, Length);
            return offset + Bytes;
        }

        /// <summary>Reads the header of a message of <paramref name="count"/> bytes; false if it is none.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out PreviewHeader header)
        {
            header = null;
            if (count <= Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            var read = new PreviewHeader();
            read.Frame = LittleEndian.ReadUInt32(source, offset + 1);
            read.FrameBytes = LittleEndian.ReadUInt32(source, offset + 5);
            read.Offset = LittleEndian.ReadUInt32(source, offset + 9);
            read.Length = LittleEndian.ReadUInt16(source, offset + 13);
            bool whole = count == Bytes + read.Length
                && read.FrameBytes <= FrameBytesMax
                && read.Offset <= read.FrameBytes
                && read.Length <= read.FrameBytes - read.Offset;
            if (!whole)
            {
                return false;
            }

            header = read;
            return true;
        }
    }
}
