namespace WildCam.Camera.Ports
{
    /// <summary>
    /// The two slots for bundles, and the record that says what they hold. On a board: the files a.bin and b.bin of
    /// <see cref="SlotPaths"/>, and two files for the record. No member throws; false or -1 is a store that failed.
    /// Durability: bytes are safe once <see cref="Append"/>, <see cref="Erase"/> or <see cref="WriteRecord"/> returned
    /// true (a file is safe when it was closed). A power cut in Append may leave any first part of the new bytes, one
    /// in Erase may leave the slot as it was, and one in WriteRecord may leave anything in that copy and nothing else.
    /// Only the idle slot is ever erased or appended to: the camera sees to that, and a store may refuse the other.
    /// </summary>
    public interface ISlotStore
    {
        /// <summary>
        /// What runs now: a value of WildCam.Wire.Slots (A, B or BuiltIn) as the loader told it, or Slots.NoLoader
        /// where none started this application, so that it cannot be updated.
        /// </summary>
        int RunningSlot { get; }

        /// <summary>Bytes that a slot can hold; an erased slot has room for so many.</summary>
        int CapacityBytes { get; }

        /// <summary>Bytes in a slot; 0 where it is empty or missing, -1 on failure.</summary>
        int Length(byte slot);

        /// <summary>Appends to a slot; durable when this returns true.</summary>
        bool Append(byte slot, byte[] source, int offset, int count);

        /// <summary>Reads at a position, in bytes; returns the bytes read, fewer at the end; -1 on failure.</summary>
        int Read(byte slot, int position, byte[] target, int offset, int count);

        /// <summary>Empties a slot; durable when this returns true; true also where it was empty.</summary>
        bool Erase(byte slot);

        /// <summary>
        /// A copy (0 or 1) of the record of WildCam.Wire.SlotRecord, as it was written; null where there is none. At
        /// most SlotRecord.BytesMax bytes.
        /// </summary>
        byte[] ReadRecord(int copy);

        /// <summary>Replaces a copy (0 or 1) of the record; durable when this returns true.</summary>
        bool WriteRecord(int copy, byte[] record);
    }
}
