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

        /// <summary>The value does not go with what another field keeps, since its new value was refused.</summary>
        public const ushort NeedsRefused = 10;

        /// <summary>The bundle is built for another board.</summary>
        public const ushort WrongBoard = 20;

        /// <summary>The bundle is not newer than what runs, and the offer does not say that this is meant.</summary>
        public const ushort NotNewer = 21;

        /// <summary>The bundle is larger than this board can load (BundleBytesMax).</summary>
        public const ushort TooBig = 22;

        /// <summary>The offer was not made with this camera's update key.</summary>
        public const ushort BadAuthenticator = 23;

        /// <summary>A newer offer was followed already.</summary>
        public const ushort Stale = 24;

        /// <summary>The slot has no room for the bundle.</summary>
        public const ushort NoRoom = 25;

        /// <summary>The bytes that came are not those of the offer's digest.</summary>
        public const ushort Tampered = 26;

        /// <summary>The hub's bundle ends before the offered size.</summary>
        public const ushort Truncated = 27;

        /// <summary>The hub's bundle goes on behind the offered size.</summary>
        public const ushort Endless = 28;

        /// <summary>The bundle's head says something else than the offer, or is none.</summary>
        public const ushort NotThatBundle = 29;

        /// <summary>The bundle needs a newer loader, or another contract; only USB brings one.</summary>
        public const ushort LoaderTooOld = 30;

        /// <summary>The hub withdrew the offer.</summary>
        public const ushort Withdrawn = 31;

        /// <summary>Another version is on trial; the offer may come again when that is over.</summary>
        public const ushort OnTrial = 32;

        /// <summary>All attempts were used up before the new version connected and had a picture receipted.</summary>
        public const ushort NeverConfirmed = 40;

        /// <summary>The loader could not load or start the new version.</summary>
        public const ushort NotLoaded = 41;

        /// <summary>The attempt could not be counted, so the new version was not started.</summary>
        public const ushort NotTried = 42;

        /// <summary>A confirmed version ended soon after each of its starts.</summary>
        public const ushort Died = 43;
    }
}
