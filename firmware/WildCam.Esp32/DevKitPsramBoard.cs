using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// ESP32 DevKit with a WROVER module: GPIO 16 and 17 belong to its PSRAM, the rest is the DevKit's.
    /// </summary>
    public static class DevKitPsramBoard
    {
        /// <summary>Its name in the set-up file.</summary>
        public const string Name = "devkit-psram";

        /// <summary>The DevKit's wiring, with larger chunks.</summary>
        public static BoardPins Pins()
        {
            BoardPins pins = DevKitBoard.Pins();
            pins.Board = Boards.Esp32PsramOv2640;
            pins.ChunkBytes = 8192;
            return pins;
        }
    }
}
