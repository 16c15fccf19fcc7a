namespace WildCam.Wire
{
    /// <summary>How far an update is. Constants: nanoFramework prints an enum as a number.</summary>
    public static class BundleStates
    {
        /// <summary>No update.</summary>
        public const byte None = 0;

        /// <summary>Bytes arrive.</summary>
        public const byte Downloading = 1;

        /// <summary>Size, digest and authenticator are right.</summary>
        public const byte Verified = 2;

        /// <summary>Restarted into the new version, not yet confirmed.</summary>
        public const byte Pending = 3;

        /// <summary>The new version connected and had a picture receipted.</summary>
        public const byte Confirmed = 4;

        /// <summary>Refused; the code says why.</summary>
        public const byte Refused = 5;

        /// <summary>The old version runs again; the code says why.</summary>
        public const byte FellBack = 6;

        /// <summary>The battery is below the floor for updates.</summary>
        public const byte WaitsForBattery = 7;
    }
}
