using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>What is built into a board or given to it at registration; it does not change while it runs.</summary>
    public sealed class CameraProfile
    {
        /// <summary>A value of WildCam.Wire.Boards.</summary>
        public byte Board;

        /// <summary>Firmware version, first part.</summary>
        public ushort FirmwareMajor;

        /// <summary>Firmware version, second part.</summary>
        public ushort FirmwareMinor;

        /// <summary>Firmware version, third part.</summary>
        public ushort FirmwarePatch;

        /// <summary>Who the camera is; null where its set-up says it and it never enrols.</summary>
        public Identity Identity;

        /// <summary>The camera's password; keys the spool id that holds until the hub issues one.</summary>
        public byte[] Password = new byte[0];

        /// <summary>The key that the hub makes this camera's offers of firmware with; empty takes none.</summary>
        public byte[] UpdateKey = new byte[0];

        /// <summary>The network interface's address, 6 bytes.</summary>
        public byte[] HardwareAddress = new byte[0];

        /// <summary>Bytes of a chunk: 4,096 without PSRAM, up to 16,384 with.</summary>
        public int ChunkBytes = Protocol.BlockBytes;

        /// <summary>Chunks under way at once, 1 to <see cref="Limits.WindowMax"/>.</summary>
        public int Window = Limits.WindowMax;

        /// <summary>Bytes that the spool may hold, dead pictures included.</summary>
        public long SpoolCapacityBytes = 1L << 30;

        /// <summary>Bytes in which the store gives out space; files count rounded up to it.</summary>
        public int StoreUnitBytes = 4096;

        /// <summary>Largest picture that this board takes, in bytes.</summary>
        public int PictureBytesMax = Limits.PictureBytesMax;

        /// <summary>Free bytes that the spool makes before each shutter: a usual large picture.</summary>
        public int PictureBytesUsual = 262144;

        /// <summary>What goes first when the spool is full, a value of <see cref="FullPolicies"/>.</summary>
        public byte FullPolicy = FullPolicies.DropOldest;

        /// <summary>Whether the newest picture is delivered first (then the backlog, newest first).</summary>
        public bool IsNewestFirst = true;

        /// <summary>The infrared lamp burns for so long before the shutter fires, in ms.</summary>
        public int LampWarmUpMilliseconds = 150;

        /// <summary>Whether the board sleeps when nothing is left to do.</summary>
        public bool SleepsWhenIdle;
    }
}
