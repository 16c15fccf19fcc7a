using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>ESP32-S3 DevKitC with ArduCAM Mini 2MP and a card; 8 MB flash, PSRAM.</summary>
    public static class S3Board
    {
        /// <summary>Its name in the set-up file.</summary>
        public const string Name = "s3";

        /// <summary>The wiring. GPIO 26 to 37 belong to flash and PSRAM; 0 to 21 can wake the chip.</summary>
        public static BoardPins Pins()
        {
            BoardPins pins = new BoardPins();
            pins.Board = Boards.Esp32S3Ov2640;
            pins.SpiMosi = 11;
            pins.SpiMiso = 13;
            pins.SpiClock = 12;
            pins.CameraSelect = 10;
            pins.CardSelect = 9;
            pins.I2cData = 8;
            pins.I2cClock = 18;
            // nanoFramework names a few pins only for waking: of the S3's, 4 and 2 are among them.
            pins.Motion = 4;
            pins.Light = 38;
            pins.Lamp = 6;
            pins.BatteryChannel = 0; // GPIO 1
            pins.ChunkBytes = 8192;
            return pins;
        }
    }
}
