namespace WildCam.Camera.Ports
{
    /// <summary>The real-time clock. Monotonic time comes as the argument of <see cref="CameraBrain.Step"/>.</summary>
    public interface IClock
    {
        /// <summary>The real-time clock, in ms since 1970-01-01T00:00:00Z; from 0 or so after a power loss.</summary>
        long RtcMilliseconds { get; }

        /// <summary>Whether the clock ran on since the last boot (deep sleep, reboot): its epoch goes on.</summary>
        bool IsKept { get; }

        /// <summary>Sets the clock, in ms since 1970-01-01T00:00:00Z; false where it cannot be set.</summary>
        bool Set(long unixMilliseconds);
    }
}
