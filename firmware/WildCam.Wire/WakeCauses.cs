namespace WildCam.Wire
{
    /// <summary>Why a board runs. Constants: nanoFramework prints an enum as a number.</summary>
    public static class WakeCauses
    {
        /// <summary>Not told.</summary>
        public const byte Unknown = 0;

        /// <summary>Power came.</summary>
        public const byte PowerOn = 1;

        /// <summary>The sleep timer ran out.</summary>
        public const byte Timer = 2;

        /// <summary>The motion sensor fired.</summary>
        public const byte Motion = 3;

        /// <summary>A reboot was ordered.</summary>
        public const byte Command = 4;

        /// <summary>Power sagged.</summary>
        public const byte Brownout = 5;

        /// <summary>The program hung.</summary>
        public const byte Watchdog = 6;

        /// <summary>New firmware starts.</summary>
        public const byte Update = 7;
    }
}
