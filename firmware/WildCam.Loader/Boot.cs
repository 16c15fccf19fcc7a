using WildCam.Wire;

namespace WildCam.Loader
{
    /// <summary>
    /// One start of the board: choose, load, run, restart. It never ends without a restart, since a stock image waits
    /// in its debugger until somebody pulls the plug once Main has returned.
    /// </summary>
    public sealed class Boot
    {
        /// <summary>Pause before the restart after an application has ended, in ms: it spares the battery.</summary>
        public const int RestartPauseMilliseconds = 10000;

        /// <summary>
        /// A version on trial that is neither confirmed nor restarted by itself by then is restarted, in ms. A little
        /// longer than the application's own limit, for those that hang.
        /// </summary>
        public const int GuardMilliseconds = 900000;

        readonly ILoaderStore _store;
        readonly IMachine _machine;
        readonly IReset _reset;
        readonly SlotChoice _choice;

        /// <summary>A start with these ports.</summary>
        public Boot(ILoaderStore store, IMachine machine, IReset reset)
        {
            _store = store;
            _machine = machine;
            _reset = reset;
            _choice = new SlotChoice(store);
        }

        /// <summary>Whether what was chosen is on trial; then <see cref="Guard"/> is to run beside it.</summary>
        public bool IsPending
        {
            get { return _choice.IsPending; }
        }

        /// <summary>Chooses what to run, and counts the attempt.</summary>
        public void Choose()
        {
            _choice.Choose();
        }

        /// <summary>Loads and runs it, and restarts when it ends.</summary>
        public void Run()
        {
            byte slot = _choice.Slot;
            bool hasRun = slot != Slots.BuiltIn && TryLoad(slot) && _machine.TryRun(slot, _choice.IsPending);
            if (!hasRun)
            {
                // A failed load may have left half an application behind, so a restart is better than going on.
                if (slot != Slots.BuiltIn && _choice.Failed())
                {
                    _reset.Reboot();
                    return;
                }

                _machine.Forget();
                _machine.TryRun(Slots.BuiltIn, false);
            }

            _machine.Pause(RestartPauseMilliseconds);
            _reset.Reboot();
        }

        /// <summary>
        /// For a thread of its own beside a version on trial: restarts the board when the trial takes too long. Stock
        /// images have no watchdog; the runtime shares time among threads, so a loop without end does not stop this.
        /// </summary>
        public void Guard()
        {
            _machine.Pause(GuardMilliseconds);
            if (SlotChoice.IsTrialOpen(_store))
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
