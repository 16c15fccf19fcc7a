namespace WildCam.Wire
{
    /// <summary>Boards that WildCam knows. Constants: nanoFramework prints an enum as a number.</summary>
    public static class Boards
    {
        /// <summary>Not told.</summary>
        public const byte Unknown = 0;

        /// <summary>A camera on a PC.</summary>
        public const byte Simulator = 1;

        /// <summary>ESP32 DevKit with ArduCAM Mini 2MP, no PSRAM.</summary>
        public const byte Esp32Ov2640 = 2;

        /// <summary>The same with PSRAM.</summary>
        public const byte Esp32PsramOv2640 = 3;

        /// <summary>ESP32-S3 with ArduCAM Mini 2MP.</summary>
        public const byte Esp32S3Ov2640 = 4;

        /// <summary>
        /// Largest bundle that a board can load, in bytes; 0 where it can load none and is updated over USB only. The
        /// loaded assemblies stay in the managed heap until the next restart, and they have 81 KiB: without PSRAM that
        /// heap, some 110 KB, has no room for them beside what the program holds. With PSRAM the bound is the 256 KiB
        /// of internal flash that hold both slots beside configuration and ledger; the S3 boards have 2 MiB there.
        /// </summary>
        public static int BundleBytesMax(byte board)
        {
            switch (board)
            {
                case Simulator: return 1048576;
                case Esp32Ov2640: return 0;
                case Esp32PsramOv2640: return 98304;
                case Esp32S3Ov2640: return 524288;
                default: return 0;
            }
        }
    }
}
