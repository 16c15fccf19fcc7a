namespace WildCam.Wire
{
    /// <summary>
    /// The last will, a text because M2Mqtt's is a string: <c>1:&lt;boot&gt;:&lt;session&gt;</c>. The hub ignores
    /// one that is older than the newest hello.
    /// </summary>
    public sealed class LastWill
    {
        /// <summary>Most characters in the text.</summary>
        public const int CharsMax = 23;

        /// <summary>Boots of this board since its first flash.</summary>
        public uint Boot;

        /// <summary>Connections since this boot.</summary>
        public uint Session;

        /// <summary>The text, ASCII.</summary>
        public string Text()
        {
            return "1:" + Boot.ToString() + ":" + Session.ToString();
        }

        /// <summary>Reads the text's ASCII bytes; false where they are not a will.</summary>
        public static bool TryRead(byte[] source, int offset, int count, out LastWill will)
        {
            will = null;
            if (count < 5 || count > CharsMax || source[offset] != (byte)'1' || source[offset + 1] != (byte)':')
            {
                return false;
            }

            int at = offset + 2;
            int end = offset + count;
            uint boot;
            uint session;
            if (!TryReadNumber(source, ref at, end, out boot) || at >= end || source[at] != (byte)':')
            {
                return false;
            }

            at++;
            if (!TryReadNumber(source, ref at, end, out session) || at != end)
            {
                return false;
            }

            will = new LastWill();
            will.Boot = boot;
            will.Session = session;
            return true;
        }

        static bool TryReadNumber(byte[] source, ref int at, int end, out uint number)
        {
            ulong sum = 0;
            int start = at;
            while (at < end && source[at] >= (byte)'0' && source[at] <= (byte)'9' && at - start < 10)
            {
                sum = sum * 10 + (ulong)(source[at] - (byte)'0');
                at++;
            }

            number = (uint)sum;
            return at > start && sum <= uint.MaxValue;
        }
    }
}
