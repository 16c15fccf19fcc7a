using System.Device.Gpio;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>
    /// The infrared lamp on a transistor. Darkness is what the image sensor's gain says: its automatic exposure has
    /// settled before anybody asks.
    /// </summary>
    public sealed class InfraredLamp : ILamp
    {
        readonly GpioPin _gate;
        readonly ArduCamSensor _sensor;

        /// <summary>The lamp of a board that has one; off at first.</summary>
        public InfraredLamp(BoardPins pins, GpioController gpio, ArduCamSensor sensor)
        {
            _sensor = sensor;
            _gate = gpio.OpenPin(pins.Lamp, PinMode.Output);
            _gate.Write(PinValue.Low);
        }

        /// <inheritdoc/>
        public bool IsDark
        {
            get { return _sensor.IsAtFullGain; }
        }

        /// <inheritdoc/>
        public void On()
        {
            _gate.Write(PinValue.High);
        }

        /// <inheritdoc/>
        public void Off()
        {
            _gate.Write(PinValue.Low);
        }
    }
}
