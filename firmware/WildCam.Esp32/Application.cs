using System;
using System.Device.Gpio;
using System.Diagnostics;
using System.Threading;
using nanoFramework.Hardware.Esp32;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// The device program: finds out what board it is on and why it runs, then lets a <see cref="Device"/> run. It ends
    /// in a deep sleep or a restart. It returns only where it failed and a loader started it, which counts that.
    /// </summary>
    public static class Application
    {
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
                    new Device(given, slot, crc, gpio, record, power, light).Run();
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
