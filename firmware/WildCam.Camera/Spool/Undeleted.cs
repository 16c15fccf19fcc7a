namespace WildCam.Camera
{
    /// <summary>
    /// Pictures that are receipted and whose deletion failed, by number and id: the card may be another one by the time
    /// at which it is tried again.
    /// </summary>
    public sealed class Undeleted
    {
        readonly uint[] _numbers = new uint[Limits.UndeletedMax];
        readonly ulong[] _spoolIds = new ulong[Limits.UndeletedMax];
        readonly ulong[] _counters = new ulong[Limits.UndeletedMax];

        /// <summary>How many.</summary>
        public int Count { get; set; }

        /// <summary>The file's number.</summary>
        public uint Number(int index)
        {
            return _numbers[index];
        }

        /// <summary>The spool of the picture.</summary>
        public ulong SpoolId(int index)
        {
            return _spoolIds[index];
        }

        /// <summary>The number of the picture in its spool.</summary>
        public ulong Counter(int index)
        {
            return _counters[index];
        }

        /// <summary>Whether this file is one of them.</summary>
        public bool Has(uint number)
        {
            for (int i = 0; i < Count; i++)
            {
                if (_numbers[i] == number)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>
        /// Remembers a file that is not among them; false beyond the limit, where the next recovery finds it by the
        /// ledger.
        /// </summary>
        public bool TryAdd(uint number, ulong spoolId, ulong counter)
        {
            if (Has(number) || Count == _numbers.Length)
            {
                return false;
            }

            _numbers[Count] = number;
            _spoolIds[Count] = spoolId;
            _counters[Count] = counter;
            Count++;
            return true;
        }

        /// <summary>Forgets one; the last takes its place.</summary>
        public void RemoveAt(int index)
        {
            Count--;
            _numbers[index] = _numbers[Count];
            _spoolIds[index] = _spoolIds[Count];
            _counters[index] = _counters[Count];
        }
    }
}
