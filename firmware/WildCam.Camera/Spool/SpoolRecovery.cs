using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Looks, folder by folder, at what earlier boots left: counts whole pictures, deletes files that were cut off,
    /// that are receipted, or that another file replaced. Pictures taken meanwhile have higher numbers.
    /// </summary>
    public sealed class SpoolRecovery
    {
        readonly Spool _spool;
        readonly SpoolFiles _files;
        readonly ReceiptLedger _ledger;
        readonly CaptureIds _ids;
        readonly SpoolFooter _footer = new SpoolFooter();
        readonly SpoolFooter _other = new SpoolFooter();
        byte _area = StoreAreas.Dead;
        uint _from;
        uint _end;
        uint _heldEnd;

        internal SpoolRecovery(Spool spool, SpoolFiles files, ReceiptLedger ledger, CaptureIds ids)
        {
            _spool = spool;
            _files = files;
            _ledger = ledger;
            _ids = ids;
        }

        /// <summary>Whether all folders have been looked at.</summary>
        public bool IsDone { get; set; }

        /// <summary>
        /// Starts, for files with numbers below <paramref name="end"/> and held captures with numbers below
        /// <paramref name="heldEnd"/>.
        /// </summary>
        public void Begin(uint end, uint heldEnd)
        {
            _end = end;
            _heldEnd = heldEnd;
            _area = StoreAreas.Dead;
            _from = 0;
            IsDone = false;
        }

        /// <summary>Looks at the next folder.</summary>
        public void Step(uint[] numbers)
        {
            uint folder;
            if (!_files.Store.FindFolder(_area, _from, true, out folder))
            {
                IsDone = _area == StoreAreas.Spool;
                _area = _area == StoreAreas.Dead ? StoreAreas.Held : StoreAreas.Spool;
                _from = 0;
                return;
            }

            // In order, so that a replaced file is counted before the file that replaces it has it removed.
            int count = _files.Store.List(_area, folder, numbers);
            Sort(numbers, count);
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] < (_area == StoreAreas.Held ? _heldEnd : _end))
                {
                    Look(numbers[i]);
                }
            }

            _from = folder + 1;
        }

        void Look(uint number)
        {
            long length = _files.Store.Length(_area, number);
            byte state = _files.ReadFooter(_area, number, _footer);
            if (state == SpoolFiles.Torn)
            {
                _spool.TornCount++;
                _files.Store.Delete(_area, number);
                return;
            }

            if (state == SpoolFiles.Absent)
            {
                return;
            }

            _spool.Bytes += _spool.OnCard(length);
            if (_area == StoreAreas.Dead)
            {
                _spool.DeadCount++;
                return;
            }

            if (_area == StoreAreas.Held)
            {
                _spool.Held.Count++;
            }
            else
            {
                _spool.Count++;
            }

            if (state == SpoolFiles.Unreadable)
            {
                // Not torn, so not ours to delete: it stays on the card for a person, and is never offered.
                _spool.DamagedCount++;
                return;
            }

            _ids.Seen(_footer.SpoolId, _footer.Counter);
            if (_area == StoreAreas.Held)
            {
                return;
            }

            if (_spool.Held.Has(_footer.SpoolId, _footer.Counter))
            {
                // Released, and the power went before it was deleted there.
                _spool.Held.Delete(HeldFrames.Number(_footer.Counter));
            }

            if (_ledger.Holds(number, _footer.SpoolId, _footer.Counter) || IsSame(StoreAreas.Dead, number))
            {
                _spool.Remove(number);
            }
            else if (_footer.ReplacesNumber != 0 && IsSame(StoreAreas.Spool, _footer.ReplacesNumber))
            {
                _spool.Remove(_footer.ReplacesNumber);
            }
        }

        static void Sort(uint[] numbers, int count)
        {
            for (int i = 1; i < count; i++)
            {
                uint number = numbers[i];
                int at = i;
                while (at > 0 && numbers[at - 1] > number)
                {
                    numbers[at] = numbers[at - 1];
                    at--;
                }

                numbers[at] = number;
            }
        }

        bool IsSame(byte area, uint number)
        {
            return _files.ReadFooter(area, number, _other) == SpoolFiles.Whole && _other.IsSamePicture(_footer);
        }
    }
}
