namespace WildCam.Wire
{
    /// <summary>What a slot holds. Constants: nanoFramework prints an enum as a number.</summary>
    public static class SlotStates
    {
        /// <summary>Nothing that counts; the file may hold anything and is erased before it is filled.</summary>
        public const byte Empty = 0;

        /// <summary>The first part of a bundle; its length says how much.</summary>
        public const byte Filling = 1;

        /// <summary>A whole bundle whose digest was right; it has not run yet, or is on trial.</summary>
        public const byte Verified = 2;

        /// <summary>A bundle that was confirmed: it connected and had a picture receipted.</summary>
        public const byte Good = 3;

        /// <summary>A bundle that was refused, did not load or was never confirmed.</summary>
        public const byte Bad = 4;
    }
}
