namespace WildCam.Wire
{
    /// <summary>Orders to a camera. Constants: nanoFramework prints an enum as a number.</summary>
    public static class CommandKinds
    {
        /// <summary>No order.</summary>
        public const byte None = 0;

        /// <summary>Take a picture.</summary>
        public const byte CaptureNow = 1;

        /// <summary>Restart.</summary>
        public const byte Reboot = 2;

        /// <summary>Blink the status light.</summary>
        public const byte Identify = 3;

        /// <summary>Upload all that waits, now.</summary>
        public const byte UploadBacklog = 4;

        /// <summary>Delete receipted pictures.</summary>
        public const byte DropReceipted = 5;

        /// <summary>Deliver a test pattern.</summary>
        public const byte TestPattern = 6;

        /// <summary>Send preview frames for Argument seconds.</summary>
        public const byte Preview = 7;

        /// <summary>
        /// Deliver the full frame with the id SpoolId and Counter, whose stand-in has the next number.
        /// </summary>
        public const byte FullFrame = 8;
    }
}
