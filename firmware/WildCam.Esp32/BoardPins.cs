namespace WildCam.Esp32
{
    /// <summary>How a board is wired: numbers of GPIOs, -1 where there is nothing, and what its parts are.</summary>
    public sealed class BoardPins
    {
        /// <summary>A value of WildCam.Wire.Boards.</summary>
        public byte Board;

        /// <summary>SPI bus of camera and card, from 1.</summary>
        public int SpiBus = 1;

        /// <summary>SPI data to the parts.</summary>
        public int SpiMosi;

        /// <summary>SPI data from the parts.</summary>
        public int SpiMiso;

        /// <summary>SPI clock.</summary>
        public int SpiClock;

        /// <summary>Chip select of the ArduCAM; driven by hand, so that a burst stays under one select.</summary>
        public int CameraSelect;

        /// <summary>Chip select of the card.</summary>
        public int CardSelect;

        /// <summary>I2C bus of the image sensor, from 1.</summary>
        public int I2cBus = 1;

        /// <summary>I2C data.</summary>
        public int I2cData;

        /// <summary>I2C clock.</summary>
        public int I2cClock;

        /// <summary>First motion sensor, high while it sees something; must be an RTC pin.</summary>
        public int Motion;

        /// <summary>Second motion sensor, or -1.</summary>
        public int Motion2 = -1;

        /// <summary>Status light, high is on; -1 without.</summary>
        public int Light = -1;

        /// <summary>Gate of the infrared lamp, high is on; -1 without.</summary>
        public int Lamp = -1;

        /// <summary>ADC channel behind the battery's divider; -1 without.</summary>
        public int BatteryChannel = -1;


        /// <summary>The ADC's largest reading.</summary>
        public int BatteryRawMax = 4095;

        /// <summary>Battery voltage at that reading, by the divider's nominal values, in mV.</summary>
        public int BatteryFullScaleMillivolts = 7600;

        /// <summary>Clock of the camera's SPI, in Hz; the ArduCAM Mini takes 8 MHz.</summary>
        public int CameraHertz = 8000000;

        /// <summary>Bytes of a chunk on the wire.</summary>
        public int ChunkBytes = 4096;
    }
}
