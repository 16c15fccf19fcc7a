using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>The entry of a board that was flashed without the loader, for development.</summary>
    public static class Program
    {
        /// <summary>Runs the camera; it cannot be updated over the air.</summary>
        public static void Main()
        {
            Application.Run(Slots.NoLoader, false);
        }
    }
}
