namespace WildCam.Wire
{
    /// <summary>Who set the clock in an epoch. Constants: nanoFramework prints an enum as a number.</summary>
    public static class ClockSources
    {
        /// <summary>Nobody: it counts from power-on.</summary>
        public const byte None = 0;

        /// <summary>The hub.</summary>
        public const byte Hub = 1;

        /// <summary>A time server.</summary>
        public const byte Sntp = 2;

        /// <summary>Kept by the real-time clock over a restart.</summary>
        public const byte Kept = 3;
    }
}
