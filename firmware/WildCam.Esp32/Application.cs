using System;
using System.Device.Gpio;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Text;
using System.Threading;
using nanoFramework.Hardware.Esp32;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// The device program: makes the ports of a board in the order that the shutter needs, then drives the brain. It
    /// ends in a deep sleep or a restart. It returns only where it failed and a loader started it, which counts that.
    /// </summary>
    public static class Application
    {
        /// <summary>Longest wait of the loop, in ms; what happens sooner wakes it.</summary>
        public const int WaitMillisecondsMax = 1000;

        /// <summary>
        /// A program that failed without a loader sleeps so long and starts anew, so that a fault does not empty the
        /// battery.
        /// </summary>
        public const uint FaultSleepSeconds = 60;

        /// <summary>Without a set-up file the light says so for this long, in ms.</summary>
        public const int NotSetUpMilliseconds = 120000;

        /// <summary>And the board sleeps for this long, in seconds.</summary>
        public const uint NotSetUpSleepSeconds = 3600;

        /// <summary>
        /// Runs the camera. The loader calls this by name: <paramref name="slot"/> is where the application came from,
        /// a value of WildCam.Wire.Slots or Slots.NoLoader, <paramref name="isPending"/> whether it has yet to prove
        /// itself.
        /// </summary>
        public static void Run(int slot, bool isPending)
        {
            NativeCrc crc = new NativeCrc();
            GpioController gpio = new GpioController();
            SetUpFile given = SetUpFile.Load();
            BoardPins pins = given == null ? DevKitBoard.Pins() : given.Pins;
            SetFunctions(pins);
            LightPin light = new LightPin(pins, gpio);
            Calibration battery = given == null ? Calibration.Nominal(pins) : given.Battery;
            WakeRecord record = new WakeRecord(crc, isPending);
            BoardPower power = new BoardPower(pins, battery, record);
            try
            {
                if (given == null)
                {
                    // To wait for a file is no failure of this version.
                    SlotBook book = new SlotBook(new SlotFiles(slot, pins.Board));
                    book.Answer();
                    book.Save();
                    AskForSetUp(light);
                    power.Sleep(NotSetUpSleepSeconds);
                }
                else
                {
                    Run(given, slot, crc, gpio, record, power, light);
                }
            }
            catch (Exception e)
            {
                Debug.WriteLine(e.Message);
                if (slot == Slots.NoLoader)
                {
                    power.Sleep(FaultSleepSeconds);
                }
            }
        }

        static void Run(SetUpFile given, int slot, NativeCrc crc, GpioController gpio, WakeRecord record,
            BoardPower power, LightPin light)
        {
            // The order is the shutter's: the sensor first, since it settles while the card is mounted.
            FlashSettings settings = new FlashSettings(crc);
            CameraConfig config = new Policy(settings).InForce;
            ArduCamSensor sensor = new ArduCamSensor(given.Pins, gpio);
            if (sensor.SetUp())
            {
                sensor.Expect(config.Resolution, config.JpegQuality);
            }

            AutoResetEvent wake = new AutoResetEvent(false);
            MotionSensors motion = new MotionSensors(given.Pins, gpio, wake);
            CardStore store = new CardStore(given.Pins);
            Identity identity = new Identity(settings, given.Camera, given.Password, given.Fingerprint);
            MqttLink link = new MqttLink(given, identity, wake);
            RtcClock clock = new RtcClock(record.IsClockKept);
            power.Clock = clock;
            CameraProfile profile = Profile(given, identity, store);
            CameraPorts ports = new CameraPorts();
            ports.Sensor = sensor;
            ports.Store = store;
            ports.Link = link;
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

            CameraBrain brain = new CameraBrain(profile, ports);
            if (record.WakeCause == WakeCauses.Motion)
            {
                brain.Triggered(Triggers.Motion);
            }

            Loop(brain, link, motion, light, wake);
        }

        static void Loop(CameraBrain brain, MqttLink link, MotionSensors motion, LightPin light, AutoResetEvent wake)
        {
            while (true)
            {
                link.Drain(brain);
                if (motion.TakeTrigger())
                {
                    brain.Triggered(Triggers.Motion);
                }

                long now = Environment.TickCount64;
                int wait = brain.Step(now);
                int untilLight = light.Step(now);
                wait = untilLight < wait ? untilLight : wait;
                wait = WaitMillisecondsMax < wait ? WaitMillisecondsMax : wait;
                if (wait > 0)
                {
                    wake.WaitOne(wait, false);
                }
            }
        }

        static CameraProfile Profile(SetUpFile given, Identity identity, CardStore store)
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
            profile.PictureBytesMax = ArduCamSensor.FifoBytes;
            NetworkInterface[] cards = NetworkInterface.GetAllNetworkInterfaces();
            if (cards.Length > 0 && cards[0].PhysicalAddress != null)
            {
                profile.HardwareAddress = cards[0].PhysicalAddress;
            }

            long capacity = store.CapacityBytes;
            if (capacity > 0)
            {
                profile.SpoolCapacityBytes = capacity;
            }

            return profile;
        }

        static void SetFunctions(BoardPins pins)
        {
            Configuration.SetPinFunction(pins.SpiMosi, DeviceFunction.SPI1_MOSI);
            Configuration.SetPinFunction(pins.SpiMiso, DeviceFunction.SPI1_MISO);
            Configuration.SetPinFunction(pins.SpiClock, DeviceFunction.SPI1_CLOCK);
            Configuration.SetPinFunction(pins.I2cData, DeviceFunction.I2C1_DATA);
            Configuration.SetPinFunction(pins.I2cClock, DeviceFunction.I2C1_CLOCK);
        }

        static void AskForSetUp(LightPin light)
        {
            light.Show(LightCodes.NotSetUp);
            long until = Environment.TickCount64 + NotSetUpMilliseconds;
            long now = Environment.TickCount64;
            while (now < until)
            {
                light.Step(now);
                Thread.Sleep(LightCodes.TickMilliseconds);
                now = Environment.TickCount64;
            }
        }
    }
}
