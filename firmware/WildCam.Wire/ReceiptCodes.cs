namespace WildCam.Wire
{
    /// <summary>Why a picture was not simply stored. Constants: nanoFramework prints an enum as a number.</summary>
    public static class ReceiptCodes
    {
        /// <summary>No reason.</summary>
        public const ushort None = 0;

        /// <summary>Assembly memory is short.</summary>
        public const ushort Memory = 1;

        /// <summary>Blob space is short.</summary>
        public const ushort Disk = 2;

        /// <summary>The database does not answer.</summary>
        public const ushort Database = 3;

        /// <summary>Too many deliveries of this camera at once.</summary>
        public const ushort Busy = 4;

        /// <summary>The bytes are not those of the digest; they are wanted again.</summary>
        public const ushort DigestMismatch = 5;

        /// <summary>The second delivery failed its digest as well.</summary>
        public const ushort CorruptOnCamera = 6;

        /// <summary>Over the CaptureBytesMax of the hub.</summary>
        public const ushort TooLarge = 7;

        /// <summary>The begin contradicts itself.</summary>
        public const ushort BadBegin = 8;

        /// <summary>A chunk came twice with different bytes.</summary>
        public const ushort Overlap = 9;

        /// <summary>Another picture has the id.</summary>
        public const ushort IdTaken = 10;

        /// <summary>The hub is stopping.</summary>
        public const ushort ShuttingDown = 11;

        /// <summary>The camera offers pictures too fast.</summary>
        public const ushort RateLimit = 12;

        /// <summary>The blob store refused the bytes.</summary>
        public const ushort BlobStore = 13;
    }
}
