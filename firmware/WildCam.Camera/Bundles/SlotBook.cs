using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>The slot record as the application sees it: what runs, what is idle, which offer is followed.</summary>
    public sealed class SlotBook
    {
        readonly ISlotStore _store;
        SlotRecord _record;
        BundleOffer _offer;
        bool _isDirty;

        /// <summary>The record of this store.</summary>
        public SlotBook(ISlotStore store)
        {
            _store = store;
        }

        /// <summary>
        /// The record. Who changes it calls <see cref="Change"/> then. It is read when it is first needed, so that a
        /// wake comes to its shutter first.
        /// </summary>
        public SlotRecord Record
        {
            get
            {
                if (_record == null)
                {
                    Read();
                }

                return _record;
            }
        }

        /// <summary>The offer that is followed, or was last; null where there was none.</summary>
        public BundleOffer Offer
        {
            get { return Record == null ? null : _offer; }
        }

        /// <summary>Whether bytes are still to come, or a whole bundle waits for its trial.</summary>
        public bool IsOpen
        {
            get
            {
                return Record.UpdateState == BundleStates.Downloading || Record.UpdateState == BundleStates.Verified;
            }
        }

        /// <summary>The slot that bundles go to.</summary>
        public byte Idle
        {
            get { return Slots.IdleBeside(_store.RunningSlot); }
        }

        /// <summary>Whether the running application is the one on trial.</summary>
        public bool IsOnTrial
        {
            get { return Record.Trial != Slots.None && Record.Trial == _store.RunningSlot; }
        }

        /// <summary>Whether the record on the board is older than the one here.</summary>
        public bool IsDirty
        {
            get { return _isDirty; }
        }

        /// <summary>Whether this application, on no trial, has to answer for a start that the loader counted.</summary>
        public bool IsUnanswered
        {
            get
            {
                return _store.RunningSlot != Slots.NoLoader && Record.Trial == Slots.None && Record.Attempts > 0;
            }
        }

        /// <summary>This application lives: the loader counts anew. <see cref="Save"/> makes it durable.</summary>
        public void Answer()
        {
            if (IsUnanswered)
            {
                Record.Attempts = 0;
                _isDirty = true;
            }
        }

        /// <summary>Follows an offer from its start.</summary>
        public void Follow(BundleOffer offer, byte updateState, ushort code)
        {
            byte[] memo = new byte[BundleOffer.Bytes];
            offer.Write(memo, 0);
            _offer = offer;
            Record.Memo = memo;
            if (Record.Chosen == Idle)
            {
                // The loader left it, and could not write that down. It is about to be erased.
                Record.Chosen = (byte)_store.RunningSlot;
            }

            Record.SetState(Idle, SlotStates.Empty);
            Change(updateState, code);
        }

        /// <summary>The update stands differently; <see cref="Save"/> makes it durable.</summary>
        public void Change(byte updateState, ushort code)
        {
            Record.UpdateState = updateState;
            Record.Code = code;
            _isDirty = true;
        }

        /// <summary>Writes what has changed; false where the store failed: nothing may be built on it then.</summary>
        public bool Save()
        {
            if (!_isDirty)
            {
                return true;
            }

            byte[] bytes = Record.NextBytes();
            if (!_store.WriteRecord(Record.Copy, bytes))
            {
                // The other copy is still the newest, so the next try goes to this one again.
                Record.Sequence--;
                return false;
            }

            _isDirty = false;
            return true;
        }

        /// <summary>Takes the record from the board, and forgets what was not saved.</summary>
        public void Read()
        {
            _record = SlotRecord.Newest(_store.ReadRecord(0), _store.ReadRecord(1));
            BundleOffer offer;
            _offer = BundleOffer.TryRead(_record.Memo, 0, _record.Memo.Length, out offer) ? offer : null;
            _isDirty = false;
            if (_record.Trial != Slots.None && !IsOnTrial)
            {
                // The loader did not dare to start what it could not count.
                _record.FallBack(RefusalCodes.NotTried);
                _isDirty = true;
            }

            if (_record.UpdateState == BundleStates.Verified && _record.StateOf(Idle) != SlotStates.Verified)
            {
                // What ran before did not load any more, so the bundle lies in what is no longer the idle slot.
                _record.SetState(Idle, SlotStates.Empty);
                Change(BundleStates.Downloading, RefusalCodes.None);
            }

            if (IsOpen && _offer == null)
            {
                // Another version wrote an offer that this one cannot read: the hub offers again.
                Change(BundleStates.None, RefusalCodes.None);
            }
        }
    }
}
