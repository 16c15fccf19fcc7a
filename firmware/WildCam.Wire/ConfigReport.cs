using System;

namespace WildCam.Wire
{
    /// <summary>Camera to hub: the configuration in force, and which fields of it were refused.</summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Refused, for each field of ConfigFields from 1 on a code u8, 14
    /// InForce, a <see cref="CameraConfig"/> of 30 bytes.
    /// A refused field has in force what it had before. Where ConfigVersion itself is refused, nothing was taken.
    /// </remarks>
    public sealed class ConfigReport
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = InForceAt + CameraConfig.Bytes;

        const int InForceAt = 1 + ConfigFields.Count;

        /// <summary>Why each field was refused, values of RefusalCodes; the first is that of field 1.</summary>
        public byte[] Refused = new byte[ConfigFields.Count];

        /// <summary>The configuration in force.</summary>
        public CameraConfig InForce = new CameraConfig();

        /// <summary>Why a field (1 to ConfigFields.Count) was refused; None where it was taken.</summary>
        public ushort CodeOf(byte field)
        {
            return Refused[field - 1];
        }

        /// <summary>Enters why a field (1 to ConfigFields.Count) was refused; None takes that back.</summary>
        public void Refuse(byte field, ushort code)
        {
            Refused[field - 1] = (byte)code;
        }

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            Array.Copy(Refused, 0, target, offset + 1, ConfigFields.Count);
            return InForce.Write(target, offset + InForceAt);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out ConfigReport message)
        {
            message = null;
            CameraConfig inForce;
            if (count != Bytes || source[offset] != Protocol.Version
                || !CameraConfig.TryRead(source, offset + InForceAt, CameraConfig.Bytes, out inForce))
            {
                return false;
            }

            message = new ConfigReport();
            Array.Copy(source, offset + 1, message.Refused, 0, ConfigFields.Count);
            message.InForce = inForce;
            return true;
        }
    }
}
