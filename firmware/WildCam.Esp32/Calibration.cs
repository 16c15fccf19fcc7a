using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// From the ADC's reading to the battery's voltage: a line through two measured points, or by the divider's nominal
    /// values where nobody measured. The ESP32's reference is off by up to 6 % from chip to chip, and its divider adds
    /// to that.
    /// </summary>
    public sealed class Calibration
    {
        /// <summary>First point, as the ADC reads it.</summary>
        public int Raw1;

        /// <summary>First point, in mV.</summary>
        public int Millivolts1;

        /// <summary>Second point, as the ADC reads it.</summary>
        public int Raw2;

        /// <summary>Second point, in mV.</summary>
        public int Millivolts2;

        /// <summary>The battery counts as empty here, in mV; 4 alkaline cells at 1.1 V.</summary>
        public int EmptyMillivolts = 4400;

        /// <summary>And as full here, in mV; 4 alkaline cells at 1.5 V.</summary>
        public int FullMillivolts = 6000;

        /// <summary>The line of a board's nominal values.</summary>
        public static Calibration Nominal(BoardPins pins)
        {
            Calibration line = new Calibration();
            line.Raw2 = pins.BatteryRawMax;
            line.Millivolts2 = pins.BatteryFullScaleMillivolts;
            return line;
        }

        /// <summary>Whether two points make a line that rises.</summary>
        public bool IsLine
        {
            get { return Raw2 > Raw1 && Millivolts2 > Millivolts1; }
        }

        /// <summary>The voltage of a reading, in mV, never below 0.</summary>
        public ushort Millivolts(int raw)
        {
            long millivolts = Millivolts1
                + (long)(raw - Raw1) * (Millivolts2 - Millivolts1) / (Raw2 - Raw1);
            return millivolts < 0 ? (ushort)0 : millivolts > ushort.MaxValue ? ushort.MaxValue : (ushort)millivolts;
        }

        /// <summary>How full the battery is, in per cent.</summary>
        public byte Percent(int millivolts)
        {
            if (FullMillivolts <= EmptyMillivolts)
            {
                return Protocol.NoPercent;
            }

            int percent = (millivolts - EmptyMillivolts) * 100 / (FullMillivolts - EmptyMillivolts);
            return percent < 0 ? (byte)0 : percent > 100 ? (byte)100 : (byte)percent;
        }
    }
}
