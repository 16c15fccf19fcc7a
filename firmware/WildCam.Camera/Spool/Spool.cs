using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// The pictures that wait for a receipt, one file each (see <see cref="SpoolFooter"/>), and those that the hub
    /// will never take. Nothing is kept in memory for a picture, so a backlog may be as long as the card.
    /// </summary>
    public sealed class Spool
    {
        readonly CameraProfile _profile;
        readonly SpoolFiles _files;
        readonly ReceiptLedger _ledger;
        readonly SpoolRecovery _recovery;
        readonly PictureFile _writer;
        readonly CaptureIds _ids;
        readonly uint[] _numbers = new uint[StoreAreas.FilesPerFolder];
        readonly Undeleted _undeleted = new Undeleted();
        readonly SpoolFooter _check = new SpoolFooter();
        readonly SpoolRoom _room;
        readonly byte[] _block = new byte[Protocol.BlockBytes];
        uint _nextNumber;
        uint _firstNumber;

        /// <summary>A spool on the store of these ports; <see cref="Open"/> comes first.</summary>
        public Spool(CameraPorts ports, CameraProfile profile, CaptureIds ids)
        {
            _profile = profile;
            _ids = ids;
            _files = new SpoolFiles(ports.Store, ports.Crc, _block);
            _ledger = new ReceiptLedger(ports.Store, ports.Crc);
            Held = new HeldFrames(this, _files);
            _room = new SpoolRoom(this, _files, profile, ports.Settings, _numbers);
            _recovery = new SpoolRecovery(this, _files, _ledger, ids);
            _writer = new PictureFile(ports.Store, ports.Crc, profile.PictureBytesMax);
        }

        /// <summary>Pictures that wait for a receipt; right once recovered.</summary>
        public uint Count { get; set; }

        /// <summary>Bytes that waiting and dead pictures take on the card.</summary>
        public long Bytes { get; set; }

        /// <summary>Pictures in the dead folder.</summary>
        public uint DeadCount { get; set; }

        /// <summary>Full frames that wait for an order.</summary>
        public HeldFrames Held { get; }

        /// <summary>How many full frames wait for an order.</summary>
        public uint HeldCount
        {
            get { return Held.Count; }
        }

        /// <summary>Pictures dropped because the spool was full or took no bytes, ever.</summary>
        public uint DroppedCount
        {
            get { return _room.DroppedCount; }
        }

        /// <summary>Whether the card failed or seemed empty, so that it may be out, or another one.</summary>
        public bool IsSuspect { get; set; }

        /// <summary>Pictures receipted since the start.</summary>
        public uint ReceiptedCount { get; set; }

        /// <summary>Pictures taken and stored whole at the hub since the start.</summary>
        public uint StoredCount { get; set; }

        /// <summary>Files that a power cut had cut off, found since the start.</summary>
        public uint TornCount { get; set; }

        /// <summary>Pictures whose bytes are not those that were written, found since the start.</summary>
        public uint DamagedCount { get; set; }

        /// <summary>Whether every file of earlier boots has been looked at.</summary>
        public bool IsRecovered
        {
            get { return _recovery.IsDone; }
        }

        /// <summary>
        /// Finds the next free number, which is all that the shutter needs, and reads the ledger. Again for a card that
        /// was put back, or for another one.
        /// </summary>
        public void Open()
        {
            uint spool = _files.Highest(StoreAreas.Spool, _numbers);
            uint dead = _files.Highest(StoreAreas.Dead, _numbers);
            _undeleted.Count = 0;
            Count = 0;
            Held.Count = 0;
            DeadCount = 0;
            Bytes = 0;
            _nextNumber = (spool > dead ? spool : dead) + 1;
            _firstNumber = _firstNumber == 0 ? _nextNumber : _firstNumber;
            _ledger.Open(_numbers);
            _recovery.Begin(_nextNumber, HeldFrames.Number(_ids.Next));
            IsSuspect &= !_files.HasAny();
        }

        /// <summary>Looks at one more folder of files from earlier boots.</summary>
        public void RecoverStep()
        {
            _recovery.Step(_numbers);
            if (_recovery.IsDone && _undeleted.Count == 0)
            {
                _ledger.AllDeleted(true);
            }
        }

        /// <summary>
        /// Keeps the picture that the sensor has ready, under a new id. Returns a value of RefusalCodes; other than
        /// None, no picture was kept.
        /// </summary>
        public ushort Keep(ISensor sensor, SpoolFooter facts, int pictureBytesExpected, bool isHeld)
        {
            byte area = isHeld ? StoreAreas.Held : StoreAreas.Spool;
            uint number;
            ushort code = OpenFile(facts, pictureBytesExpected, area, out number);
            if (code == RefusalCodes.Store)
            {
                // Perhaps it is another card than at the start, with files of these numbers.
                Open();
                code = OpenFile(facts, pictureBytesExpected, area, out number);
            }

            if (code != RefusalCodes.None)
            {
                Fail(code);
                return code;
            }

            code = _writer.AppendAll(sensor, _block);
            if (code == RefusalCodes.None && !_writer.Finish(facts))
            {
                code = RefusalCodes.Store;
            }

            if (code != RefusalCodes.None)
            {
                _writer.Abandon(area, number);
                Fail(code);
                return code;
            }

            IsSuspect = false;
            Count += isHeld ? 0u : 1u;
            Held.Count += isHeld ? 1u : 0u;
            Bytes += OnCard(facts.FileBytes);
            return RefusalCodes.None;
        }

        /// <summary>Lets a held full frame go up; returns a value of RefusalCodes.</summary>
        public ushort Release(ulong spoolId, ulong counter)
        {
            return Held.Release(spoolId, counter, _nextNumber++);
        }

        /// <summary>Lets the oldest held full frame go up; false where there is none, or the card failed.</summary>
        public bool ReleaseOldest()
        {
            return Held.ReleaseOldest(_numbers, _nextNumber++);
        }

        /// <summary>
        /// The hub cannot take a stand-in under its id, so that nobody could order its full frame by it: the full frame
        /// goes up instead. False where it is not held any more, so that the stand-in is all there is.
        /// </summary>
        public bool GiveWay(uint number, SpoolFooter standIn)
        {
            if (!standIn.IsStandIn || Release(standIn.SpoolId, standIn.Counter - 1) != RefusalCodes.None)
            {
                return false;
            }

            Remove(number, standIn.SpoolId, standIn.Counter);
            return true;
        }

        /// <summary>
        /// The picture to deliver next: the newest with a number below <paramref name="bound"/>, or the oldest with
        /// a number above it.
        /// </summary>
        public bool TryPick(bool isNewestFirst, uint bound, out uint number)
        {
            number = 0;
            uint folder;
            bool isUp = !isNewestFirst;
            bool isWholePass = bound == (isNewestFirst ? uint.MaxValue : 0);
            if (isNewestFirst && bound == 0)
            {
                return false;
            }

            uint from = (isNewestFirst ? bound - 1 : bound + 1) / StoreAreas.FilesPerFolder;
            while (_files.Store.FindFolder(StoreAreas.Spool, from, isUp, out folder))
            {
                int count = _files.Store.List(StoreAreas.Spool, folder, _numbers);
                for (int i = 0; i < count; i++)
                {
                    uint candidate = _numbers[i];
                    bool isInRange = isNewestFirst ? candidate < bound : candidate > bound;
                    bool isBetter = number == 0 || (isNewestFirst ? candidate > number : candidate < number);
                    if (isInRange && isBetter && !_undeleted.Has(candidate))
                    {
                        number = candidate;
                    }
                }

                if (number != 0 || (isNewestFirst && folder == 0))
                {
                    break;
                }

                from = isNewestFirst ? folder - 1 : folder + 1;
            }

            // Pictures should wait, and there are none: the card is out.
            IsSuspect |= number == 0 && isWholePass && IsRecovered && Count > 0;
            return number != 0;
        }

        /// <summary>Reads the facts of a waiting picture; false where the file is gone, torn or unreadable.</summary>
        public bool TryReadFooter(uint number, SpoolFooter footer)
        {
            return _files.ReadFooter(StoreAreas.Spool, number, footer) == SpoolFiles.Whole;
        }

        /// <summary>Reads bytes of a waiting picture; false where they cannot all be read.</summary>
        public bool TryRead(uint number, long position, byte[] target, int offset, int count)
        {
            return _files.Store.Read(StoreAreas.Spool, number, position, target, offset, count) == count;
        }

        /// <summary>Reads the picture again and compares its block CRCs; false where the card spoiled it.</summary>
        public bool IsIntact(uint number, SpoolFooter footer)
        {
            bool isIntact = _files.BlocksAreIntact(StoreAreas.Spool, number, footer);
            DamagedCount += isIntact ? 0u : 1u;
            return isIntact;
        }

        /// <summary>The hub has the picture: notes the receipt, then deletes the file.</summary>
        public void Receipted(uint number, SpoolFooter footer, byte outcome, ushort code, uint clockSeconds)
        {
            // Without the ledger's record a power cut costs one offer that is answered Duplicate, so go on.
            _ledger.Append(number, footer.SpoolId, footer.Counter, outcome, code, clockSeconds);
            ReceiptedCount++;
            bool isStored = outcome == ReceiptOutcomes.Stored || outcome == ReceiptOutcomes.Duplicate;
            if (isStored && number >= _firstNumber && footer.Renames == 0)
            {
                StoredCount++;
            }

            Remove(number, footer.SpoolId, footer.Counter);
            if (_undeleted.Count == 0 && IsRecovered)
            {
                _ledger.AllDeleted(false);
            }
        }

        /// <summary>
        /// The hub knows another picture under this id: the same bytes go to a new file under a new number of the
        /// spool in use, which says what it replaces, then the old file goes. False where that failed.
        /// </summary>
        public bool Rename(uint number, SpoolFooter footer)
        {
            ulong counter;
            if (!_ids.TryNext(out counter))
            {
                return false;
            }

            ulong oldSpoolId = footer.SpoolId;
            ulong oldCounter = footer.Counter;
            footer.SpoolId = _ids.SpoolId;
            footer.Counter = counter;
            footer.Renames++;
            footer.ReplacesNumber = number;
            uint newNumber = _nextNumber++;
            if (!_files.Copy(StoreAreas.Spool, number, StoreAreas.Spool, newNumber, footer))
            {
                return false;
            }

            Count++;
            Bytes += OnCard(footer.FileBytes);
            Remove(number, oldSpoolId, oldCounter);
            return true;
        }

        /// <summary>The hub will never take the picture: copies it to the dead folder, then deletes it here.</summary>
        public bool Bury(uint number, SpoolFooter footer)
        {
            if (!_files.Copy(StoreAreas.Spool, number, StoreAreas.Dead, number, footer))
            {
                return false;
            }

            DeadCount++;
            Bytes += OnCard(footer.FileBytes);
            Remove(number, footer.SpoolId, footer.Counter);
            return true;
        }

        /// <summary>Whether something is receipted and not deleted yet.</summary>
        public bool HasUndeleted
        {
            get { return _undeleted.Count > 0; }
        }

        /// <summary>Deletes what is receipted and not deleted yet; returns whether all of it is gone.</summary>
        public bool DropReceipted()
        {
            for (int i = _undeleted.Count - 1; i >= 0; i--)
            {
                if (TryDelete(_undeleted.Number(i), _undeleted.SpoolId(i), _undeleted.Counter(i)))
                {
                    _undeleted.RemoveAt(i);
                }
            }

            return _undeleted.Count == 0;
        }

        /// <summary>Deletes a waiting file, whatever picture it is, or remembers to, and keeps the sums.</summary>
        internal void Remove(uint number)
        {
            _files.ReadFooter(StoreAreas.Spool, number, _check);
            Remove(number, _check.SpoolId, _check.Counter);
        }

        /// <summary>Deletes a waiting file if it is this picture's, or remembers to, and keeps the sums.</summary>
        internal void Remove(uint number, ulong spoolId, ulong counter)
        {
            // It waits no more, whether or not the card deletes it; one that is not remembered will be offered again.
            if (TryDelete(number, spoolId, counter) || _undeleted.TryAdd(number, spoolId, counter))
            {
                Count -= Count > 0 ? 1u : 0u;
            }
        }

        /// <summary>What a file of so many bytes takes on the card, in bytes.</summary>
        internal long OnCard(long fileBytes)
        {
            long unit = _profile.StoreUnitBytes;
            return (fileBytes + unit - 1) / unit * unit;
        }

        bool TryDelete(uint number, ulong spoolId, ulong counter)
        {
            byte state = _files.ReadFooter(StoreAreas.Spool, number, _check);
            if (state == SpoolFiles.Whole && (_check.SpoolId != spoolId || _check.Counter != counter))
            {
                // Another card is in the slot: this file only has the same name.
                return true;
            }

            long length = _files.Store.Length(StoreAreas.Spool, number);
            if (!_files.Store.Delete(StoreAreas.Spool, number))
            {
                return false;
            }

            Bytes -= length >= 0 ? OnCard(length) : 0;

            return true;
        }

        ushort OpenFile(SpoolFooter facts, int bytes, byte area, out uint number)
        {
            ulong counter;
            number = 0;
            bool hasRoom = _room.Make(bytes);
            if (!_ids.TryNext(out counter))
            {
                return RefusalCodes.Settings;
            }

            facts.SpoolId = _ids.SpoolId;
            facts.Counter = counter;
            number = area == StoreAreas.Held ? HeldFrames.Number(counter) : _nextNumber++;
            return hasRoom && _writer.Open(area, number) ? RefusalCodes.None : RefusalCodes.Store;
        }

        void Fail(ushort code)
        {
            if (code == RefusalCodes.Store)
            {
                IsSuspect = true;
                _room.CountDropped();
            }
        }
    }
}
