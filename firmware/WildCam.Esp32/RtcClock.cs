using System;
using nanoFramework.Runtime.Native;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>
    /// The real-time clock. It is read once at the start and runs on the ticks from there, so that a time server that
    /// sets the clock of the system does not move the camera's clock under its epoch.
    /// </summary>
    public sealed class RtcClock : IClock
    {
        // 1970-01-01 in the ticks of DateTime.
        const long UnixEpochTicks = 621355968000000000;
        const long TicksPerMillisecond = 10000;

        readonly bool _isKept;
        long _ahead;

        /// <summary>The clock as it is now; kept if it ran on since the program ran last.</summary>
        public RtcClock(bool isKept)
        {
            _isKept = isKept;
            _ahead = SystemMilliseconds - Environment.TickCount64;
        }

        /// <summary>What the system takes for the time, in ms since 1970-01-01T00:00:00Z.</summary>
        public static long SystemMilliseconds
        {
            get { return (DateTime.UtcNow.Ticks - UnixEpochTicks) / TicksPerMillisecond; }
        }

        /// <inheritdoc/>
        public long RtcMilliseconds
        {
            get { return Environment.TickCount64 + _ahead; }
        }

        /// <inheritdoc/>
        public bool IsKept
        {
            get { return _isKept; }
        }

        /// <inheritdoc/>
        public bool Set(long unixMilliseconds)
        {
            _ahead = unixMilliseconds - Environment.TickCount64;
            return Store();
        }

        /// <summary>Gives the system this clock's time, which then outlives a deep sleep.</summary>
        public bool Store()
        {
            return Rtc.SetSystemTime(new DateTime(RtcMilliseconds * TicksPerMillisecond + UnixEpochTicks));
        }
    }
}
