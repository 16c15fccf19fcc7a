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

        /// <summary>Whether one fired since it was last asked.</summary>
        public bool TakeTrigger()
        {
            bool hasFired = _hasFired;
            _hasFired = false;
            return hasFired;
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
