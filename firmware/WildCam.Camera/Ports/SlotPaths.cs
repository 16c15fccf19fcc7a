namespace WildCam.Camera.Ports
{
    /// <summary>
    /// Where slots and record lie in a file system, relative to the root of the drive that a board keeps them on (I:
    /// unless its loader says otherwise). Part of the contract with the loader.
    /// </summary>
    public static class SlotPaths
    {
        /// <summary>The file of a slot, as <c>a.bin</c>.</summary>
        public static string Slot(byte slot)
        {
            return slot == WildCam.Wire.Slots.A ? "a.bin" : "b.bin";
        }

        /// <summary>The file of a copy of the record, as <c>slots.0</c>.</summary>
        public static string Record(int copy)
        {
            return copy == 0 ? "slots.0" : "slots.1";
        }
    }
}
