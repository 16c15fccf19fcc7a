using System.Device.Gpio;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>The status light: the loop asks it often enough to show its code.</summary>
    public sealed class LightPin : ILight
    {
        readonly GpioPin _pin;
        byte _code;
        long _since;
        long _now;

        /// <summary>The light of a board; dark at first. Harmless on a board without one.</summary>
        public LightPin(BoardPins pins, GpioController gpio)
        {
            _pin = pins.Light < 0 ? null : gpio.OpenPin(pins.Light, PinMode.Output);
        }

        /// <inheritdoc/>
        public void Show(byte code)
        {
            if (code != _code)
            {
                _code = code;
                _since = _now;
            }
        }

        /// <summary>Sets the light for this moment; returns ms until it wants to be asked again.</summary>
        public int Step(long now)
        {
            _now = now;
            if (_pin != null)
            {
                _pin.Write(LightCodes.IsLit(_code, now - _since) ? PinValue.High : PinValue.Low);
            }

            return _code == LightCodes.Off ? int.MaxValue : LightCodes.TickMilliseconds;
        }
    }
}
