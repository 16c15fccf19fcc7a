using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Receipts, appended before the picture is deleted: a power cut between the two must not bring the picture back.
    /// A file of the ledger goes once every picture that it names is deleted.
    /// </summary>
    /// <remarks>
    /// A record is 32 bytes: 0 file number u32, 4 SpoolId u64, 12 Counter u64, 20 Outcome u8, 21 zero, 22 Code u16,
    /// 24 ClockSeconds u32, 28 CRC-32 of the bytes before it u32. A torn record is the last of its file.
    /// </remarks>
    public sealed class ReceiptLedger
    {
        /// <summary>Length of a record, in bytes.</summary>
        public const int RecordBytes = 32;

        readonly ISpoolStore _store;
        readonly ICrc32 _crc;
        readonly byte[] _record = new byte[RecordBytes];
        uint[] _numbers = new uint[0];
        ulong[] _spoolIds = new ulong[0];
        ulong[] _counters = new ulong[0];
        uint _oldest;
        uint _current;
        int _records;

        /// <summary>A ledger on this store; <see cref="Open"/> reads it.</summary>
        public ReceiptLedger(ISpoolStore store, ICrc32 crc)
        {
            _store = store;
            _crc = crc;
        }

        /// <summary>Reads the receipts of earlier boots; new ones go to a new file, behind no torn tail.</summary>
        public void Open(uint[] scratch)
        {
            uint folder;
            uint highest = 0;
            uint lowest = 0;
            int records = 0;
            uint from = 0;
            while (_store.FindFolder(StoreAreas.Ledger, from, true, out folder))
            {
                int count = _store.List(StoreAreas.Ledger, folder, scratch);
                for (int i = 0; i < count; i++)
                {
                    highest = scratch[i] > highest ? scratch[i] : highest;
                    lowest = lowest == 0 || scratch[i] < lowest ? scratch[i] : lowest;
                    records += (int)(_store.Length(StoreAreas.Ledger, scratch[i]) / RecordBytes);
                }

                from = folder + 1;
            }

            _current = highest + 1;
            _oldest = lowest == 0 ? _current : lowest;
            _numbers = new uint[records];
            _spoolIds = new ulong[records];
            _counters = new ulong[records];
            int at = 0;
            for (uint number = _oldest; number < _current; number++)
            {
                at = Load(number, at);
            }
        }

        /// <summary>Whether an earlier boot had a receipt for this file and capture id.</summary>
        public bool Holds(uint number, ulong spoolId, ulong counter)
        {
            for (int i = 0; i < _numbers.Length; i++)
            {
                if (_numbers[i] == number && _spoolIds[i] == spoolId && _counters[i] == counter)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Appends a receipt; durable when this returns true.</summary>
        public bool Append(uint number, ulong spoolId, ulong counter, byte outcome, ushort code, uint clockSeconds)
        {
            LittleEndian.WriteUInt32(_record, 0, number);
            LittleEndian.WriteUInt64(_record, 4, spoolId);
            LittleEndian.WriteUInt64(_record, 12, counter);
            _record[20] = outcome;
            _record[21] = 0;
            LittleEndian.WriteUInt16(_record, 22, code);
            LittleEndian.WriteUInt32(_record, 24, clockSeconds);
            LittleEndian.WriteUInt32(_record, 28, _crc.Compute(_record, 0, 28));
            if (!_store.AppendTo(StoreAreas.Ledger, _current, _record, 0, RecordBytes))
            {
                // A part of the record may be there: what follows it would be misread.
                _current++;
                _records = 0;
                return false;
            }

            _records++;
            return true;
        }

        /// <summary>Every picture that the ledger names is deleted: its files may go.</summary>
        public void AllDeleted(bool isStart)
        {
            if (isStart)
            {
                _numbers = new uint[0];
                _spoolIds = new ulong[0];
                _counters = new ulong[0];
            }

            if (_records >= Limits.LedgerRecordsMax)
            {
                _current++;
                _records = 0;
            }

            while (_oldest < _current && _store.Delete(StoreAreas.Ledger, _oldest))
            {
                _oldest++;
            }
        }

        int Load(uint number, int at)
        {
            long length = _store.Length(StoreAreas.Ledger, number);
            for (long position = 0; position + RecordBytes <= length; position += RecordBytes)
            {
                int read = _store.Read(StoreAreas.Ledger, number, position, _record, 0, RecordBytes);
                if (at < _numbers.Length && read == RecordBytes
                    && _crc.Compute(_record, 0, 28) == LittleEndian.ReadUInt32(_record, 28))
                {
                    _numbers[at] = LittleEndian.ReadUInt32(_record, 0);
                    _spoolIds[at] = LittleEndian.ReadUInt64(_record, 4);
                    _counters[at] = LittleEndian.ReadUInt64(_record, 12);
                    at++;
                }
            }

            return at;
        }
    }
}
