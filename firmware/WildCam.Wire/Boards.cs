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
    }
}
