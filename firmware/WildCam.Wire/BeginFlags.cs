namespace WildCam.Wire
{
    /// <summary>Bits of <see cref="Begin.Flags"/>.</summary>
    public static class BeginFlags
    {
        /// <summary>The infrared lamp was on.</summary>
        public const byte Infrared = 1;

        /// <summary>
        /// A small stand-in, a picture of its own with an id of its own; the full frame is still on the camera, and has
        /// the number before it in the same spool.
        /// </summary>
        public const byte LowResolution = 2;
    }
}
