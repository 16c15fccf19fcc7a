namespace WildCam.Wire
{
    /// <summary>Why a camera did not do as it was told: in config reports, command results and bundle states.</summary>
    public static class RefusalCodes
    {
        /// <summary>Not refused.</summary>
        public const ushort None = 0;

        /// <summary>The value is outside of its range.</summary>
        public const ushort OutOfRange = 1;

        /// <summary>This firmware or board cannot do it.</summary>
        public const ushort NotSupported = 2;

        /// <summary>An order of a kind that this firmware does not know.</summary>
        public const ushort UnknownKind = 3;

        /// <summary>The sensor gave no picture.</summary>
        public const ushort Sensor = 4;

        /// <summary>The store took no bytes.</summary>
        public const ushort Store = 5;

        /// <summary>Too many orders wait already.</summary>
        public const ushort Busy = 6;

        /// <summary>There is no loader on this board that could install a bundle.</summary>
        public const ushort NoLoader = 7;

        /// <summary>The settings could not be written, so the order would not survive a power cut.</summary>
        public const ushort Settings = 8;

        /// <summary>No full frame of this id waits for an order on the card.</summary>
        public const ushort NoSuchFrame = 9;
    }
}
