namespace WildCam.Camera.Ports
{
    /// <summary>Keys of <see cref="ISettings"/>; numbers never change their meaning.</summary>
    public static class SettingKeys
    {
        /// <summary>Longest value, in bytes.</summary>
        public const int ValueBytesMax = 128;

        /// <summary>Boots since the first flash, u32.</summary>
        public const byte Boot = 1;

        /// <summary>Clock epoch u32, its source u8.</summary>
        public const byte Clock = 2;

        /// <summary>Spool id u64, whether the hub issued it u8.</summary>
        public const byte Spool = 3;

        /// <summary>The capture counter is below this, u64.</summary>
        public const byte CounterReserved = 4;

        /// <summary>Pictures dropped because the spool was full, ever, u32.</summary>
        public const byte Dropped = 5;

        /// <summary>The configuration in force and what of it was refused, as reported on the wire.</summary>
        public const byte Config = 6;

        /// <summary>The newest orders and what became of them.</summary>
        public const byte Orders = 7;

        /// <summary>The time-lapse slot that has its picture, u32.</summary>
        public const byte TimelapseSlot = 8;

        /// <summary>The last heartbeat: clock epoch u32, its seconds u32.</summary>
        public const byte Heartbeat = 9;

        /// <summary>
        /// The fingerprint of the enrolment code, 16 characters, and the credential that came for it, as on the wire.
        /// </summary>
        public const byte Credential = 10;
    }
}
