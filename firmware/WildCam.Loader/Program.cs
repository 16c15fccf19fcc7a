using System.Threading;
using nanoFramework.Runtime.Native;

namespace WildCam.Loader
{
    /// <summary>The loader's start on a board. The one file that only the nanoFramework project compiles.</summary>
    public static class Program
    {
        /// <summary>Never returns: the board is restarted in place of that.</summary>
        public static void Main()
        {
            Boot boot = new Boot(new SlotFiles("I:\\"), new Machine(), new Reset());
            boot.Choose();
            if (boot.IsPending)
            {
                new Thread(boot.Guard).Start();
            }

            boot.Run();
        }

        sealed class Reset : IReset
        {
            public void Reboot()
            {
                Power.RebootDevice();
            }
        }
    }
}
