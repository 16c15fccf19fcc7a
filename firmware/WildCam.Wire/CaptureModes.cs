namespace WildCam.Wire
{
    /// <summary>When pictures are taken. Constants: nanoFramework prints an enum as a number.</summary>
    public static class CaptureModes
    {
        /// <summary>On motion.</summary>
        public const byte Motion = 0;

        /// <summary>By the timer.</summary>
        public const byte Timelapse = 1;

        /// <summary>Both.</summary>
        public const byte MotionAndTimelapse = 2;

        /// <summary>Never.</summary>
        public const byte Off = 3;
    }
}
