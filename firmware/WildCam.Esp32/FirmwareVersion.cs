namespace WildCam.Esp32
{
    /// <summary>The version of this application; a bundle carries the same.</summary>
    public static class FirmwareVersion
    {
        /// <summary>First part.</summary>
        public const ushort Major = 1;

        /// <summary>Second part.</summary>
        public const ushort Minor = 0;

        /// <summary>Third part.</summary>
        public const ushort Patch = 0;
    }
}
