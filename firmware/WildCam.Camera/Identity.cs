using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Who the camera is at the hub. Its set-up gives either its code and password, or an enrolment code: with that it
    /// signs in once, is told its credential, and keeps it in the board's own flash. A credential belongs to the
    /// enrolment code that it came for; another one in the set-up is a new beginning.
    /// </summary>
    public sealed class Identity
    {
        /// <summary>Characters of an enrolment code's fingerprint: 8 bytes in hexadecimal.</summary>
        public const int FingerprintChars = 16;

        readonly ISettings _settings;
        readonly string _fingerprint;

        /// <summary>
        /// The identity of a set-up: code and password of a camera, or with a fingerprint the secret of that enrolment
        /// code in place of the password.
        /// </summary>
        public Identity(ISettings settings, string code, string password, string fingerprint)
        {
            _settings = settings;
            _fingerprint = fingerprint;
            UpdateKey = new byte[0];
            Password = password;
            IsEnrolled = fingerprint.Length != FingerprintChars;
            Name = IsEnrolled ? code : Topics.EnrolmentPrefix + fingerprint;
            if (!IsEnrolled)
            {
                Recall();
            }
        }

        /// <summary>User name and topic level: the camera's code, or the name that its enrolment code has.</summary>
        public string Name { get; set; }

        /// <summary>What it signs in with: the camera's password, or the secret of its enrolment code.</summary>
        public string Password { get; set; }

        /// <summary>The key of its updates as the hub told it; empty where the set-up file has it.</summary>
        public byte[] UpdateKey { get; set; }

        /// <summary>Whether it is a camera; else it may only ask for its credential.</summary>
        public bool IsEnrolled { get; set; }

        /// <summary>
        /// The hub told the credential; false where it could not be kept, so that it must be asked for again.
        /// </summary>
        public bool Take(Credential credential)
        {
            if (IsEnrolled)
            {
                return false;
            }

            byte[] kept = new byte[FingerprintChars + Credential.Bytes];
            for (int i = 0; i < FingerprintChars; i++)
            {
                kept[i] = (byte)_fingerprint[i];
            }

            credential.Write(kept, FingerprintChars);
            if (!_settings.Set(SettingKeys.Credential, kept))
            {
                return false;
            }

            Become(credential);
            return true;
        }

        void Recall()
        {
            byte[] kept = _settings.Get(SettingKeys.Credential);
            Credential credential;
            if (kept != null && kept.Length == FingerprintChars + Credential.Bytes
                && Text(kept, FingerprintChars) == _fingerprint
                && Credential.TryRead(kept, FingerprintChars, Credential.Bytes, out credential))
            {
                Become(credential);
            }
        }

        void Become(Credential credential)
        {
            int length = 0;
            while (length < Credential.CodeCharsMax && credential.Code[length] != 0)
            {
                length++;
            }

            Name = Text(credential.Code, length);
            Password = Text(credential.Password, Credential.PasswordChars);
            UpdateKey = credential.UpdateKey;
            IsEnrolled = true;
        }

        static string Text(byte[] ascii, int count)
        {
            char[] text = new char[count];
            for (int i = 0; i < count; i++)
            {
                text[i] = (char)ascii[i];
            }

            return new string(text);
        }
    }
}
