using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Brings waiting pictures to the hub, one at a time: begin, want, chunks, end, receipt. Only the newest attempt is
    /// obeyed; whatever gets lost, the picture is offered again until there is a receipt.
    /// </summary>
    public sealed class Delivery
    {
        const byte Idle = 0;
        const byte Offering = 1;
        const byte Offered = 2;
        const byte Sending = 3;
        const byte Ending = 4;
        const byte Ended = 5;

        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CameraClock _clock;
        readonly Spool _spool;
        readonly Window _window;
        readonly SpoolFooter _footer = new SpoolFooter();
        byte _state;
        uint _number;
        uint _bound;
        ushort _attempt;
        int _offers;
        int _rounds;
        int _nextChunk;
        bool _hasSentAll;
        long _deadline;
        long _pausedUntil;
        Want _want;
        Want _newWant;
        Receipt _receipt;
        Later _later;

        internal Delivery(CameraPorts ports, CameraProfile profile, CameraClock clock, Spool spool)
        {
            _ports = ports;
            _profile = profile;
            _clock = clock;
            _spool = spool;
            _window = new Window(profile.Window, profile.ChunkBytes);
            Restart();
        }

        /// <summary>Whether nothing is under way.</summary>
        public bool IsIdle
        {
            get { return _state == Idle; }
        }

        /// <summary>Monotonic time until which nothing is offered, in ms.</summary>
        public long PausedUntil
        {
            get { return _pausedUntil; }
        }

        /// <summary>Begins sent since the start.</summary>
        public uint OfferCount { get; set; }

        /// <summary>Chunks sent since the start.</summary>
        public uint ChunkCount { get; set; }

        /// <summary>A want came.</summary>
        public void Wanted(Want want)
        {
            bool isOurs = IsCurrent(want.SpoolId, want.Counter, want.Attempt)
                && want.ChunkCount == Protocol.ChunkCount(_footer.SizeBytes, _profile.ChunkBytes);
            // While chunks go out, a want is a repetition: the end asks for what is still missing.
            if (isOurs && (_state == Offered || _state == Ended))
            {
                _newWant = want;
            }
        }

        /// <summary>A receipt came.</summary>
        public void Receipted(Receipt receipt)
        {
            if (IsCurrent(receipt.SpoolId, receipt.Counter, receipt.Attempt))
            {
                _receipt = receipt;
            }
        }

        /// <summary>The hub asks for a pause.</summary>
        public void Postponed(Later later)
        {
            if (IsCurrent(later.SpoolId, later.Counter, later.Attempt))
            {
                _later = later;
            }
        }

        /// <summary>The link saw the acknowledgement of a message.</summary>
        public void Acknowledged(int id)
        {
            _window.Acknowledged(id);
        }

        /// <summary>The connection is gone: the current picture is offered again on the next one.</summary>
        public void LinkLost()
        {
            _window.Clear();
            Forget();
            if (_state != Idle)
            {
                _state = Offering;
            }
        }

        /// <summary>A new picture is in the spool, or all is to be tried now: the order starts anew.</summary>
        public void Restart()
        {
            _bound = _profile.IsNewestFirst ? uint.MaxValue : 0;
        }

        /// <summary>Ends a pause.</summary>
        public void Hurry()
        {
            _pausedUntil = 0;
            Restart();
        }

        /// <summary>Goes on as far as it can without waiting; returns ms until the next step, at most.</summary>
        public int Step(long now)
        {
            if (_receipt != null)
            {
                Obey(_receipt, now);
            }

            if (_later != null)
            {
                uint seconds = _later.Seconds < Limits.LaterSecondsMax ? _later.Seconds : Limits.LaterSecondsMax;
                // What the hub is short of, it is short of for every picture, so the pause holds for all of them.
                _pausedUntil = now + (long)seconds * 1000;
                Forget();
                _state = Offering;
            }

            if (now < _pausedUntil)
            {
                return (int)(_pausedUntil - now);
            }

            switch (_state)
            {
                case Idle: return Pick(now);
                case Offering: return Offer(now);
                case Sending: return SendChunks(now);
                case Ending: return SendEnd(now);
                default: return Await(now);
            }
        }

        int Pick(long now)
        {
            uint number;
            if (!_spool.TryPick(_profile.IsNewestFirst, _bound, out number))
            {
                bool isEndOfPass = _bound != (_profile.IsNewestFirst ? uint.MaxValue : 0);
                Restart();
                if (isEndOfPass && _spool.Count > 0)
                {
                    _pausedUntil = now + Limits.PassPauseMilliseconds;
                }

                return Limits.IdleMilliseconds;
            }

            if (!_spool.TryReadFooter(number, _footer))
            {
                _bound = number;
                return 0;
            }

            _number = number;
            _offers = 0;
            _hasSentAll = false;
            _state = Offering;
            return 0;
        }

        int Offer(long now)
        {
            if (!_spool.TryReadFooter(_number, _footer))
            {
                // Dropped by the full-spool policy, or the card is out.
                PutAside();
                return 0;
            }

            // One row of numbers for all pictures of a boot, so that no late answer fits a newer offer.
            ushort attempt = _attempt == ushort.MaxValue ? (ushort)1 : (ushort)(_attempt + 1);
            byte[] message = new byte[Begin.Bytes];
            _footer.ToBegin(attempt, _profile.ChunkBytes).Write(message, 0);
            if (_ports.Link.Publish(Topics.Begin, "", message, 1) == 0)
            {
                return Limits.RetryMilliseconds;
            }

            Forget();
            _attempt = attempt;
            _offers++;
            _rounds = 0;
            OfferCount++;
            _state = Offered;
            _deadline = now + Limits.WantTimeoutMilliseconds;
            return Limits.WantTimeoutMilliseconds;
        }

        int Await(long now)
        {
            if (_newWant == null)
            {
                if (now < _deadline)
                {
                    return (int)(_deadline - now);
                }

                OfferAgain();
                return 0;
            }

            _want = _newWant;
            _newWant = null;
            _offers = 0;
            _rounds++;
            if (_rounds > Limits.RoundsPerAttempt)
            {
                OfferAgain();
                return 0;
            }

            if (_hasSentAll && _want.IsAll)
            {
                // The digest did not match. If the card spoiled the bytes this counts it, and the hub, which gets the
                // same bytes again, keeps them as corrupt on the camera.
                _spool.IsIntact(_number, _footer);
            }

            _nextChunk = 0;
            _state = Sending;
            return 0;
        }

        int SendChunks(long now)
        {
            long oldest = _window.OldestAt();
            if (oldest >= 0 && now - oldest >= Limits.AcknowledgementTimeoutMilliseconds)
            {
                // M2Mqtt says nothing when it runs out of memory: the acknowledgement just never comes.
                _ports.Link.Disconnect(false);
                return 0;
            }

            while (_window.HasRoom)
            {
                while (_nextChunk < _want.ChunkCount && !_want.IsMissing(_nextChunk))
                {
                    _nextChunk++;
                }

                if (_nextChunk == _want.ChunkCount)
                {
                    break;
                }

                int at = _nextChunk * _profile.ChunkBytes;
                int left = (int)_footer.SizeBytes - at;
                byte[] message = _window.Buffer(left);
                int length = message.Length - ChunkHeader.Bytes;
                if (!_spool.TryRead(_number, at, message, ChunkHeader.Bytes, length))
                {
                    _pausedUntil = now + Limits.StoreRetryMilliseconds;
                    PutAside();
                    return Limits.StoreRetryMilliseconds;
                }

                ChunkHeader header = default(ChunkHeader);
                header.SpoolId = _footer.SpoolId;
                header.Counter = _footer.Counter;
                header.Attempt = _attempt;
                header.Index = (ushort)_nextChunk;
                header.Length = (ushort)length;
                header.Crc32 = _ports.Crc.Compute(message, ChunkHeader.Bytes, length);
                header.Write(message, 0);
                int id = _ports.Link.Publish(Topics.Chunk, _want.Route, message, 1);
                if (id == 0)
                {
                    return Limits.RetryMilliseconds;
                }

                _window.Sent(id, now);
                ChunkCount++;
                _nextChunk++;
            }

            if (_window.IsEmpty)
            {
                _state = Ending;
                return 0;
            }

            return (int)(_window.OldestAt() + Limits.AcknowledgementTimeoutMilliseconds - now);
        }

        int SendEnd(long now)
        {
            End end = new End();
            end.SpoolId = _footer.SpoolId;
            end.Counter = _footer.Counter;
            end.Attempt = _attempt;
            byte[] message = new byte[End.Bytes];
            end.Write(message, 0);
            if (_ports.Link.Publish(Topics.End, _want.Route, message, 1) == 0)
            {
                return Limits.RetryMilliseconds;
            }

            _hasSentAll = true;
            _state = Ended;
            _deadline = now + Limits.WantTimeoutMilliseconds;
            return Limits.WantTimeoutMilliseconds;
        }

        void Obey(Receipt receipt, long now)
        {
            // Chunks that are under way stay in the window: the link may still hold their buffers.
            Forget();
            bool isDone;
            switch (receipt.Outcome)
            {
                case ReceiptOutcomes.Stored:
                case ReceiptOutcomes.Duplicate:
                case ReceiptOutcomes.Quarantined:
                    _spool.Receipted(_number, _footer, receipt.Outcome, receipt.Code, _clock.Seconds);
                    isDone = true;
                    break;
                case ReceiptOutcomes.Conflict:
                    isDone = _spool.GiveWay(_number, _footer) || (_footer.Renames < Limits.RenamesMax
                        ? _spool.Rename(_number, _footer)
                        : _spool.Bury(_number, _footer));
                    break;
                case ReceiptOutcomes.Never:
                    isDone = _spool.GiveWay(_number, _footer) || _spool.Bury(_number, _footer);
                    break;
                default:
                    isDone = false;
                    break;
            }

            if (!isDone)
            {
                _pausedUntil = now + Limits.StoreRetryMilliseconds;
                PutAside();
                return;
            }

            _state = Idle;
        }

        void OfferAgain()
        {
            Forget();
            _state = Offering;
            if (_offers >= Limits.OffersPerTurn)
            {
                PutAside();
            }
        }

        void PutAside()
        {
            Forget();
            _bound = _number;
            _state = Idle;
        }

        void Forget()
        {
            _newWant = null;
            _receipt = null;
            _later = null;
        }

        bool IsCurrent(ulong spoolId, ulong counter, ushort attempt)
        {
            return _state != Idle && _state != Offering && attempt == _attempt
                && spoolId == _footer.SpoolId && counter == _footer.Counter;
        }
    }
}
