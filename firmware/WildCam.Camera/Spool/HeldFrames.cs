using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Full frames whose stand-ins go up in their place. They stay on the card until they are ordered, and are the
    /// first to go when the card is full. A file is named by the number of its capture.
    /// </summary>
    public sealed class HeldFrames
    {
        readonly Spool _spool;
        readonly SpoolFiles _files;
        readonly SpoolFooter _footer = new SpoolFooter();

        internal HeldFrames(Spool spool, SpoolFiles files)
        {
            _spool = spool;
            _files = files;
        }

        /// <summary>How many; right once the spool is recovered.</summary>
        public uint Count { get; set; }

        /// <summary>The name of a held capture's file.</summary>
        public static uint Number(ulong counter)
        {
            return (uint)counter;
        }

        /// <summary>Whether this capture is held.</summary>
        public bool Has(ulong spoolId, ulong counter)
        {
            return _files.ReadFooter(StoreAreas.Held, Number(counter), _footer) == SpoolFiles.Whole
                && _footer.SpoolId == spoolId && _footer.Counter == counter;
        }

        /// <summary>
        /// Lets a held capture go up under its id: copies it among the waiting ones as this number, then deletes it
        /// here. Returns a value of RefusalCodes.
        /// </summary>
        public ushort Release(ulong spoolId, ulong counter, uint number)
        {
            if (!Has(spoolId, counter))
            {
                return RefusalCodes.NoSuchFrame;
            }

            if (!_files.Copy(StoreAreas.Held, Number(counter), StoreAreas.Spool, number, _footer))
            {
                return RefusalCodes.Store;
            }

            _spool.Count++;
            _spool.Bytes += _spool.OnCard(_footer.FileBytes);
            Delete(Number(counter));
            return RefusalCodes.None;
        }

        /// <summary>Lets the oldest held capture go up; false where there is none, or the card failed.</summary>
        public bool ReleaseOldest(uint[] numbers, uint number)
        {
            uint held;
            return _files.TryPickOldest(StoreAreas.Held, numbers, out held)
                && _files.ReadFooter(StoreAreas.Held, held, _footer) == SpoolFiles.Whole
                && Release(_footer.SpoolId, _footer.Counter, number) == RefusalCodes.None;
        }

        /// <summary>Deletes a file; false where the card failed.</summary>
        public bool Delete(uint number)
        {
            long length = _files.Store.Length(StoreAreas.Held, number);
            if (!_files.Store.Delete(StoreAreas.Held, number))
            {
                return false;
            }

            if (length >= 0)
            {
                Count -= Count > 0 ? 1u : 0u;
                _spool.Bytes -= _spool.OnCard(length);
            }

            return true;
        }
    }
}
