namespace WildCam.Wire
{
    /// <summary>Enrolling board to hub: here is a board with this code; may it have its credential?</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Board u8, 2 FirmwareMajor u16, 4 FirmwareMinor u16,
    /// 6 FirmwarePatch u16, 8 HardwareAddress 6 bytes.
    /// </remarks>
    public sealed class EnrolRequest
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 14;

        /// <summary>Bytes of a network interface's address.</summary>
        public const int AddressBytes = 6;

        /// <summary>A value of Boards.</summary>
        public byte Board;

        /// <summary>Firmware version, first part.</summary>
        public ushort FirmwareMajor;

        /// <summary>Firmware version, second part.</summary>
        public ushort FirmwareMinor;

        /// <summary>Firmware version, third part.</summary>
        public ushort FirmwarePatch;

        /// <summary>The network interface's address; zeros where the board does not know it.</summary>
        public byte[] HardwareAddress = new byte[AddressBytes];

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            target[offset + 1] = Board;
            LittleEndian.WriteUInt16(target, offset + 2, FirmwareMajor);
            LittleEndian.WriteUInt16(target, offset + 4, FirmwareMinor);
            LittleEndian.WriteUInt16(target, offset + 6, FirmwarePatch);
            System.Array.Copy(HardwareAddress, 0, target, offset + 8, AddressBytes);
            return offset + Bytes;
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out EnrolRequest message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.Version)
            {
                return false;
            }

            message = new EnrolRequest();
            message.Board = source[offset + 1];
            message.FirmwareMajor = LittleEndian.ReadUInt16(source, offset + 2);
            message.FirmwareMinor = LittleEndian.ReadUInt16(source, offset + 4);
            message.FirmwarePatch = LittleEndian.ReadUInt16(source, offset + 6);
            System.Array.Copy(source, offset + 8, message.HardwareAddress, 0, AddressBytes);
            return true;
        }
    }
}
