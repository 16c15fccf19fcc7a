namespace WildCam.Wire
{
    /// <summary>What became of an order. Constants: nanoFramework prints an enum as a number.</summary>
    public static class CommandStates
    {
        /// <summary>Not told.</summary>
        public const byte None = 0;

        /// <summary>Carried out.</summary>
        public const byte Done = 1;

        /// <summary>Not carried out; the code says why.</summary>
        public const byte Refused = 2;

        /// <summary>Came too late.</summary>
        public const byte Expired = 3;
    }
}
