namespace WildCam.Wire
{
    /// <summary>Where an application can run from.</summary>
    public static class Slots
    {
        /// <summary>The first slot.</summary>
        public const byte A = 0;

        /// <summary>The second slot.</summary>
        public const byte B = 1;

        /// <summary>The application that was flashed together with the loader; it is never written over.</summary>
        public const byte BuiltIn = 2;

        /// <summary>No slot.</summary>
        public const byte None = 255;

        /// <summary>What the application is told where no loader started it.</summary>
        public const int NoLoader = -1;

        /// <summary>The slot that a new bundle goes to while this one runs.</summary>
        public static byte IdleBeside(int running)
        {
            return running == A ? B : A;
        }
    }
}
