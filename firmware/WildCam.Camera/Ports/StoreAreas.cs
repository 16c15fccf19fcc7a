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

        /// <summary>Most files in a folder: long folders make FAT slow.</summary>
        public const uint FilesPerFolder = 100;
    }
}
