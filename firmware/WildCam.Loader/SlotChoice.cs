using WildCam.Wire;

namespace WildCam.Loader
{
    /// <summary>
    /// Which application runs. A start of a slot on trial is written down before it is loaded, so whatever the new
    /// version does to the board, the third start without a confirmation is its last. The same holds for what was
    /// confirmed, when the board starts other than out of a sleep: one that ends soon after each start gives way.
    /// </summary>
    public sealed class SlotChoice
    {
        /// <summary>Version of this loader, first part; rises when older applications cannot live with it.</summary>
        public const ushort Major = 1;

        /// <summary>Version of this loader, second part.</summary>
        public const ushort Minor = 0;

        /// <summary>Starts that a version on trial has.</summary>
        public const int AttemptsMax = 3;

        /// <summary>Starts in a row that nobody answers for, before another good version has its turn.</summary>
        public const int StartsMax = 6;

        /// <summary>Rest after an application has ended, in seconds; it grows by four with every StartsMax.</summary>
        public const int RestSecondsMin = 60;

        /// <summary>Longest rest, in seconds.</summary>
        public const int RestSecondsMax = 3600;

        // A multiple of StartsMax: where the count is full it goes on from here.
        const byte StartsKept = 36 * StartsMax;

        readonly ILoaderStore _store;
        readonly ulong _builtInStamp;
        SlotRecord _record;

        /// <summary>The choice of one start; the stamp is that of the built-in application's build.</summary>
        public SlotChoice(ILoaderStore store, ulong builtInStamp)
        {
            _store = store;
            _builtInStamp = builtInStamp;
            Slot = Slots.BuiltIn;
        }

        /// <summary>What to run, a value of WildCam.Wire.Slots.</summary>
        public byte Slot { get; set; }

        /// <summary>Whether it is on trial.</summary>
        public bool IsPending { get; set; }

        /// <summary>Whether this start is counted, so that the application has to answer for it.</summary>
        public bool IsCounted { get; set; }

        /// <summary>
        /// Whether the board is to rest first: it starts again and again, and nothing that runs ends or sleeps.
        /// </summary>
        public bool MustRest { get; set; }

        /// <summary>Chooses, and counts the start where it is no wake out of a sleep.</summary>
        public void Choose(bool isWake)
        {
            Read();
            bool isDirty = _record.LoaderMajor != Major || _record.LoaderMinor != Minor;
            _record.LoaderMajor = Major;
            _record.LoaderMinor = Minor;
            if (_record.BuiltInStamp != _builtInStamp)
            {
                // Somebody flashed another build: it runs, and what the slots hold is of no account any more.
                _record.Begin(_builtInStamp);
                isDirty = true;
            }

            if (IsSlot(_record.Trial) && _record.Attempts < AttemptsMax)
            {
                _record.Attempts++;
                Slot = _record.Trial;
                IsCounted = Save();
                IsPending = IsCounted;
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

            ChooseStable(isWake, isDirty);
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
                _record.SetState(Slot, SlotStates.Bad);
                byte other = Slots.IdleBeside(Slot);
                Leave(_record.StateOf(other) == SlotStates.Good ? other : Slots.BuiltIn, RefusalCodes.NotLoaded);
                _record.Attempts = 0;
            }

            IsPending = false;
            Slot = Slots.BuiltIn;
            return Save();
        }

        /// <summary>
        /// The application has ended, which it never should: sees to it that this counts, also after a wake, and
        /// returns the seconds to rest.
        /// </summary>
        public int Ended()
        {
            // The application may have written the record since.
            Read();
            if (!IsSlot(_record.Trial) && _record.Attempts == 0)
            {
                _record.Attempts = 1;
                Save();
            }

            int seconds = RestSecondsMin;
            for (int rounds = _record.Attempts / StartsMax; rounds > 0 && seconds < RestSecondsMax; rounds--)
            {
                seconds *= 4;
            }

            return seconds < RestSecondsMax ? seconds : RestSecondsMax;
        }

        /// <summary>Whether no application has answered yet for the start that was counted last.</summary>
        public static bool IsUnanswered(ILoaderStore store)
        {
            SlotRecord record = SlotRecord.Newest(store.ReadRecord(0), store.ReadRecord(1));
            return IsSlot(record.Trial) || record.Attempts > 0;
        }

        void ChooseStable(bool isWake, bool isDirty)
        {
            byte starts = _record.Attempts;
            bool isRoundOver = starts > 0 && starts % StartsMax == 0;
            if (!isWake && isRoundOver)
            {
                // Nothing slept, so the board restarts by itself: by a wake it comes back here.
                MustRest = true;
                return;
            }

            if (isRoundOver)
            {
                Leave(Next(Stable(), starts / StartsMax), RefusalCodes.Died);
            }

            // Out of a sleep nothing is written, as long as all is well.
            bool counts = !isWake || starts > 0;
            if (counts)
            {
                _record.Attempts = (byte)((starts < byte.MaxValue ? starts : StartsKept) + 1);
            }

            // Where this fails the next start comes to the same.
            IsCounted = (counts || isDirty) && Save() && counts;
            Slot = Stable();
        }

        // The other slot first, then the built-in application, then the slots again by turns.
        byte Next(byte from, int round)
        {
            byte other = Slots.IdleBeside(from);
            if (from == Slots.BuiltIn)
            {
                byte first = (round & 2) != 0 ? Slots.B : Slots.A;
                other = _record.StateOf(first) == SlotStates.Good ? first : Slots.IdleBeside(first);
                return _record.StateOf(other) == SlotStates.Good ? other : Slots.BuiltIn;
            }

            return (round & 1) != 0 && _record.StateOf(other) == SlotStates.Good ? other : Slots.BuiltIn;
        }

        void Leave(byte next, ushort code)
        {
            if (_record.UpdateState == BundleStates.Confirmed && next != _record.Chosen)
            {
                // What the hub offered last is what is left here.
                _record.UpdateState = BundleStates.FellBack;
                _record.Code = code;
            }

            _record.Chosen = next;
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
            if (_store.WriteRecord(_record.Copy, bytes))
            {
                return true;
            }

            // The other copy is still the newest, so the next try goes to this one again.
            _record.Sequence--;
            return false;
        }

        static bool IsSlot(byte slot)
        {
            return slot == Slots.A || slot == Slots.B;
        }
    }
}
