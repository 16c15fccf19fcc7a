namespace WildCam.Wire
{
    /// <summary>Why the shutter fired. Constants: nanoFramework prints an enum as a number.</summary>
    public static class Triggers
    {
        /// <summary>Not told.</summary>
        public const byte Unknown = 0;

        /// <summary>The motion sensor.</summary>
        public const byte Motion = 1;

        /// <summary>The time-lapse timer.</summary>
        public const byte Timelapse = 2;

        /// <summary>An order.</summary>
        public const byte Command = 3;

        /// <summary>A test at setup.</summary>
        public const byte Test = 4;
    }
}
