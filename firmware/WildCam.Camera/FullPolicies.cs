namespace WildCam.Camera
{
    /// <summary>Which waiting picture goes first when the spool is full and nothing receipted is left.</summary>
    public static class FullPolicies
    {
        /// <summary>The oldest.</summary>
        public const byte DropOldest = 0;

        /// <summary>The newest, so that the first pictures of a long outage stay.</summary>
        public const byte DropNewest = 1;
    }
}
