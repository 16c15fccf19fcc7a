namespace WildCam.Wire
{
    /// <summary>What became of a picture. Constants: nanoFramework prints an enum as a number.</summary>
    public static class ReceiptOutcomes
    {
        /// <summary>Not a receipt.</summary>
        public const byte None = 0;

        /// <summary>Durable; the camera may delete its copy.</summary>
        public const byte Stored = 1;

        /// <summary>Was durable already; the camera may delete its copy.</summary>
        public const byte Duplicate = 2;

        /// <summary>The bytes are durable, but held for a person; the camera may delete its copy.</summary>
        public const byte Quarantined = 3;

        /// <summary>The id belongs to another picture; the camera gives its picture a new id and retries.</summary>
        public const byte Conflict = 4;

        /// <summary>The hub will not take it; the camera moves it to its dead folder.</summary>
        public const byte Never = 5;
    }
}
