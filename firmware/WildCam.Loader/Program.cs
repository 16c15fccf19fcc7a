using System;
using System.Threading;
using nanoFramework.Runtime.Native;
using Esp32Sleep = nanoFramework.Hardware.Esp32.Sleep;

namespace WildCam.Loader
{
    /// <summary>The loader's start on a board.</summary>
    public static class Program
    {
        /// <summary>Never returns: the board starts anew in place of that.</summary>
        public static void Main()
        {
            Boot boot = new Boot(new SlotFiles("I:\\"), new Machine(), new Reset(), BuiltInStamp.Value);
            boot.Choose();
            if (boot.IsWatched)
            {
                new Thread(boot.Guard).Start();
            }

            boot.Run();
        }

        sealed class Reset : IReset
        {
            public bool IsWake
            {
                get { return Esp32Sleep.GetWakeupCause() != Esp32Sleep.WakeupCause.Undefined; }
            }

            public void Reboot()
            {
                Power.RebootDevice(RebootOption.NormalReboot);
            }

            public void Sleep(int seconds)
            {
                Esp32Sleep.EnableWakeupByTimer(new TimeSpan(seconds * TimeSpan.TicksPerSecond));
                Esp32Sleep.StartDeepSleep();
            }
        }
    }
}
