using WildCam.SimulatedHardware;

// nanoFramework.System.Device.Gpio, .Spi, .I2c and .Adc, as far as the firmware uses them.
namespace System.Device.Gpio
{
    public enum PinMode
    {
        Input = 0,
        InputPullDown = 1,
        InputPullUp = 2,
        Output = 3,
    }

    [Flags]
    public enum PinEventTypes
    {
        None = 0,
        Rising = 1,
        Falling = 2,
    }

    public readonly record struct PinValue(bool IsHigh)
    {
        public static PinValue High => new(true);

        public static PinValue Low => new(false);
    }

    public sealed class PinValueChangedEventArgs(PinEventTypes changeType, int pinNumber)
    {
        public PinEventTypes ChangeType => changeType;

        public int PinNumber => pinNumber;
    }

    public delegate void PinValueChangedEventHandler(object sender, PinValueChangedEventArgs e);

    public sealed class GpioPin
    {
        readonly Life _life;
        readonly SimulatedPin _pin;

        internal GpioPin(Life life, SimulatedPin pin)
        {
            _life = life;
            _pin = pin;
        }

        public event PinValueChangedEventHandler ValueChanged
        {
            add => _pin.Changed += (type, number) => value(this, new PinValueChangedEventArgs(type, number));
            remove => throw new NotSupportedException();
        }

        public PinValue Read()
        {
            _life.Check();
            return new PinValue(_pin.IsHigh);
        }

        public void Write(PinValue value)
        {
            _life.Check();
            _pin.Drive(value.IsHigh);
        }
    }

    public sealed class GpioController
    {
        public GpioPin OpenPin(int pinNumber, PinMode mode)
        {
            var life = Life.Current;
            return new GpioPin(life, life.World.OpenPin(life, pinNumber, mode));
        }
    }
}

namespace System.Device.Spi
{
    enum SpiMode
    {
        Mode0 = 0,
    }

    sealed class SpiConnectionSettings(int busId, int chipSelectLine)
    {
        public int BusId => busId;

        public int ChipSelectLine => chipSelectLine;

        public int ClockFrequency { get; set; } = 500_000;

        public SpiMode Mode { get; set; }
    }

    sealed class SpiDevice
    {
        readonly Life _life = Life.Current;
        readonly SpiConnectionSettings _settings;

        SpiDevice(SpiConnectionSettings settings) => _settings = settings;

        public static SpiDevice Create(SpiConnectionSettings settings) => new(settings);

        public void Write(SpanByte buffer)
        {
            _life.Check();
            _life.World.Camera.Transfer(_settings.ClockFrequency, buffer.Bytes, isRead: false);
        }

        public void Read(SpanByte buffer)
        {
            _life.Check();
            _life.World.Camera.Transfer(_settings.ClockFrequency, buffer.Bytes, isRead: true);
        }
    }
}

namespace System.Device.I2c
{
    enum I2cBusSpeed
    {
        StandardMode = 0,
    }

    enum I2cTransferStatus
    {
        FullTransfer = 0,
        SlaveAddressNotAcknowledged = 2,
    }

    readonly record struct I2cTransferResult(I2cTransferStatus Status);

    sealed class I2cConnectionSettings(int busId, int deviceAddress, I2cBusSpeed busSpeed)
    {
        public int BusId => busId;

        public int DeviceAddress => deviceAddress;

        public I2cBusSpeed BusSpeed => busSpeed;
    }

    sealed class I2cDevice
    {
        readonly Life _life = Life.Current;
        readonly I2cConnectionSettings _settings;

        I2cDevice(I2cConnectionSettings settings) => _settings = settings;

        public static I2cDevice Create(I2cConnectionSettings settings) => new(settings);

        public I2cTransferResult Write(SpanByte buffer)
        {
            _life.Check();
            return Result(_life.World.Camera.Chip.Write(_settings.DeviceAddress, buffer.Bytes));
        }

        public I2cTransferResult Read(SpanByte buffer)
        {
            _life.Check();
            return Result(_life.World.Camera.Chip.Read(_settings.DeviceAddress, buffer.Bytes));
        }

        static I2cTransferResult Result(bool isAcknowledged) => new(
            isAcknowledged ? I2cTransferStatus.FullTransfer : I2cTransferStatus.SlaveAddressNotAcknowledged);
    }
}

namespace System.Device.Adc
{
    sealed class AdcController
    {
        public AdcChannel OpenChannel(int channelNumber)
        {
            _ = channelNumber;
            return new AdcChannel();
        }
    }

    sealed class AdcChannel
    {
        readonly Life _life = Life.Current;

        public int ReadValue()
        {
            _life.Check();
            return _life.World.ReadBattery();
        }
    }
}
