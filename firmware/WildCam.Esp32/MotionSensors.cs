using System.Device.Gpio;
using System.Threading;

namespace WildCam.Esp32
{
    /// <summary>The motion sensors while the board is awake; out of its sleep they wake it by their level.</summary>
    public sealed class MotionSensors
    {
        readonly GpioPin _first;
        readonly GpioPin _second;
        readonly AutoResetEvent _wake;
        bool _hasFired;

        /// <summary>The sensors of a board; the event is set when one fires.</summary>
        public MotionSensors(BoardPins pins, GpioController gpio, AutoResetEvent wake)
        {
            _wake = wake;
            _first = Watch(gpio, pins.Motion);
            _second = pins.Motion2 < 0 ? null : Watch(gpio, pins.Motion2);
        }

        /// <summary>Whether one sees something now.</summary>
        public bool IsHigh
        {
            get { return IsPinHigh(_first) || (_second != null && IsPinHigh(_second)); }
        }

        /// <summary>Whether one fired since it was last asked.</summary>
        public bool TakeTrigger()
        {
            // Taken back only where it was seen: an edge between the two lines belongs to the trigger that is told, and
            // one before the first is not lost.
            if (!_hasFired)
            {
                return false;
            }

            _hasFired = false;
            return true;
        }

        static bool IsPinHigh(GpioPin pin)
        {
            return pin.Read() == PinValue.High;
        }

        GpioPin Watch(GpioController gpio, int number)
        {
            GpioPin pin = gpio.OpenPin(number, PinMode.InputPullDown);
            pin.ValueChanged += Changed;
            return pin;
        }

        void Changed(object sender, PinValueChangedEventArgs e)
        {
            if (e.ChangeType == PinEventTypes.Rising)
            {
                _hasFired = true;
                _wake.Set();
            }
        }
    }
}
