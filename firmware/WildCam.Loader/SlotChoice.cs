using WildCam.Wire;

namespace WildCam.Loader
{
    /// <summary>
    /// Which application runs. An attempt of a slot on trial is written down before it is loaded, so whatever the new
    /// version does to the board, the third start without a confirmation is its last.
    /// </summary>
    public sealed class SlotChoice
    {
        /// <summary>Version of this loader, first part; rises when older applications cannot live with it.</summary>
        public const ushort Major = 1;

        /// <summary>Version of this loader, second part.</summary>
        public const ushort Minor = 0;

        /// <summary>Starts that a version on trial has.</summary>
        public const int AttemptsMax = 3;

        readonly ILoaderStore _store;
        SlotRecord _record;

        /// <summary>The choice of one start.</summary>
        public SlotChoice(ILoaderStore store)
        {
            _store = store;
            Slot = Slots.BuiltIn;
        }

        /// <summary>What to run, a value of WildCam.Wire.Slots.</summary>
        public byte Slot { get; set; }

        /// <summary>Whether it is on trial.</summary>
        public bool IsPending { get; set; }

        /// <summary>Chooses, and counts the attempt.</summary>
        public void Choose()
        {
            Read();
            bool isDirty = _record.LoaderMajor != Major || _record.LoaderMinor != Minor;
            _record.LoaderMajor = Major;
            _record.LoaderMinor = Minor;
            if (IsSlot(_record.Trial) && _record.Attempts < AttemptsMax)
            {
                _record.Attempts++;
                Slot = _record.Trial;
                IsPending = Save();
                if (IsPending)
                {
                    return;
                }

                // An attempt that is not counted could be repeated without end.
                Read();
                Slot = Stable();
                return;
            }

            if (IsSlot(_record.Trial))
            {
                _record.FallBack(RefusalCodes.NeverConfirmed);
                isDirty = true;
            }

            if (isDirty)
            {
                // Where this fails the next start comes to the same.
                Save();
            }

            Slot = Stable();
        }

        /// <summary>
        /// What was chosen did not load: it is bad from now on. False where that could not be written down, so that a
        /// restart would only come to the same.
        /// </summary>
        public bool Failed()
        {
            if (IsPending)
            {
                _record.FallBack(RefusalCodes.NotLoaded);
            }
            else
            {
                bool isOpen = _record.UpdateState == BundleStates.Downloading
                    || _record.UpdateState == BundleStates.Verified;
                _record.SetState(Slot, SlotStates.Bad);
                _record.UpdateState = isOpen ? _record.UpdateState : BundleStates.FellBack;
                _record.Code = isOpen ? _record.Code : RefusalCodes.NotLoaded;
                _record.Chosen = Slots.BuiltIn;
                byte other = Slots.IdleBeside(Slot);
                if (_record.StateOf(other) == SlotStates.Good)
                {
                    _record.Chosen = other;
                }
            }

            IsPending = false;
            Slot = Slots.BuiltIn;
            return Save();
        }

        /// <summary>Whether a trial is still open.</summary>
        public static bool IsTrialOpen(ILoaderStore store)
        {
            return IsSlot(SlotRecord.Newest(store.ReadRecord(0), store.ReadRecord(1)).Trial);
        }

        byte Stable()
        {
            byte chosen = _record.Chosen;
            return IsSlot(chosen) && _record.StateOf(chosen) == SlotStates.Good ? chosen : Slots.BuiltIn;
        }

        void Read()
        {
            _record = SlotRecord.Newest(_store.ReadRecord(0), _store.ReadRecord(1));
        }

        bool Save()
        {
            byte[] bytes = _record.NextBytes();
            return _store.WriteRecord(_record.Copy, bytes);
        }

        static bool IsSlot(byte slot)
        {
            return slot == Slots.A || slot == Slots.B;
        }
    }
}
