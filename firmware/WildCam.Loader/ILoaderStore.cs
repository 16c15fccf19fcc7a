namespace WildCam.Loader
{
    /// <summary>Slots and record for the loader. No member throws; null or false is a store that failed.</summary>
    public interface ILoaderStore
    {
        /// <summary>A copy (0 or 1) of the slot record; null where there is none.</summary>
        byte[] ReadRecord(int copy);

        /// <summary>Replaces a copy (0 or 1) of the record; durable when this returns true.</summary>
        bool WriteRecord(int copy, byte[] record);

        /// <summary>So many bytes of a slot, in an array of their own; null where they are not all there.</summary>
        byte[] ReadSlot(byte slot, int position, int count);
    }
}
