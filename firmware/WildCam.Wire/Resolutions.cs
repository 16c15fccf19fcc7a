namespace WildCam.Wire
{
    /// <summary>Sizes of a picture. Constants: nanoFramework prints an enum as a number.</summary>
    public static class Resolutions
    {
        /// <summary>640 x 480.</summary>
        public const byte Vga640 = 0;

        /// <summary>800 x 600.</summary>
        public const byte Svga800 = 1;

        /// <summary>1024 x 768.</summary>
        public const byte Xga1024 = 2;

        /// <summary>1280 x 1024.</summary>
        public const byte Sxga1280 = 3;

        /// <summary>1600 x 1200.</summary>
        public const byte Uxga1600 = 4;
    }
}
