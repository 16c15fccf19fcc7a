using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// ESP32 DevKit (WROOM-32, 4 MB flash, no PSRAM) with ArduCAM Mini 2MP and a card on the same SPI bus.
    /// </summary>
    public static class DevKitBoard
    {
        /// <summary>Its name in the set-up file.</summary>
        public const string Name = "devkit";

        /// <summary>
        /// The wiring. GPIO 6 to 11 belong to the flash, 12 decides the flash voltage at reset, 34 to 39 are inputs
        /// only: the motion sensors take 33 and 32, which can wake the chip.
        /// </summary>
        public static BoardPins Pins()
        {
            BoardPins pins = new BoardPins();
            pins.Board = Boards.Esp32Ov2640;
            pins.SpiMosi = 23;
            pins.SpiMiso = 19;
            pins.SpiClock = 18;
            pins.CameraSelect = 5;
            pins.CardSelect = 4;
            pins.I2cData = 21;
            pins.I2cClock = 22;
            pins.Motion = 33;
            pins.Light = 2;
            pins.Lamp = 25;
            pins.BatteryChannel = 6; // GPIO 34
            return pins;
        }
    }
}
