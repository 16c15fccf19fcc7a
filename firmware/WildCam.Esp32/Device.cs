using System;
using System.Device.Gpio;
using System.Net.NetworkInformation;
using System.Text;
using System.Threading;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>A board with a brain on it: its ports, made in the order that the shutter needs, and a loop.</summary>
    public sealed class Device
    {
        /// <summary>Longest wait of the loop, in ms; what happens sooner wakes it.</summary>
        public const int WaitMillisecondsMax = 1000;

        readonly AutoResetEvent _wake = new AutoResetEvent(false);
        readonly MotionSensors _motion;
        readonly MqttLink _link;
        readonly LightPin _light;

        /// <summary>Makes the ports and the brain; pins have their functions already.</summary>
        public Device(SetUpFile given, int slot, NativeCrc crc, GpioController gpio, WakeRecord record,
            BoardPower power, LightPin light)
        {
            _light = light;
            // The sensor first, since it settles while the card is mounted.
            FlashSettings settings = new FlashSettings(crc);
            CameraConfig config = new Policy(settings).InForce;
            ArduCamSensor sensor = new ArduCamSensor(given.Pins, gpio);
            if (sensor.SetUp())
            {
                sensor.Expect(config.Resolution, config.JpegQuality);
            }

            _motion = new MotionSensors(given.Pins, gpio, _wake);
            CardStore store = new CardStore(given.Pins);
            Identity identity = new Identity(settings, given.Camera, given.Password, given.Fingerprint);
            _link = new MqttLink(given, identity, _wake);
            RtcClock clock = new RtcClock(record.IsClockKept);
            power.Clock = clock;
            CameraProfile profile = Profile(given, identity);
            long capacity = store.CapacityBytes;
            profile.SpoolCapacityBytes = capacity > 0 ? capacity : profile.SpoolCapacityBytes;
            CameraPorts ports = new CameraPorts();
            ports.Sensor = sensor;
            ports.Store = store;
            ports.Link = _link;
            ports.Clock = clock;
            ports.Power = power;
            ports.Settings = settings;
            ports.Slots = new SlotFiles(slot, given.Pins.Board);
            ports.Random = new BoardRandom(profile.HardwareAddress, Environment.TickCount64, power.BatteryRaw);
            ports.Crc = crc;
            ports.Light = light;
            if (given.Pins.Lamp >= 0)
            {
                ports.Lamp = new InfraredLamp(given.Pins, gpio, sensor);
            }

            Brain = new CameraBrain(profile, ports);
            Brain.Spool.IsSuspect |= capacity <= 0;
            if (record.WakeCause == WakeCauses.Motion)
            {
                Brain.Triggered(Triggers.Motion);
            }
            else if (record.WakeCause != WakeCauses.PowerOn && _motion.IsHigh)
            {
                // It came while the program started, and its edge was before anybody listened. After power-on the
                // sensors are high for a while without anybody there.
                Brain.Triggered(Triggers.Motion);
            }
        }

        /// <summary>The camera's brain.</summary>
        public CameraBrain Brain { get; }

        /// <summary>Drives the brain; ends in a deep sleep or a restart.</summary>
        public void Run()
        {
            while (true)
            {
                _link.Drain(Brain);
                if (_motion.TakeTrigger())
                {
                    Brain.Triggered(Triggers.Motion);
                }

                long now = Environment.TickCount64;
                int wait = Brain.Step(now);
                int untilLight = _light.Step(now);
                wait = untilLight < wait ? untilLight : wait;
                wait = WaitMillisecondsMax < wait ? WaitMillisecondsMax : wait;
                if (wait > 0)
                {
                    _wake.WaitOne(wait, false);
                }
            }
        }

        static CameraProfile Profile(SetUpFile given, Identity identity)
        {
            CameraProfile profile = new CameraProfile();
            profile.Board = given.Pins.Board;
            profile.FirmwareMajor = FirmwareVersion.Major;
            profile.FirmwareMinor = FirmwareVersion.Minor;
            profile.FirmwarePatch = FirmwareVersion.Patch;
            profile.Identity = identity;
            profile.Password = Encoding.UTF8.GetBytes(identity.Password);
            profile.UpdateKey = identity.UpdateKey.Length > 0 ? identity.UpdateKey : given.UpdateKey;
            profile.ChunkBytes = given.Pins.ChunkBytes;
            profile.SleepsWhenIdle = given.SleepsWhenIdle;
            profile.StaysForLight = given.Pins.Light >= 0;
            profile.PictureBytesMax = ArduCamSensor.FifoBytes;
            NetworkInterface[] cards = NetworkInterface.GetAllNetworkInterfaces();
            if (cards.Length > 0 && cards[0].PhysicalAddress != null)
            {
                profile.HardwareAddress = cards[0].PhysicalAddress;
            }

            return profile;
        }
    }
}
