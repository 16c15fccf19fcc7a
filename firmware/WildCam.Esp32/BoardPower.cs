using System;
using System.Device.Adc;
using nanoFramework.Runtime.Native;
using WildCam.Camera.Ports;
using WildCam.Wire;
using Esp32Sleep = nanoFramework.Hardware.Esp32.Sleep;

namespace WildCam.Esp32
{
    /// <summary>Battery, causes, sleep and restart of the board.</summary>
    public sealed class BoardPower : IPower
    {
        /// <summary>Readings that make a battery value: the ESP32's ADC is noisy.</summary>
        public const int BatteryReadings = 16;

        /// <summary>A battery value holds for so long, in ms.</summary>
        public const int BatteryMilliseconds = 2000;

        readonly BoardPins _pins;
        readonly Calibration _calibration;
        readonly WakeRecord _record;
        readonly AdcChannel _battery;
        RtcClock _clock;
        ushort _millivolts;
        long _readAt = -BatteryMilliseconds;

        /// <summary>The power of a board; pins have their functions already.</summary>
        public BoardPower(BoardPins pins, Calibration calibration, WakeRecord record)
        {
            _pins = pins;
            _calibration = calibration;
            _record = record;
            _battery = pins.BatteryChannel < 0 ? null : new AdcController().OpenChannel(pins.BatteryChannel);
        }

        /// <summary>The clock that is given to the system before it sleeps.</summary>
        public RtcClock Clock
        {
            set { _clock = value; }
        }

        /// <summary>
        /// The last battery reading as the ADC gave it, the mean of some; -1 without a battery channel.
        /// </summary>
        public int BatteryRaw
        {
            get
            {
                if (_battery == null)
                {
                    return -1;
                }

                int sum = 0;
                for (int i = 0; i < BatteryReadings; i++)
                {
                    sum += _battery.ReadValue();
                }

                return sum / BatteryReadings;
            }
        }

        /// <inheritdoc/>
        public ushort BatteryMillivolts
        {
            get
            {
                long now = Environment.TickCount64;
                if (_battery != null && now - _readAt >= BatteryMilliseconds)
                {
                    _millivolts = _calibration.Millivolts(BatteryRaw);
                    _readAt = now;
                }

                return _millivolts;
            }
        }

        /// <inheritdoc/>
        public byte BatteryPercent
        {
            get { return _battery == null ? Protocol.NoPercent : _calibration.Percent(BatteryMillivolts); }
        }

        /// <summary>None of these boards has a sensor: the ESP32's own tells the temperature of the chip.</summary>
        public short Temperature
        {
            get { return Protocol.NoTemperature; }
        }

        /// <inheritdoc/>
        public byte WakeCause
        {
            get { return _record.WakeCause; }
        }

        /// <inheritdoc/>
        public byte ResetCause
        {
            get { return _record.ResetCause; }
        }

        /// <inheritdoc/>
        public uint FreeMemoryBytes
        {
            get { return nanoFramework.Runtime.Native.GC.Run(false); }
        }

        /// <inheritdoc/>
        public void Sleep(uint seconds)
        {
            if (_clock != null)
            {
                _clock.Store();
            }

            Esp32Sleep.EnableWakeupByTimer(new TimeSpan(seconds * TimeSpan.TicksPerSecond));
            WatchMotion();
            Esp32Sleep.StartDeepSleep();
        }

        /// <inheritdoc/>
        public void Reboot()
        {
            long now = 0;
            if (_clock != null)
            {
                _clock.Store();
                now = _clock.RtcMilliseconds;
            }

            _record.Rebooting(WakeCauses.Command, now);
            Power.RebootDevice(RebootOption.NormalReboot);
        }

        // One sensor wakes by its level; two need the other circuit, which takes any of several pins.
        void WatchMotion()
        {
            ulong first = 1UL << _pins.Motion;
            if (_pins.Motion2 < 0)
            {
                Esp32Sleep.EnableWakeupByPin(
                    (Esp32Sleep.WakeupGpioPin)first, 1);
            }
            else
            {
                Esp32Sleep.EnableWakeupByMultiPins(
                    (Esp32Sleep.WakeupGpioPin)(first | (1UL << _pins.Motion2)),
                    Esp32Sleep.WakeupMode.AnyHigh);
            }
        }
    }
}
