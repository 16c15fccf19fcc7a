namespace WildCam.Esp32
{
    /// <summary>Why the last connection did not come up. Constants: nanoFramework prints an enum as a number.</summary>
    public static class LinkProblems
    {
        /// <summary>It did, or none was tried.</summary>
        public const byte None = 0;

        /// <summary>No Wi-Fi, or no address from it.</summary>
        public const byte Wifi = 1;

        /// <summary>
        /// An operator's certificates cannot be checked: the clock is not set and no time server answered.
        /// </summary>
        public const byte ClockForTls = 2;

        /// <summary>The hub's name was not found.</summary>
        public const byte Name = 3;

        /// <summary>The hub was not reached, or TLS or MQTT failed.</summary>
        public const byte Hub = 4;

        /// <summary>The hub refused: wrong code or password, or the camera is marked stolen.</summary>
        public const byte Refused = 5;

        /// <summary>It was up and ended.</summary>
        public const byte Lost = 6;

        /// <summary>More came at once than there is room for.</summary>
        public const byte Flooded = 7;
    }
}
