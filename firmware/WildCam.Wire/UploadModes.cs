namespace WildCam.Wire
{
    /// <summary>When pictures are uploaded. Constants: nanoFramework prints an enum as a number.</summary>
    public static class UploadModes
    {
        /// <summary>After each trigger.</summary>
        public const byte AtOnce = 0;

        /// <summary>In the hours of UploadHours.</summary>
        public const byte Batched = 1;

        /// <summary>A small stand-in at once, the full frame when asked for.</summary>
        public const byte LowResolutionFirst = 2;
    }
}
