using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// The quota of a spool, and what goes when it is full: what is receipted, then held full frames, then waiting
    /// pictures by policy, then dead ones. Whatever goes unreceipted is counted, ever, and reported.
    /// </summary>
    public sealed class SpoolRoom
    {
        readonly Spool _spool;
        readonly SpoolFiles _files;
        readonly CameraProfile _profile;
        readonly ISettings _settings;
        readonly uint[] _numbers;

        internal SpoolRoom(
            Spool spool, SpoolFiles files, CameraProfile profile, ISettings settings, uint[] numbers)
        {
            _spool = spool;
            _files = files;
            _profile = profile;
            _settings = settings;
            _numbers = numbers;
            byte[] dropped = settings.Get(SettingKeys.Dropped);
            DroppedCount = dropped != null && dropped.Length == 4 ? LittleEndian.ReadUInt32(dropped, 0) : 0;
        }

        /// <summary>Pictures dropped because the spool was full or took no bytes, ever.</summary>
        public uint DroppedCount { get; set; }

        /// <summary>Makes room for a file of so many bytes; false where nothing more can go.</summary>
        public bool Make(long bytes)
        {
            long needed = _spool.OnCard(bytes);
            if (_spool.Bytes + needed > _profile.SpoolCapacityBytes)
            {
                _spool.DropReceipted();
            }

            while (_spool.Bytes + needed > _profile.SpoolCapacityBytes)
            {
                if (!DropOne())
                {
                    return false;
                }
            }

            return true;
        }

        /// <summary>A picture goes without a receipt.</summary>
        public void CountDropped()
        {
            DroppedCount++;
            byte[] value = new byte[4];
            LittleEndian.WriteUInt32(value, 0, DroppedCount);
            _settings.Set(SettingKeys.Dropped, value);
        }

        bool DropOne()
        {
            uint number;
            long before = _spool.Bytes;
            bool isNewest = _profile.FullPolicy == FullPolicies.DropNewest;
            // Counted first: a power cut in between reports one too many rather than one too few.
            if (_files.TryPick(StoreAreas.Held, isNewest, _numbers, out number))
            {
                CountDropped();
                _spool.Held.Delete(number);
            }
            else if (_spool.TryPick(isNewest, isNewest ? uint.MaxValue : 0, out number))
            {
                CountDropped();
                _spool.Remove(number);
            }
            else if (_files.TryPick(StoreAreas.Dead, false, _numbers, out number))
            {
                long length = _files.Store.Length(StoreAreas.Dead, number);
                CountDropped();
                if (_files.Store.Delete(StoreAreas.Dead, number))
                {
                    _spool.DeadCount -= _spool.DeadCount > 0 ? 1u : 0u;
                    _spool.Bytes -= _spool.OnCard(length);
                }
            }

            return _spool.Bytes < before;
        }
    }
}
