namespace WildCam.Esp32
{
    /// <summary>
    /// What may pass between the motion sensor and the shutter, in ms. An animal that trots through the view at 3 m/s
    /// is in a 52 degree view for some 2 s at 2 m, and <see cref="TotalMilliseconds"/> is below that. Until the first
    /// picture is on the card there is no Wi-Fi and no time server, and bundles are not verified (that was done when
    /// they were installed). The parts are bounds by data sheet or by what the code waits for; none was measured on a
    /// board.
    /// </summary>
    public static class ShutterBudget
    {
        /// <summary>ROM, bootloader and nanoCLR until Main; not ours to change.</summary>
        public const int RuntimeMilliseconds = 700;

        /// <summary>ArduCAM: its CPLD is reset for so long.</summary>
        public const int CameraResetMilliseconds = 100;

        /// <summary>ArduCAM: and needs so long after it.</summary>
        public const int CameraReadyMilliseconds = 100;

        /// <summary>OV2640: it takes no register writes for so long after a reset.</summary>
        public const int SensorResetMilliseconds = 5;

        /// <summary>
        /// Some 230 register writes of 3 bytes at 100 kHz, 0.3 ms each, with the interpreter's share.
        /// </summary>
        public const int RegistersMilliseconds = 150;

        /// <summary>Two frames at 15 a second, in which exposure and white balance settle.</summary>
        public const int SettleMilliseconds = 140;

        /// <summary>Mounting a card and finding the place in the spool; the settling runs meanwhile.</summary>
        public const int CardMilliseconds = 400;

        /// <summary>The sum, lamp not counted: its warm-up is the profile's.</summary>
        public const int TotalMilliseconds = RuntimeMilliseconds + CameraResetMilliseconds + CameraReadyMilliseconds
            + SensorResetMilliseconds + RegistersMilliseconds + CardMilliseconds;

        /// <summary>From the shutter until the frame is in the FIFO: 1600 x 1200 comes 15 times a second, so three
        /// frames; beyond it the sensor counts as broken.</summary>
        public const int CaptureTimeoutMilliseconds = 2000;
    }
}
