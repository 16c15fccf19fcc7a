namespace WildCam.Wire
{
    /// <summary>Bits of <see cref="Begin.Flags"/>.</summary>
    public static class BeginFlags
    {
        /// <summary>The infrared lamp was on.</summary>
        public const byte Infrared = 1;

        /// <summary>A small stand-in; the full frame is still on the camera.</summary>
        public const byte LowResolution = 2;
    }
}
