using System.Text;
using WildCam.Camera;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// What a camera was given at registration: the file I:\wildcam.ini, lines of <c>name=value</c>, put there over USB
    /// by nanoff together with the authority's certificate, I:\hub.crt. Wi-Fi credentials are not here: they are in the
    /// board's own configuration block.
    /// </summary>
    public sealed class SetUpFile
    {
        /// <summary>The file's name.</summary>
        public const string Name = "wildcam.ini";

        /// <summary>The certificate's name.</summary>
        public const string AuthorityName = "hub.crt";

        /// <summary>Longest set-up file, in bytes.</summary>
        public const int BytesMax = 1024;

        /// <summary>Longest certificate, in bytes.</summary>
        public const int AuthorityBytesMax = 4096;

        /// <summary>Over TLS with the hub's own authority, whose dates hold at any clock.</summary>
        public const int TlsHub = 0;

        /// <summary>Over TLS with an operator's certificates: the clock must be right before.</summary>
        public const int TlsOperator = 1;

        /// <summary>Without TLS, on a closed network.</summary>
        public const int TlsOff = 2;

        const string TimeServerByDefault = "pool.ntp.org";

        /// <summary>Name or address of the hub.</summary>
        public string Host = "";

        /// <summary>Its port.</summary>
        public int Port = 8883;

        /// <summary>The camera's code.</summary>
        public string Camera = "";

        /// <summary>The camera's password.</summary>
        public string Password = "";

        /// <summary>
        /// The fingerprint of the code that it enrols with, whose secret is then the password; empty without. The line
        /// enrol has both, a dot between them.
        /// </summary>
        public string Fingerprint = "";

        /// <summary>The key of its updates; empty takes none.</summary>
        public byte[] UpdateKey = new byte[0];

        /// <summary>How the hub is trusted, one of the Tls constants.</summary>
        public int Tls;

        /// <summary>A time server; empty asks none.</summary>
        public string TimeServer = "";

        /// <summary>The authority's certificate, PEM; empty without.</summary>
        public string Authority = "";

        /// <summary>The board.</summary>
        public BoardPins Pins;

        /// <summary>The battery's calibration.</summary>
        public Calibration Battery;

        /// <summary>Whether the camera sleeps when nothing is left to do; not on mains.</summary>
        public bool SleepsWhenIdle = true;

        /// <summary>Reads the files; null where there is none, or something needed is missing or wrong in it.</summary>
        public static SetUpFile Load()
        {
            byte[] bytes = FlashFiles.ReadAll(Name, BytesMax);
            if (bytes == null)
            {
                return null;
            }

            SetUpFile file = new SetUpFile();
            string text = Encoding.UTF8.GetString(bytes, 0, bytes.Length);
            file.Pins = PinsOf(ValueOf(text, "board"));
            if (file.Pins == null || !file.Take(text))
            {
                return null;
            }

            byte[] authority = FlashFiles.ReadAll(AuthorityName, AuthorityBytesMax);
            if (authority != null)
            {
                file.Authority = Encoding.UTF8.GetString(authority, 0, authority.Length);
            }

            return file.Tls != TlsHub || file.Authority.Length > 0 ? file : null;
        }

        bool Take(string text)
        {
            Host = ValueOf(text, "host");
            Camera = ValueOf(text, "camera");
            Password = ValueOf(text, "password");
            string enrolment = ValueOf(text, "enrol");
            if (IsEnrolmentCode(enrolment))
            {
                Fingerprint = enrolment.Substring(0, Identity.FingerprintChars);
                Password = enrolment.Substring(Identity.FingerprintChars + 1);
            }
            string tls = ValueOf(text, "tls");
            Tls = tls == "operator" ? TlsOperator : tls == "off" ? TlsOff : TlsHub;
            TimeServer = ValueOf(text, "sntp");
            if (TimeServer.Length == 0 && Tls == TlsOperator)
            {
                TimeServer = TimeServerByDefault;
            }

            SleepsWhenIdle = ValueOf(text, "power") != "mains";
            Port = NumberOf(text, "port", Port);
            Pins.Motion2 = NumberOf(text, "motion2", Pins.Motion2);
            Battery = Calibration.Nominal(Pins);
            Battery.Raw1 = NumberOf(text, "battery-raw1", Battery.Raw1);
            Battery.Millivolts1 = NumberOf(text, "battery-mv1", Battery.Millivolts1);
            Battery.Raw2 = NumberOf(text, "battery-raw2", Battery.Raw2);
            Battery.Millivolts2 = NumberOf(text, "battery-mv2", Battery.Millivolts2);
            Battery.EmptyMillivolts = NumberOf(text, "battery-empty", Battery.EmptyMillivolts);
            Battery.FullMillivolts = NumberOf(text, "battery-full", Battery.FullMillivolts);
            UpdateKey = BytesOf(ValueOf(text, "update-key"));
            bool isKnown = enrolment.Length > 0 ? Fingerprint.Length > 0 : Camera.Length > 0 && Password.Length > 0;
            return Host.Length > 0 && isKnown && Port > 0 && Port <= 65535
                && UpdateKey != null && Battery.IsLine && Pins.Motion2 < 64;
        }

        static bool IsEnrolmentCode(string code)
        {
            return code.Length == Identity.FingerprintChars + 1 + Credential.PasswordChars
                && code[Identity.FingerprintChars] == '.';
        }

        static BoardPins PinsOf(string name)
        {
            switch (name)
            {
                case DevKitBoard.Name: return DevKitBoard.Pins();
                case DevKitPsramBoard.Name: return DevKitPsramBoard.Pins();
                case S3Board.Name: return S3Board.Pins();
                default: return null;
            }
        }

        /// <summary>The value of a name; empty where there is none.</summary>
        static string ValueOf(string text, string name)
        {
            int at = 0;
            while (at < text.Length)
            {
                int end = text.IndexOf('\n', at);
                end = end < 0 ? text.Length : end;
                string line = text.Substring(at, end - at).Trim();
                if (line.Length > name.Length && line[name.Length] == '=' && line.Substring(0, name.Length) == name)
                {
                    return line.Substring(name.Length + 1).Trim();
                }

                at = end + 1;
            }

            return "";
        }

        /// <summary>A number of digits; the given one where there is none, -1 where it is not a number.</summary>
        static int NumberOf(string text, string name, int otherwise)
        {
            string value = ValueOf(text, name);
            if (value.Length == 0 || value.Length > 9)
            {
                return value.Length == 0 ? otherwise : -1;
            }

            int number = 0;
            for (int i = 0; i < value.Length; i++)
            {
                if (value[i] < '0' || value[i] > '9')
                {
                    return -1;
                }

                number = number * 10 + (value[i] - '0');
            }

            return number;
        }

        /// <summary>Bytes from hexadecimal digits; null where they are not.</summary>
        static byte[] BytesOf(string hex)
        {
            if (hex.Length % 2 != 0)
            {
                return null;
            }

            byte[] bytes = new byte[hex.Length / 2];
            for (int i = 0; i < hex.Length; i++)
            {
                int digit = "0123456789abcdef".IndexOf(hex[i]);
                if (digit < 0)
                {
                    return null;
                }

                bytes[i / 2] = (byte)((bytes[i / 2] << 4) | digit);
            }

            return bytes;
        }
    }
}
