namespace WildCam.Esp32
{
    /// <summary>
    /// What M2Mqtt's threads hand to the loop: messages and acknowledgements, in order, in places that are made once.
    /// </summary>
    public sealed class LinkInbox
    {
        /// <summary>Things that wait for the loop; beyond it the connection is dropped.</summary>
        public const int PlacesMax = 32;

        readonly object _gate = new object();
        readonly string[] _words = new string[PlacesMax];
        readonly byte[][] _messages = new byte[PlacesMax][];
        readonly int[] _ids = new int[PlacesMax];
        int _first;
        int _count;

        /// <summary>
        /// Adds a message, or an acknowledgement where the word is null; false where there is no room.
        /// </summary>
        public bool Add(string word, byte[] message, int id)
        {
            lock (_gate)
            {
                if (_count == PlacesMax)
                {
                    return false;
                }

                int place = (_first + _count) % PlacesMax;
                _words[place] = word;
                _messages[place] = message;
                _ids[place] = id;
                _count++;
                return true;
            }
        }

        /// <summary>Takes the oldest; false where nothing waits.</summary>
        public bool TryTake(out string word, out byte[] message, out int id)
        {
            lock (_gate)
            {
                word = _words[_first];
                message = _messages[_first];
                id = _ids[_first];
                if (_count == 0)
                {
                    return false;
                }

                _words[_first] = null;
                _messages[_first] = null;
                _first = (_first + 1) % PlacesMax;
                _count--;
                return true;
            }
        }
    }
}
