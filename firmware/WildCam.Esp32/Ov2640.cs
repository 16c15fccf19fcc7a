using System;
using System.Device.I2c;
using System.Threading;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// The registers of an OV2640, over its I2C-like SCCB. Two banks share the numbers: 0 is the signal processor, 1
    /// the sensor; register 0xFF chooses. The sensor always reads its whole 1600 x 1200 array, and the signal processor
    /// scales it down, so that every resolution sees the same view.
    /// </summary>
    public sealed class Ov2640
    {
        /// <summary>Bank of the signal processor.</summary>
        public const byte Dsp = 0;

        /// <summary>Bank of the sensor.</summary>
        public const byte Sensor = 1;

        const byte BankSelect = 0xFF;
        const int Address = 0x30;
        const int WidthOfArray = 1600;
        const int HeightOfArray = 1200;

        // OV2640 data sheet, table 13: gain control, COM7, product id, version.
        const byte Gain = 0x00;
        const byte Com7 = 0x12;
        const byte ProductId = 0x0A;
        const byte ProductVersion = 0x0B;
        const byte Com7Reset = 0x80;
        const byte Com7Bars = 0x02;

        // Data sheet, table 12: reset of the processor's parts, scaling, output size, quantisation scale.
        const byte ProcessorReset = 0xE0;
        const byte ProcessorResetVideo = 0x04;
        const byte QuantisationScale = 0x44;

        // Values of the maker's reference configuration: (register, value) pairs, bank by bank. The sensor's analogue
        // side, automatic exposure with a gain of at most 8, and banding filter; then its full window.
        static readonly byte[] SensorTable =
        {
            0x2C, 0xFF, 0x2E, 0xDF, 0x3C, 0x32, 0x11, 0x00, 0x09, 0x02, 0x04, 0x28, 0x13, 0xE5, 0x14, 0x48, 0x2C, 0x0C,
            0x33, 0x78, 0x3A, 0x33, 0x3B, 0xFB, 0x3E, 0x00, 0x43, 0x11, 0x16, 0x10, 0x4A, 0x81, 0x21, 0x99, 0x24, 0x40,
            0x25, 0x38, 0x26, 0x82, 0x5C, 0x00, 0x63, 0x00, 0x61, 0x70, 0x62, 0x80, 0x7C, 0x05, 0x20, 0x80, 0x28, 0x30,
            0x6C, 0x00, 0x6D, 0x80, 0x6E, 0x00, 0x70, 0x02, 0x71, 0x94, 0x73, 0xC1, 0x46, 0x3F, 0x0C, 0x3C, 0x15, 0x00,
            0x11, 0x01, 0x12, 0x00, 0x17, 0x11, 0x18, 0x75, 0x32, 0x36, 0x19, 0x01, 0x1A, 0x97, 0x03, 0x0F, 0x37, 0x40,
            0x4F, 0xBB, 0x50, 0x9C, 0x5A, 0x57, 0x3D, 0x34, 0x39, 0x02, 0x35, 0x88, 0x22, 0x0A, 0x34, 0xA0, 0x06, 0x02,
            0x0D, 0xB7, 0x0E, 0x01, 0x04, 0x08,
        };

        // The processor's: gamma, colour matrix, sharpness, white balance, lens correction; then JPEG as the output.
        static readonly byte[] DspTable =
        {
            0xE5, 0x7F, 0xF9, 0xC0, 0x41, 0x24, 0xE0, 0x14, 0x76, 0xFF, 0x33, 0xA0, 0x42, 0x20, 0x43, 0x18, 0x4C, 0x00,
            0x87, 0xD5, 0x88, 0x3F, 0xD7, 0x03, 0xD9, 0x10, 0xD3, 0x82, 0xC8, 0x08, 0xC9, 0x80, 0x7C, 0x00, 0x7D, 0x00,
            0x7C, 0x03, 0x7D, 0x48, 0x7D, 0x48, 0x7C, 0x08, 0x7D, 0x20, 0x7D, 0x10, 0x7D, 0x0E, 0x90, 0x00, 0x91, 0x0E,
            0x91, 0x1A, 0x91, 0x31, 0x91, 0x5A, 0x91, 0x69, 0x91, 0x75, 0x91, 0x7E, 0x91, 0x88, 0x91, 0x8F, 0x91, 0x96,
            0x91, 0xA3, 0x91, 0xAF, 0x91, 0xC4, 0x91, 0xD7, 0x91, 0xE8, 0x91, 0x20, 0x92, 0x00, 0x93, 0x06, 0x93, 0xE3,
            0x93, 0x05, 0x93, 0x05, 0x93, 0x00, 0x93, 0x04, 0x93, 0x00, 0x93, 0x00, 0x93, 0x00, 0x93, 0x00, 0x93, 0x00,
            0x93, 0x00, 0x93, 0x00, 0x96, 0x00, 0x97, 0x08, 0x97, 0x19, 0x97, 0x02, 0x97, 0x0C, 0x97, 0x24, 0x97, 0x30,
            0x97, 0x28, 0x97, 0x26, 0x97, 0x02, 0x97, 0x98, 0x97, 0x80, 0x97, 0x00, 0x97, 0x00, 0xC3, 0xED, 0xA4, 0x00,
            0xA8, 0x00, 0xC5, 0x11, 0xC6, 0x51, 0xBF, 0x80, 0xC7, 0x10, 0xB6, 0x66, 0xB8, 0xA5, 0xB7, 0x64, 0xB9, 0x7C,
            0xB3, 0xAF, 0xB4, 0x97, 0xB5, 0xFF, 0xB0, 0xC5, 0xB1, 0x94, 0xB2, 0x0F, 0xC4, 0x5C, 0x7F, 0x00, 0xDD, 0x7F,
            0x05, 0x00, 0xDF, 0x00, 0x33, 0x80, 0x3C, 0x40, 0xE1, 0x77, 0xE5, 0x1F, 0xD7, 0x03, 0xDA, 0x10, 0xE0, 0x00,
        };

        readonly I2cDevice _i2c;
        readonly byte[] _pair = new byte[2];
        readonly byte[] _one = new byte[1];
        int _bank = -1;

        /// <summary>The sensor on a board's I2C bus.</summary>
        public Ov2640(int bus)
        {
            _i2c = I2cDevice.Create(new I2cConnectionSettings(bus, Address, I2cBusSpeed.StandardMode));
        }

        /// <summary>
        /// Resets it, checks who it is and sets it up for JPEG; false where it does not answer as it should.
        /// </summary>
        public bool SetUp()
        {
            _bank = -1;
            int id = Read(Sensor, ProductId);
            int version = Read(Sensor, ProductVersion);
            if (id != 0x26 || (version != 0x41 && version != 0x42))
            {
                return false;
            }

            if (!Write(Sensor, Com7, Com7Reset))
            {
                return false;
            }

            Thread.Sleep(ShutterBudget.SensorResetMilliseconds);
            _bank = -1;
            return WriteAll(Sensor, SensorTable) && WriteAll(Dsp, DspTable);
        }

        /// <summary>Sets the size of the output, by a value of Resolutions.</summary>
        public bool SetResolution(byte resolution)
        {
            int width = Width(resolution);
            int height = Height(resolution);
            // Sizes count in units of 4 pixels, with the upper bits in registers of their own (data sheet, table 12).
            int arrayWidth = WidthOfArray / 4;
            int arrayHeight = HeightOfArray / 4;
            int outWidth = width / 4;
            int outHeight = height / 4;
            return Write(Dsp, ProcessorReset, ProcessorResetVideo)
                && Write(Dsp, 0xC0, WidthOfArray / 8)
                && Write(Dsp, 0xC1, HeightOfArray / 8)
                && Write(Dsp, 0x86, 0x3D)
                && Write(Dsp, 0x50, width == WidthOfArray ? 0x00 : width <= WidthOfArray / 2 ? 0x89 : 0x00)
                && Write(Dsp, 0x51, arrayWidth & 0xFF)
                && Write(Dsp, 0x52, arrayHeight & 0xFF)
                && Write(Dsp, 0x53, 0x00)
                && Write(Dsp, 0x54, 0x00)
                && Write(Dsp, 0x55, ((arrayHeight >> 8) << 7) | ((arrayWidth >> 8) << 3))
                && Write(Dsp, 0x57, 0x00)
                && Write(Dsp, 0x5A, outWidth & 0xFF)
                && Write(Dsp, 0x5B, outHeight & 0xFF)
                && Write(Dsp, 0x5C, ((outHeight >> 8) << 2) | (outWidth >> 8))
                && Write(Dsp, 0xD3, width <= WidthOfArray / 2 ? 0x04 : 0x02)
                && Write(Dsp, ProcessorReset, 0x00);
        }

        /// <summary>
        /// Sets the JPEG quality, 1 to 100. The sensor has a scale of its quantisation tables instead, fine at 2 and
        /// coarse at 63: 80 is about 12.
        /// </summary>
        public bool SetQuality(int quality)
        {
            return Write(Dsp, QuantisationScale, Scale(quality));
        }

        /// <summary>The sensor's scale for a quality.</summary>
        public static int Scale(int quality)
        {
            int scale = 2 + (100 - quality) * 61 / 120;
            return scale > 63 ? 63 : scale;
        }

        /// <summary>Shows colour bars in place of the scene, or the scene.</summary>
        public bool SetBars(bool isOn)
        {
            return Write(Sensor, Com7, isOn ? Com7Bars : 0x00);
        }

        /// <summary>Whether automatic exposure is at its end, a gain of 8: the scene is dark.</summary>
        public bool IsAtFullGain
        {
            get
            {
                // Each of the upper bits doubles the gain (data sheet, register GAIN).
                int gain = Read(Sensor, Gain);
                return gain >= 0 && (gain & 0x70) == 0x70;
            }
        }

        /// <summary>Pixels across.</summary>
        public static int Width(byte resolution)
        {
            switch (resolution)
            {
                case Resolutions.Vga640: return 640;
                case Resolutions.Svga800: return 800;
                case Resolutions.Xga1024: return 1024;
                case Resolutions.Sxga1280: return 1280;
                default: return WidthOfArray;
            }
        }

        /// <summary>Pixels down.</summary>
        public static int Height(byte resolution)
        {
            switch (resolution)
            {
                case Resolutions.Vga640: return 480;
                case Resolutions.Svga800: return 600;
                case Resolutions.Xga1024: return 768;
                case Resolutions.Sxga1280: return 1024;
                default: return HeightOfArray;
            }
        }

        bool WriteAll(byte bank, byte[] table)
        {
            bool isWritten = true;
            for (int i = 0; i < table.Length && isWritten; i += 2)
            {
                isWritten = Write(bank, table[i], table[i + 1]);
            }

            return isWritten;
        }

        bool Write(byte bank, byte register, int value)
        {
            return Choose(bank) && Send(register, value);
        }

        int Read(byte bank, byte register)
        {
            if (!Choose(bank))
            {
                return -1;
            }

            // SCCB has no repeated start: the number goes in a write of its own.
            _one[0] = register;
            if (_i2c.Write(_one).Status != I2cTransferStatus.FullTransfer)
            {
                return -1;
            }

            return _i2c.Read(_one).Status == I2cTransferStatus.FullTransfer ? _one[0] : -1;
        }

        bool Choose(byte bank)
        {
            if (_bank == bank)
            {
                return true;
            }

            _bank = Send(BankSelect, bank) ? bank : -1;
            return _bank == bank;
        }

        bool Send(byte register, int value)
        {
            _pair[0] = register;
            _pair[1] = (byte)value;
            return _i2c.Write(_pair).Status == I2cTransferStatus.FullTransfer;
        }
    }
}
