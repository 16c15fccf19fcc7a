namespace WildCam.Camera.Ports
{
    /// <summary>What the files of an <see cref="ISpoolStore"/> are for.</summary>
    public static class StoreAreas
    {
        /// <summary>Pictures that wait for a receipt.</summary>
        public const byte Spool = 0;

        /// <summary>Pictures that the hub will never take.</summary>
        public const byte Dead = 1;

        /// <summary>Receipts whose pictures may not be deleted yet.</summary>
        public const byte Ledger = 2;

        /// <summary>
        /// Full frames that wait for an order, with a stand-in in their place. Their files are named by the number of
        /// the capture, so that an order finds its frame at once.
        /// </summary>
        public const byte Held = 3;

        /// <summary>Most files in a folder: long folders make FAT slow.</summary>
        public const uint FilesPerFolder = 100;
    }
}
