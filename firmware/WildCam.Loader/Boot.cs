using WildCam.Wire;

namespace WildCam.Loader
{
    /// <summary>
    /// One start of the board: choose, load, run, rest. It never ends without another start, since a stock image waits
    /// in its debugger until somebody pulls the plug once Main has returned.
    /// </summary>
    public sealed class Boot
    {
        /// <summary>
        /// After an application has ended the board stays awake for so long, in ms, so that a cable still finds it.
        /// </summary>
        public const int AwakeMilliseconds = 10000;

        /// <summary>
        /// A version that has not answered for its start by then is restarted, in ms. A little longer than the
        /// application's own limit, for those that hang.
        /// </summary>
        public const int GuardMilliseconds = 900000;

        readonly ILoaderStore _store;
        readonly IMachine _machine;
        readonly IReset _reset;
        readonly SlotChoice _choice;

        /// <summary>A start with these ports; the stamp is that of the built-in application's build.</summary>
        public Boot(ILoaderStore store, IMachine machine, IReset reset, ulong builtInStamp)
        {
            _store = store;
            _machine = machine;
            _reset = reset;
            _choice = new SlotChoice(store, builtInStamp);
        }

        /// <summary>Whether what runs has to answer for this start; <see cref="Guard"/> watches it then.</summary>
        public bool IsWatched
        {
            get { return _choice.IsCounted; }
        }

        /// <summary>Chooses what to run, and counts the start.</summary>
        public void Choose()
        {
            _choice.Choose(_reset.IsWake);
        }

        /// <summary>Loads and runs it; rests when it has ended, and starts anew.</summary>
        public void Run()
        {
            if (Start())
            {
                End();
            }
        }

        /// <summary>Loads and runs it: true once it has ended, false where the board was told to start anew.</summary>
        public bool Start()
        {
            if (_choice.MustRest)
            {
                _reset.Sleep(SlotChoice.RestSecondsMin);
                return false;
            }

            byte slot = _choice.Slot;
            bool hasRun = slot != Slots.BuiltIn && TryLoad(slot) && _machine.TryRun(slot, _choice.IsPending);
            if (!hasRun)
            {
                // A failed load may have left half an application behind, so a restart is better than going on.
                if (slot != Slots.BuiltIn && _choice.Failed())
                {
                    _reset.Reboot();
                    return false;
                }

                _machine.Forget();
                _machine.TryRun(Slots.BuiltIn, false);
            }

            return true;
        }

        /// <summary>The application has ended: that counts, and the board rests before it starts anew.</summary>
        public void End()
        {
            _machine.Pause(AwakeMilliseconds);
            _reset.Sleep(_choice.Ended());
        }

        /// <summary>
        /// For a thread of its own beside a version that has to answer: restarts the board when that takes too long.
        /// Stock images have no watchdog; the runtime shares time among threads, so a loop without end does not stop
        /// this.
        /// </summary>
        public void Guard()
        {
            _machine.Pause(GuardMilliseconds);
            if (SlotChoice.IsUnanswered(_store))
            {
                _reset.Reboot();
            }
        }

        bool TryLoad(byte slot)
        {
            byte[] start = _store.ReadSlot(slot, 0, BundleFile.FixedBytes);
            if (start == null)
            {
                return false;
            }

            int headBytes = LittleEndian.ReadUInt16(start, 4);
            byte[] bytes = headBytes <= BundleFile.HeadBytesMax ? _store.ReadSlot(slot, 0, headBytes) : null;
            BundleFile head;
            bool fits = bytes != null && BundleFile.TryRead(bytes, 0, bytes.Length, out head)
                && head.Contract == BundleFile.ContractNow && IsNewEnough(head) && TryLoadAll(slot, head);
            return fits;
        }

        bool TryLoadAll(byte slot, BundleFile head)
        {
            int at = head.HeadBytes;
            for (int i = 0; i < head.Sizes.Length; i++)
            {
                byte[] assembly = _store.ReadSlot(slot, at, (int)head.Sizes[i]);
                if (assembly == null || !_machine.TryLoad(assembly))
                {
                    return false;
                }

                at += assembly.Length;
            }

            return true;
        }

        static bool IsNewEnough(BundleFile head)
        {
            return head.LoaderMajor < SlotChoice.Major
                || (head.LoaderMajor == SlotChoice.Major && head.LoaderMinor <= SlotChoice.Minor);
        }
    }
}
