using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// New firmware, from the offer to its confirmation. Every step is written down before the next one builds on it,
    /// so a power cut anywhere leaves the step before; pictures go first throughout.
    /// </summary>
    public sealed class Updates
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly SlotBook _book;
        readonly Download _download;
        readonly Verification _verification;
        readonly Trial _trial;
        BundleState _answer;
        bool _mustTell;
        bool _isLowOnBattery;
        bool _isReady;
        int _eraseFailures;
        long _hinderedSince = -1;
        long _livesSince = -1;
        long _now;

        internal Updates(CameraPorts ports, CameraProfile profile, Session session, Shutter shutter, Spool spool)
        {
            _ports = ports;
            _profile = profile;
            _book = new SlotBook(ports.Slots);
            _download = new Download(ports, _book);
            _verification = new Verification(ports.Slots, _book);
            _trial = new Trial(session, shutter, spool);
        }

        /// <summary>How the last update stands, a value of BundleStates.</summary>
        public byte State
        {
            get { return _isLowOnBattery ? BundleStates.WaitsForBattery : _book.Record.UpdateState; }
        }

        /// <summary>Whether this version is on trial; it connects and uploads whatever its policy says.</summary>
        public bool IsOnTrial
        {
            get { return _book.IsOnTrial; }
        }

        /// <summary>Whether the board is to be restarted now: into the new version, or for the next attempt.</summary>
        public bool MustReboot { get; set; }

        /// <summary>Whether sleep would only cost another connection.</summary>
        public bool IsBusy(long now)
        {
            bool isUnderWay = _book.IsOpen && !_isLowOnBattery && !_download.IsPaused(now);
            return IsOnTrial || MustLive(now) || (_isReady && (_mustTell || _answer != null || isUnderWay));
        }

        /// <summary>An offer came.</summary>
        public void Offered(BundleOffer offer)
        {
            if (_ports.Slots.RunningSlot == Slots.NoLoader)
            {
                Answer(offer, RefusalCodes.NoLoader);
                return;
            }

            if (!OfferRules.IsAuthentic(offer, _profile.UpdateKey))
            {
                Answer(offer, RefusalCodes.BadAuthenticator);
                return;
            }

            BundleOffer followed = _book.Offer;
            if (followed != null && OfferRules.AreSame(offer.Authenticator, followed.Authenticator))
            {
                // The hub sends it again until it knows what became of it.
                _mustTell = true;
                return;
            }

            if (followed != null && offer.Number <= followed.Number)
            {
                Answer(offer, RefusalCodes.Stale);
                // A hub that lost count goes on from there.
                _answer.OfferNumber = followed.Number;
                return;
            }

            if (_book.Record.Trial != Slots.None)
            {
                Answer(offer, RefusalCodes.OnTrial);
                return;
            }

            if ((offer.Flags & BundleOffer.Withdrawn) != 0)
            {
                Withdraw(offer);
                return;
            }

            ushort refusal = OfferRules.FirstRefusal(offer, _profile, _ports.Slots.CapacityBytes);
            if (refusal != RefusalCodes.None)
            {
                Answer(offer, refusal);
                return;
            }

            _book.Follow(offer, BundleStates.Downloading, RefusalCodes.None);
            Restart(offer);
        }

        /// <summary>A chunk of a bundle came.</summary>
        public void Took(byte[] source, int offset, int count, long now)
        {
            bool isFilling = _book.Record.UpdateState == BundleStates.Downloading && !_book.IsDirty
                && _book.Record.StateOf(_book.Idle) == SlotStates.Filling;
            if (isFilling)
            {
                _download.Took(source, offset, count, now);
            }
        }

        /// <summary>The connection is ready: the hub is told how the update stands.</summary>
        public void LinkReady()
        {
            _isReady = true;
            _mustTell = _book.Record.UpdateState != BundleStates.None;
        }

        /// <summary>The connection is gone.</summary>
        public void LinkLost()
        {
            if (_isReady)
            {
                _isReady = false;
                _download.LinkLost();
            }
        }

        /// <summary>
        /// Does the next piece; returns ms until the next step. <paramref name="isQuiet"/>: no picture is being taken
        /// or delivered, or waits for it.
        /// </summary>
        public int Step(long now, bool isQuiet)
        {
            _now = now;
            if (isQuiet || _hinderedSince < 0)
            {
                _hinderedSince = now;
            }

            _livesSince = _livesSince < 0 ? now : _livesSince;
            bool mustLive = MustLive(now);
            if (!mustLive)
            {
                _book.Answer();
            }

            if (!_book.Save())
            {
                return Limits.StoreRetryMilliseconds;
            }

            bool isFree = isQuiet || now - _hinderedSince >= Limits.BundleStarvedMilliseconds;
            int wait = Act(isFree);
            wait = mustLive ? Sooner(wait, (int)(_livesSince + Limits.LifeMilliseconds - now)) : wait;
            return _book.IsDirty ? 0 : Sooner(wait, Tell());
        }

        // Whether the loader waits for a sign of life, and it is too early for one.
        bool MustLive(long now)
        {
            return _book.IsUnanswered && (_livesSince < 0 || now - _livesSince < Limits.LifeMilliseconds);
        }

        int Act(bool isFree)
        {
            switch (_book.Record.UpdateState)
            {
                case BundleStates.Downloading:
                    return HasBattery() ? Fill(isFree) : Limits.IdleMilliseconds;
                case BundleStates.Verified:
                    return HasBattery() && isFree ? TellAndInstall() : Limits.IdleMilliseconds;
                case BundleStates.Pending:
                    return IsOnTrial ? Try() : Limits.IdleMilliseconds;
                default:
                    return Limits.IdleMilliseconds;
            }
        }

        int Fill(bool isFree)
        {
            byte idle = _book.Idle;
            if (_book.Record.StateOf(idle) != SlotStates.Filling)
            {
                return Erase(idle);
            }

            if (_download.IsWhole)
            {
                int next = _verification.Step();
                if (_verification.IsPassed)
                {
                    _book.Record.SetState(idle, SlotStates.Verified);
                    Change(BundleStates.Verified, RefusalCodes.None);
                }

                return Refuse(_verification.Refusal) || _verification.IsPassed ? 0 : next;
            }

            if (Refuse(_download.Refusal))
            {
                return 0;
            }

            bool wasAsking = _download.IsAsking;
            int wait = _download.Step(_now, isFree && _isReady);
            if (_download.IsAsking && !wasAsking)
            {
                // One window each time, so that a camera which never rests still delivers pictures first.
                _hinderedSince = _now;
            }

            return Refuse(_download.Refusal) || _download.IsWhole ? 0 : wait;
        }

        int Erase(byte idle)
        {
            if (!_ports.Slots.Erase(idle))
            {
                _eraseFailures++;
                return Refuse(_eraseFailures >= Limits.BundleStoreTriesMax ? RefusalCodes.Store : RefusalCodes.None)
                    ? 0
                    : Limits.StoreRetryMilliseconds;
            }

            // Only now does the length of the slot say how much of this bundle is there.
            _book.Record.SetState(idle, SlotStates.Filling);
            Change(BundleStates.Downloading, RefusalCodes.None);
            return 0;
        }

        int TellAndInstall()
        {
            if (_isReady && _mustTell)
            {
                return Limits.RetryMilliseconds;
            }

            _book.Record.Trial = _book.Idle;
            _book.Record.Attempts = 0;
            Change(BundleStates.Pending, RefusalCodes.None);
            MustReboot = _book.Save();
            if (!MustReboot)
            {
                _book.Read();
                return Limits.StoreRetryMilliseconds;
            }

            return 0;
        }

        int Try()
        {
            if (_trial.IsPassed)
            {
                byte slot = _book.Record.Trial;
                _book.Record.Chosen = slot;
                _book.Record.Trial = Slots.None;
                _book.Record.Attempts = 0;
                _book.Record.SetState(slot, SlotStates.Good);
                Change(BundleStates.Confirmed, RefusalCodes.None);
                return 0;
            }

            MustReboot = _trial.IsOver(_now);
            return MustReboot ? 0 : _trial.Step(_now);
        }

        void Withdraw(BundleOffer offer)
        {
            if (!_book.IsOpen || _book.Offer == null || _book.Offer.BundleId != offer.BundleId)
            {
                Answer(offer, RefusalCodes.Withdrawn);
                return;
            }

            // Followed by this one, so that the offer before it is stale from now on.
            _book.Follow(offer, BundleStates.Refused, RefusalCodes.Withdrawn);
            Restart(offer);
        }

        void Restart(BundleOffer offer)
        {
            if (!_book.Save())
            {
                _book.Read();
                Answer(offer, RefusalCodes.Store);
                return;
            }

            _isLowOnBattery = false;
            _eraseFailures = 0;
            _download.Begin();
            _verification.Restart();
            _mustTell = true;
        }

        bool Refuse(ushort code)
        {
            if (code == RefusalCodes.None)
            {
                return false;
            }

            _book.Record.SetState(_book.Idle, SlotStates.Bad);
            Change(BundleStates.Refused, code);
            return true;
        }

        void Change(byte state, ushort code)
        {
            _mustTell |= _book.Record.UpdateState != state;
            _book.Change(state, code);
        }

        void Answer(BundleOffer offer, ushort code)
        {
            _answer = new BundleState();
            _answer.BundleId = offer.BundleId;
            _answer.OfferNumber = offer.Number;
            _answer.State = BundleStates.Refused;
            _answer.Code = code;
        }

        bool HasBattery()
        {
            int percent = _ports.Power.BatteryPercent;
            int floor = Limits.BundleBatteryPercentMin;
            floor = _book.Offer.BatteryPercentMin > floor ? _book.Offer.BatteryPercentMin : floor;
            floor = _isLowOnBattery ? floor + Limits.BundleBatteryMarginPercent : floor;
            bool isLow = percent != Protocol.NoPercent && percent < (floor < 100 ? floor : 100);
            _mustTell |= isLow != _isLowOnBattery;
            _isLowOnBattery = isLow;
            return !isLow;
        }

        int Tell()
        {
            if (!_isReady)
            {
                return Limits.IdleMilliseconds;
            }

            if (_answer != null && Publish(_answer))
            {
                _answer = null;
            }

            if (_mustTell && _book.Offer != null)
            {
                BundleState state = new BundleState();
                state.BundleId = _book.Offer.BundleId;
                state.OfferNumber = _book.Offer.Number;
                state.State = State;
                state.Code = _book.Record.Code;
                state.ReceivedBytes = _download.ReceivedBytes;
                _mustTell = !Publish(state);
            }

            return _answer != null || _mustTell ? Limits.RetryMilliseconds : Limits.IdleMilliseconds;
        }

        bool Publish(BundleState state)
        {
            byte[] message = new byte[BundleState.Bytes];
            state.Write(message, 0);
            return _ports.Link.Publish(Topics.Bundle, "", message, 1) != 0;
        }

        static int Sooner(int one, int other)
        {
            return one < other ? one : other;
        }
    }
}
