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
        readonly ISettings _settings;
        readonly SpoolFiles _files;
        readonly ReceiptLedger _ledger;
        readonly SpoolRecovery _recovery;
        readonly PictureFile _writer;
        readonly CaptureIds _ids;
        readonly uint[] _numbers = new uint[StoreAreas.FilesPerFolder];
        readonly uint[] _undeleted = new uint[Limits.UndeletedMax];
        readonly byte[] _block = new byte[Protocol.BlockBytes];
        int _undeletedCount;
        uint _nextNumber;

        /// <summary>A spool on the store of these ports; <see cref="Open"/> comes first.</summary>
        public Spool(CameraPorts ports, CameraProfile profile, CaptureIds ids)
        {
            _profile = profile;
            _settings = ports.Settings;
            _ids = ids;
            _files = new SpoolFiles(ports.Store, ports.Crc, _block);
            _ledger = new ReceiptLedger(ports.Store, ports.Crc);
            _recovery = new SpoolRecovery(this, _files, _ledger, ids);
            _writer = new PictureFile(ports.Store, ports.Crc, profile.PictureBytesMax);
        }

        /// <summary>Pictures that wait for a receipt; right once recovered.</summary>
        public uint Count { get; set; }

        /// <summary>Bytes that waiting and dead pictures take on the card.</summary>
        public long Bytes { get; set; }

        /// <summary>Pictures in the dead folder.</summary>
        public uint DeadCount { get; set; }

        /// <summary>Pictures dropped because the spool was full, ever.</summary>
        public uint DroppedCount { get; set; }

        /// <summary>Pictures receipted since the start.</summary>
        public uint ReceiptedCount { get; set; }

        /// <summary>Files that a power cut had cut off, found since the start.</summary>
        public uint TornCount { get; set; }

        /// <summary>Pictures whose bytes are not those that were written, found since the start.</summary>
        public uint DamagedCount { get; set; }

        /// <summary>Whether every file of earlier boots has been looked at.</summary>
        public bool IsRecovered
        {
            get { return _recovery.IsDone; }
        }

        /// <summary>Finds the next free number, which is all that the shutter needs, and reads the ledger.</summary>
        public void Open()
        {
            byte[] dropped = _settings.Get(SettingKeys.Dropped);
            DroppedCount = dropped != null && dropped.Length == 4 ? LittleEndian.ReadUInt32(dropped, 0) : 0;
            uint spool = _files.Highest(StoreAreas.Spool, _numbers);
            uint dead = _files.Highest(StoreAreas.Dead, _numbers);
            _nextNumber = (spool > dead ? spool : dead) + 1;
            _ledger.Open(_numbers);
            _recovery.Begin(_nextNumber);
        }

        /// <summary>Looks at one more folder of files from earlier boots.</summary>
        public void RecoverStep()
        {
            _recovery.Step(_numbers);
            if (_recovery.IsDone && _undeletedCount == 0)
            {
                _ledger.AllDeleted(true);
            }
        }

        /// <summary>
        /// Keeps the picture that the sensor has ready, under a new id. Returns a value of RefusalCodes; other than
        /// None, no picture was kept.
        /// </summary>
        public ushort Keep(ISensor sensor, SpoolFooter facts, int pictureBytesExpected)
        {
            ulong counter;
            bool hasRoom = MakeRoom(pictureBytesExpected);
            if (!_ids.TryNext(out counter))
            {
                return RefusalCodes.Settings;
            }

            facts.SpoolId = _ids.SpoolId;
            facts.Counter = counter;
            uint number = _nextNumber++;
            if (!hasRoom || !_writer.Open(StoreAreas.Spool, number))
            {
                CountDropped();
                return RefusalCodes.Store;
            }

            ushort code = CopyFrom(sensor);
            if (code == RefusalCodes.None && !_writer.Finish(facts))
            {
                code = RefusalCodes.Store;
            }

            if (code != RefusalCodes.None)
            {
                _writer.Abandon(StoreAreas.Spool, number);
                if (code == RefusalCodes.Store)
                {
                    CountDropped();
                }

                return code;
            }

            Count++;
            Bytes += OnCard(facts.FileBytes);
            return RefusalCodes.None;
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
                    if (isInRange && isBetter && !IsUndeleted(candidate))
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
            Remove(number);
            if (_undeletedCount == 0 && IsRecovered)
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

            footer.SpoolId = _ids.SpoolId;
            footer.Counter = counter;
            footer.Renames++;
            footer.ReplacesNumber = number;
            uint newNumber = _nextNumber++;
            if (!_files.Copy(number, StoreAreas.Spool, newNumber, footer))
            {
                return false;
            }

            Count++;
            Bytes += OnCard(footer.FileBytes);
            Remove(number);
            return true;
        }

        /// <summary>The hub will never take the picture: copies it to the dead folder, then deletes it here.</summary>
        public bool Bury(uint number, SpoolFooter footer)
        {
            if (!_files.Copy(number, StoreAreas.Dead, number, footer))
            {
                return false;
            }

            DeadCount++;
            Bytes += OnCard(footer.FileBytes);
            Remove(number);
            return true;
        }

        /// <summary>Deletes what is receipted and not deleted yet; returns whether all of it is gone.</summary>
        public bool DropReceipted()
        {
            int left = 0;
            for (int i = 0; i < _undeletedCount; i++)
            {
                uint number = _undeleted[i];
                if (!TryDelete(number))
                {
                    _undeleted[left++] = number;
                }
            }

            _undeletedCount = left;
            return left == 0;
        }

        /// <summary>Deletes a waiting file, or remembers to, and keeps the sums.</summary>
        internal void Remove(uint number)
        {
            if (!TryDelete(number) && !IsUndeleted(number) && _undeletedCount < Limits.UndeletedMax)
            {
                _undeleted[_undeletedCount++] = number;
            }
        }

        /// <summary>What a file of so many bytes takes on the card, in bytes.</summary>
        internal long OnCard(long fileBytes)
        {
            long unit = _profile.StoreUnitBytes;
            return (fileBytes + unit - 1) / unit * unit;
        }

        bool TryDelete(uint number)
        {
            long length = _files.Store.Length(StoreAreas.Spool, number);
            if (!_files.Store.Delete(StoreAreas.Spool, number))
            {
                return false;
            }

            if (length >= 0)
            {
                Count -= Count > 0 ? 1u : 0u;
                Bytes -= OnCard(length);
            }

            return true;
        }

        bool IsUndeleted(uint number)
        {
            for (int i = 0; i < _undeletedCount; i++)
            {
                if (_undeleted[i] == number)
                {
                    return true;
                }
            }

            return false;
        }

        ushort CopyFrom(ISensor sensor)
        {
            bool isEmpty = true;
            while (true)
            {
                int filled = 0;
                int read = 1;
                while (read > 0 && filled < _block.Length)
                {
                    read = sensor.Read(_block, filled, _block.Length - filled);
                    filled += read > 0 ? read : 0;
                }

                if (read < 0 || (filled == 0 && isEmpty))
                {
                    return RefusalCodes.Sensor;
                }

                if (filled > 0 && !_writer.Append(_block, filled))
                {
                    return RefusalCodes.Store;
                }

                if (read == 0)
                {
                    return RefusalCodes.None;
                }

                isEmpty = false;
            }
        }

        bool MakeRoom(long bytes)
        {
            long needed = OnCard(bytes);
            if (Bytes + needed > _profile.SpoolCapacityBytes)
            {
                DropReceipted();
            }

            while (Bytes + needed > _profile.SpoolCapacityBytes)
            {
                if (!DropOne())
                {
                    return false;
                }
            }

            return true;
        }

        bool DropOne()
        {
            uint number;
            bool isNewest = _profile.FullPolicy == FullPolicies.DropNewest;
            long before = Bytes;
            if (TryPick(isNewest, isNewest ? uint.MaxValue : 0, out number))
            {
                // Counted first: a power cut in between reports one too many rather than one too few.
                CountDropped();
                Remove(number);
                return Bytes < before;
            }

            if (_files.TryPickOldest(StoreAreas.Dead, _numbers, out number))
            {
                long length = _files.Store.Length(StoreAreas.Dead, number);
                CountDropped();
                if (_files.Store.Delete(StoreAreas.Dead, number))
                {
                    DeadCount -= DeadCount > 0 ? 1u : 0u;
                    Bytes -= OnCard(length);
                }
            }

            return Bytes < before;
        }

        void CountDropped()
        {
            DroppedCount++;
            byte[] value = new byte[4];
            LittleEndian.WriteUInt32(value, 0, DroppedCount);
            _settings.Set(SettingKeys.Dropped, value);
        }
    }
}
