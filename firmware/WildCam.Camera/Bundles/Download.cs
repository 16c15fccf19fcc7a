using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Brings the bytes of the followed offer into the idle slot: asks for a window of them, appends what comes in
    /// order, and goes on at the length of the slot after whatever cut it off.
    /// </summary>
    public sealed class Download
    {
        readonly CameraPorts _ports;
        readonly SlotBook _book;
        int _length = -1;
        uint _wantedUntil;
        long _askedAt;
        long _pausedUntil;
        int _asksInVain;
        int _failures;

        internal Download(CameraPorts ports, SlotBook book)
        {
            _ports = ports;
            _book = book;
        }

        /// <summary>Why it ended for good, a value of RefusalCodes; None while it may go on.</summary>
        public ushort Refusal { get; set; }

        /// <summary>Bytes in the slot.</summary>
        public uint ReceivedBytes
        {
            get { return _length > 0 ? (uint)_length : 0; }
        }

        /// <summary>Whether all bytes are there.</summary>
        public bool IsWhole
        {
            get { return _length >= 0 && ReceivedBytes >= _book.Offer.SizeBytes; }
        }

        /// <summary>Whether bytes are asked for that did not come yet.</summary>
        public bool IsAsking
        {
            get { return ReceivedBytes < _wantedUntil; }
        }

        /// <summary>Whether the hub did not answer and is left alone for a while.</summary>
        public bool IsPaused(long now)
        {
            return now < _pausedUntil;
        }

        /// <summary>Another offer is followed.</summary>
        public void Begin()
        {
            _length = -1;
            _pausedUntil = 0;
            _asksInVain = 0;
            _failures = 0;
            Refusal = RefusalCodes.None;
            LinkLost();
        }

        /// <summary>What was asked for will not come any more.</summary>
        public void LinkLost()
        {
            _wantedUntil = 0;
            _length = -1;
        }

        /// <summary>A chunk came. It is written at once, since its buffer is the link's.</summary>
        public void Took(byte[] source, int offset, int count, long now)
        {
            BundleChunkHeader header;
            bool isWanted = BundleChunkHeader.TryRead(source, offset, count, out header)
                && _wantedUntil > 0 && Refusal == RefusalCodes.None
                && header.BundleId == _book.Offer.BundleId && header.Offset == ReceivedBytes;
            if (!isWanted)
            {
                return;
            }

            if (header.Length == 0)
            {
                Refusal = RefusalCodes.Truncated;
                return;
            }

            if (header.Length > _book.Offer.SizeBytes - header.Offset)
            {
                Refusal = RefusalCodes.Endless;
                return;
            }

            int at = offset + BundleChunkHeader.Bytes;
            if (_ports.Crc.Compute(source, at, header.Length) != header.Crc32)
            {
                return;
            }

            bool holdsHead = header.Offset == 0
                && (header.Length >= BundleFile.HeadBytesMax || header.Length == _book.Offer.SizeBytes);
            if (holdsHead)
            {
                // Said before its bytes cost a night of airtime; the whole is judged again by its digest.
                Refusal = OfferRules.HeadRefusal(source, at, header.Length, _book.Offer, _book.Record);
            }

            if (Refusal == RefusalCodes.None)
            {
                Append(source, at, header.Length, now);
            }
        }

        /// <summary>
        /// Asks for what is missing, if it may ask now; returns ms until the next step. The slot is being filled.
        /// </summary>
        public int Step(long now, bool mayAsk)
        {
            if (now < _pausedUntil)
            {
                return Left(_pausedUntil, now);
            }

            if (_length < 0)
            {
                _length = _ports.Slots.Length(_book.Idle);
                if (_length < 0)
                {
                    Fail(now);
                    return Limits.RetryMilliseconds;
                }
            }

            if (IsAsking)
            {
                long answerBy = _askedAt + Limits.BundleAnswerTimeoutMilliseconds;
                if (now < answerBy)
                {
                    return Left(answerBy, now);
                }

                _wantedUntil = 0;
                _asksInVain++;
                if (_asksInVain >= Limits.BundleAsksMax)
                {
                    _asksInVain = 0;
                    _pausedUntil = now + Limits.BundlePauseMilliseconds;
                    return Left(_pausedUntil, now);
                }
            }

            return mayAsk && !IsWhole ? Ask(now) : Limits.IdleMilliseconds;
        }

        int Ask(long now)
        {
            uint left = _book.Offer.SizeBytes - ReceivedBytes;
            BundleWant want = new BundleWant();
            want.BundleId = _book.Offer.BundleId;
            want.Offset = ReceivedBytes;
            want.WantedBytes = left < Limits.BundleWindowBytes ? left : Limits.BundleWindowBytes;
            want.ChunkBytes = Protocol.BlockBytes;
            byte[] message = new byte[BundleWant.Bytes];
            want.Write(message, 0);
            if (_ports.Link.Publish(Topics.BundleWant, "", message, 1) == 0)
            {
                return Limits.RetryMilliseconds;
            }

            _askedAt = now;
            _wantedUntil = want.Offset + want.WantedBytes;
            return Limits.BundleAnswerTimeoutMilliseconds;
        }

        void Append(byte[] source, int offset, int count, long now)
        {
            if (!_ports.Slots.Append(_book.Idle, source, offset, count))
            {
                // Some of it may be there, so the length is looked at again.
                LinkLost();
                Fail(now);
                return;
            }

            _length += count;
            _askedAt = now;
            _asksInVain = 0;
            _failures = 0;
        }

        void Fail(long now)
        {
            _failures++;
            _pausedUntil = now + Limits.StoreRetryMilliseconds;
            if (_failures >= Limits.BundleStoreTriesMax)
            {
                Refusal = RefusalCodes.Store;
            }
        }

        static int Left(long until, long now)
        {
            long left = until - now;
            return left < Limits.IdleMilliseconds ? (int)left : Limits.IdleMilliseconds;
        }
    }
}
