using WildCam.Camera.Ports;

namespace WildCam.Camera
{
    /// <summary>
    /// The hardware that a brain works with; every field is set before the brain is made, except for those that a
    /// board may lack.
    /// </summary>
    public sealed class CameraPorts
    {
        /// <summary>The image sensor.</summary>
        public ISensor Sensor;

        /// <summary>The card or flash that keeps pictures.</summary>
        public ISpoolStore Store;

        /// <summary>The way to the hub.</summary>
        public ILink Link;

        /// <summary>The real-time clock.</summary>
        public IClock Clock;

        /// <summary>Battery, causes, sleep.</summary>
        public IPower Power;

        /// <summary>Small values that outlive power cuts.</summary>
        public ISettings Settings;

        /// <summary>The slots for new firmware.</summary>
        public ISlotStore Slots;

        /// <summary>Chance, for jitter.</summary>
        public IRandom Random;

        /// <summary>The board's CRC-32.</summary>
        public ICrc32 Crc;

        /// <summary>The infrared lamp; null where the board has none.</summary>
        public ILamp Lamp;

        /// <summary>The status light; null where the board has none.</summary>
        public ILight Light;
    }
}
