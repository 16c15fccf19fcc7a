namespace WildCam.Wire
{
    /// <summary>
    /// Hub to enrolling board: which camera it is from now on, and what it signs in with. It goes over TLS only, to the
    /// session that the enrolment code opened.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 Code 32 bytes ASCII with zeros behind, 33 Password 43 bytes ASCII,
    /// 76 UpdateKey 32 bytes, 108 CRC-32 of the bytes before it u32.
    /// </remarks>
    public sealed class Credential
    {
        /// <summary>Length of the message, in bytes.</summary>
        public const int Bytes = 112;

        /// <summary>Longest code of a camera.</summary>
        public const int CodeCharsMax = 32;

        /// <summary>Characters of a password: 32 bytes as base64url.</summary>
        public const int PasswordChars = 43;

        /// <summary>Bytes of the key of a camera's updates.</summary>
        public const int UpdateKeyBytes = 32;

        /// <summary>The camera's code, its user name and topic level.</summary>
        public byte[] Code = new byte[CodeCharsMax];

        /// <summary>Its password.</summary>
        public byte[] Password = new byte[PasswordChars];

        /// <summary>The key of its updates.</summary>
        public byte[] UpdateKey = new byte[UpdateKeyBytes];

        /// <summary>Writes the message; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.SealedVersion;
            System.Array.Copy(Code, 0, target, offset + 1, CodeCharsMax);
            System.Array.Copy(Password, 0, target, offset + 33, PasswordChars);
            System.Array.Copy(UpdateKey, 0, target, offset + 76, UpdateKeyBytes);
            return Crc32.Seal(target, offset, offset + 108);
        }

        /// <summary>Reads the message; false where the bytes are not one.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out Credential message)
        {
            message = null;
            if (count != Bytes || source[offset] != Protocol.SealedVersion
                || !Crc32.IsSealed(source, offset, count))
            {
                return false;
            }

            message = new Credential();
            System.Array.Copy(source, offset + 1, message.Code, 0, CodeCharsMax);
            System.Array.Copy(source, offset + 33, message.Password, 0, PasswordChars);
            System.Array.Copy(source, offset + 76, message.UpdateKey, 0, UpdateKeyBytes);
            return true;
        }
    }
}
