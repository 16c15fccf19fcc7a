using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>The chunks under way: their buffers, which the link may hold, and when they were sent.</summary>
    public sealed class Window
    {
        readonly byte[][] _buffers;
        readonly int[] _ids;
        readonly long[] _sentAt;
        readonly int _chunkBytes;
        int _free;

        /// <summary>A window of so many chunks of so many bytes.</summary>
        public Window(int chunks, int chunkBytes)
        {
            _chunkBytes = chunkBytes;
            _buffers = new byte[chunks][];
            _ids = new int[chunks];
            _sentAt = new long[chunks];
            for (int i = 0; i < chunks; i++)
            {
                _buffers[i] = new byte[ChunkHeader.Bytes + chunkBytes];
            }
        }

        /// <summary>Whether another chunk may go; finds its place.</summary>
        public bool HasRoom
        {
            get
            {
                for (_free = 0; _free < _ids.Length; _free++)
                {
                    if (_ids[_free] == 0)
                    {
                        return true;
                    }
                }

                return false;
            }
        }

        /// <summary>Whether every chunk is acknowledged.</summary>
        public bool IsEmpty
        {
            get { return OldestAt() < 0; }
        }

        /// <summary>The message for the next chunk, of which so many bytes are left in the picture.</summary>
        public byte[] Buffer(int bytesLeft)
        {
            // M2Mqtt takes whole arrays, so the short last chunk of a picture gets one of its own.
            return bytesLeft >= _chunkBytes ? _buffers[_free] : new byte[ChunkHeader.Bytes + bytesLeft];
        }

        /// <summary>The message is with the link under this id.</summary>
        public void Sent(int id, long now)
        {
            _ids[_free] = id;
            _sentAt[_free] = now;
        }

        /// <summary>The link saw an acknowledgement.</summary>
        public void Acknowledged(int id)
        {
            for (int i = 0; i < _ids.Length; i++)
            {
                if (_ids[i] == id)
                {
                    _ids[i] = 0;
                }
            }
        }

        /// <summary>When the oldest chunk under way was sent, in monotonic ms; -1 if none is.</summary>
        public long OldestAt()
        {
            long oldest = -1;
            for (int i = 0; i < _ids.Length; i++)
            {
                if (_ids[i] != 0 && (oldest < 0 || _sentAt[i] < oldest))
                {
                    oldest = _sentAt[i];
                }
            }

            return oldest;
        }

        /// <summary>Forgets what is under way: the link is down and holds nothing.</summary>
        public void Clear()
        {
            for (int i = 0; i < _ids.Length; i++)
            {
                _ids[i] = 0;
            }
        }
    }
}
