using System;
using System.Device.Gpio;
using System.Device.Spi;
using System.Threading;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// The ArduCAM Mini 2MP: an OV2640 that makes the JPEG, and a FIFO of 384 KiB that takes it in real time and gives
    /// it at the pace of whoever reads. Nothing here ever holds a picture.
    /// </summary>
    public sealed class ArduCamSensor : ISensor
    {
        /// <summary>Bytes that the FIFO can hold.</summary>
        public const int FifoBytes = 393216;

        /// <summary>Bytes of one SPI transfer: below what the ESP32's DMA takes at once.</summary>
        public const int BlockBytes = 2048;

        // ArduCAM SPI registers; bit 7 of the address says that it is a write.
        const byte WriteBit = 0x80;
        const byte Test1 = 0x00;
        const byte Mode = 0x02;
        const byte Fifo = 0x04;
        const byte FifoClearDone = 0x01;
        const byte FifoStart = 0x02;
        const byte FifoResetRead = 0x10;
        const byte FifoResetWrite = 0x20;
        const byte SoftReset = 0x07;
        const byte BurstRead = 0x3C;
        const byte Trigger = 0x41;
        const byte TriggerDone = 0x08;
        const byte Length0 = 0x42;
        const byte Length1 = 0x43;
        const byte Length2 = 0x44;
        const int PollMilliseconds = 5;
        const int None = -1;

        readonly SpiDevice _spi;
        readonly GpioPin _select;
        readonly Ov2640 _chip;
        readonly byte[] _block = new byte[BlockBytes];
        readonly byte[] _command = new byte[2];
        readonly byte[] _answer = new byte[1];
        bool _isSetUp;
        long _settledAt;
        int _resolution = None;
        int _quality = None;
        int _bars = None;
        int _left;
        int _at;
        int _filled;
        bool _isBursting;
        bool _isStarted;
        bool _hasEnded;

        /// <summary>The camera of a board; pins have their functions already.</summary>
        public ArduCamSensor(BoardPins pins, GpioController gpio)
        {
            _select = gpio.OpenPin(pins.CameraSelect, PinMode.Output);
            _select.Write(PinValue.High);
            // No chip select of the bus's own: it would be released after every transfer, and a burst with it.
            SpiConnectionSettings settings = new SpiConnectionSettings(pins.SpiBus, -1);
            settings.ClockFrequency = pins.CameraHertz;
            settings.Mode = SpiMode.Mode0;
            _spi = SpiDevice.Create(settings);
            _chip = new Ov2640(pins.I2cBus);
        }

        /// <inheritdoc/>
        public byte Flags
        {
            get { return 0; }
        }

        /// <summary>Whether the sensor's gain is at its end: it is dark.</summary>
        public bool IsAtFullGain
        {
            get { return _isSetUp && _chip.IsAtFullGain; }
        }

        /// <summary>
        /// Wakes the camera and sets it up, so that exposure settles while the card is looked at; false where it does
        /// not answer. Again where it was lost.
        /// </summary>
        public bool SetUp()
        {
            _resolution = None;
            _quality = None;
            _bars = None;
            WriteRegister(SoftReset, 0x80);
            Thread.Sleep(ShutterBudget.CameraResetMilliseconds);
            WriteRegister(SoftReset, 0x00);
            Thread.Sleep(ShutterBudget.CameraReadyMilliseconds);
            _isSetUp = Echoes(0x55) && Echoes(0xAA) && _chip.SetUp();
            if (_isSetUp)
            {
                WriteRegister(Mode, 0x00);
                _settledAt = Environment.TickCount64 + ShutterBudget.SettleMilliseconds;
            }

            return _isSetUp;
        }

        /// <summary>
        /// Tells it what the next picture will be like, so that it settles on that; false where it fails.
        /// </summary>
        public bool Expect(byte resolution, byte quality)
        {
            return _isSetUp && Adjust(resolution, quality, 0);
        }

        /// <inheritdoc/>
        public int Start(byte resolution, byte quality, bool isTestPattern)
        {
            Stop();
            if ((!_isSetUp && !SetUp()) || !Adjust(resolution, quality, isTestPattern ? 1 : 0))
            {
                _isSetUp = false;
                return -1;
            }

            while (Environment.TickCount64 < _settledAt)
            {
                Thread.Sleep(PollMilliseconds);
            }

            WriteRegister(Fifo, FifoResetRead);
            WriteRegister(Fifo, FifoResetWrite);
            WriteRegister(Fifo, FifoClearDone);
            WriteRegister(Fifo, FifoStart);
            long deadline = Environment.TickCount64 + ShutterBudget.CaptureTimeoutMilliseconds;
            while ((ReadRegister(Trigger) & TriggerDone) == 0)
            {
                if (Environment.TickCount64 >= deadline)
                {
                    _isSetUp = false;
                    return -1;
                }

                Thread.Sleep(PollMilliseconds);
            }

            int length = ReadRegister(Length0) | (ReadRegister(Length1) << 8) | ((ReadRegister(Length2) & 0x7F) << 16);
            if (length == 0 || length >= FifoBytes)
            {
                // Full is cut off: the frame did not fit.
                return -1;
            }

            _left = length;
            _at = 0;
            _filled = 0;
            _hasEnded = false;
            _isStarted = true;
            return FindStart() ? _left + _filled - _at : -1;
        }

        /// <inheritdoc/>
        public int Read(byte[] target, int offset, int count)
        {
            if (!_isStarted)
            {
                return -1;
            }

            int done = 0;
            while (done < count)
            {
                if (_at == _filled)
                {
                    if (_hasEnded)
                    {
                        break;
                    }

                    if (!Fill())
                    {
                        // The FIFO is empty and no end of the picture came.
                        return -1;
                    }
                }

                int take = _filled - _at < count - done ? _filled - _at : count - done;
                Array.Copy(_block, _at, target, offset + done, take);
                _at += take;
                done += take;
            }

            return done;
        }

        /// <inheritdoc/>
        public void Stop()
        {
            _select.Write(PinValue.High);
            _isBursting = false;
            _isStarted = false;
            _left = 0;
        }

        bool Adjust(int resolution, int quality, int bars)
        {
            if (resolution == _resolution && quality == _quality && bars == _bars)
            {
                return true;
            }

            bool isSet = (resolution == _resolution || _chip.SetResolution((byte)resolution))
                && (quality == _quality || _chip.SetQuality(quality))
                && (bars == _bars || _chip.SetBars(bars == 1));
            _resolution = isSet ? resolution : None;
            _quality = isSet ? quality : None;
            _bars = isSet ? bars : None;
            _settledAt = Environment.TickCount64 + ShutterBudget.SettleMilliseconds;
            return isSet;
        }

        // The picture starts within the first block: the FIFO may begin with a few bytes of the line before.
        bool FindStart()
        {
            if (!Fetch())
            {
                return false;
            }

            for (int i = 0; i + 1 < _filled; i++)
            {
                if (_block[i] == 0xFF && _block[i + 1] == 0xD8)
                {
                    _at = i;
                    LookForEnd(i + 2);
                    return true;
                }
            }

            return false;
        }

        bool Fill()
        {
            // The last byte of the block before may be the first one of the end marker.
            bool mayBeHalf = _filled > 0 && _block[_filled - 1] == 0xFF;
            if (!Fetch())
            {
                return false;
            }

            if (mayBeHalf && _block[0] == 0xD9)
            {
                _filled = 1;
                _hasEnded = true;
                return true;
            }

            LookForEnd(0);
            return true;
        }

        bool Fetch()
        {
            if (_left == 0)
            {
                return false;
            }

            if (!_isBursting)
            {
                _command[0] = BurstRead;
                _select.Write(PinValue.Low);
                _spi.Write(new SpanByte(_command, 0, 1));
                _isBursting = true;
            }

            int take = _left < BlockBytes ? _left : BlockBytes;
            _spi.Read(new SpanByte(_block, 0, take));
            _left -= take;
            _at = 0;
            _filled = take;
            return true;
        }

        // The interpreter is slow, and a marker covers two bytes: it is enough to look at every other one.
        void LookForEnd(int from)
        {
            for (int i = from + 1; i < _filled; i += 2)
            {
                int end = 0;
                byte seen = _block[i];
                if (seen == 0xD9 && _block[i - 1] == 0xFF)
                {
                    end = i + 1;
                }
                else if (seen == 0xFF && i + 1 < _filled && _block[i + 1] == 0xD9)
                {
                    end = i + 2;
                }

                if (end != 0)
                {
                    _filled = end;
                    _hasEnded = true;
                    return;
                }
            }
        }

        bool Echoes(byte value)
        {
            WriteRegister(Test1, value);
            return ReadRegister(Test1) == value;
        }

        void WriteRegister(byte register, byte value)
        {
            _command[0] = (byte)(register | WriteBit);
            _command[1] = value;
            _select.Write(PinValue.Low);
            _spi.Write(new SpanByte(_command, 0, 2));
            _select.Write(PinValue.High);
        }

        int ReadRegister(byte register)
        {
            _command[0] = register;
            _select.Write(PinValue.Low);
            _spi.Write(new SpanByte(_command, 0, 1));
            _spi.Read(new SpanByte(_answer, 0, 1));
            _select.Write(PinValue.High);
            return _answer[0];
        }
    }
}
