using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// The camera's time. Its seconds are those of the real-time clock, whatever that shows; the epoch says which
    /// run of that clock they belong to, and goes up by one at a power loss and whenever the clock is set.
    /// </summary>
    public sealed class CameraClock
    {
        readonly IClock _clock;
        readonly ISettings _settings;

        /// <summary>Continues the persisted epoch, or begins the next one where the clock was lost.</summary>
        public CameraClock(CameraPorts ports)
        {
            _clock = ports.Clock;
            _settings = ports.Settings;
            byte[] value = _settings.Get(SettingKeys.Clock);
            if (value != null && value.Length == 5)
            {
                Epoch = LittleEndian.ReadUInt32(value, 0);
                Source = value[4];
            }

            if (!_clock.IsKept || Epoch == 0)
            {
                Keep(Epoch + 1, ClockSources.None);
            }
            else if (Source != ClockSources.None)
            {
                Source = ClockSources.Kept;
            }
        }

        /// <summary>Epoch of the clock, from 1.</summary>
        public uint Epoch { get; set; }

        /// <summary>Who set the clock in this epoch, a value of ClockSources.</summary>
        public byte Source { get; set; }

        /// <summary>The real-time clock, in ms.</summary>
        public long Milliseconds
        {
            get { return _clock.RtcMilliseconds; }
        }

        /// <summary>The real-time clock, in seconds.</summary>
        public uint Seconds
        {
            get { return (uint)(_clock.RtcMilliseconds / 1000); }
        }

        /// <summary>Whether the clock shows the time of day, and not the time since power-on.</summary>
        public bool IsSet
        {
            get { return Source != ClockSources.None; }
        }

        /// <summary>
        /// Sets the clock to the hub's time if it is off by more than the tolerance. Returns whether an epoch began,
        /// which a new hello must anchor.
        /// </summary>
        public bool SetTo(long unixMilliseconds)
        {
            return SetTo(unixMilliseconds, ClockSources.Hub);
        }

        /// <summary>The same by another source, a value of ClockSources.</summary>
        public bool SetTo(long unixMilliseconds, byte source)
        {
            long off = unixMilliseconds - _clock.RtcMilliseconds;
            bool isNear = off <= Limits.ClockToleranceMilliseconds && off >= -Limits.ClockToleranceMilliseconds;
            if (isNear && IsSet)
            {
                return false;
            }

            // The epoch first: after a power cut between the two there is a new epoch of the old clock, no harm.
            return Keep(Epoch + 1, source) && _clock.Set(unixMilliseconds);
        }

        /// <summary>Minute of the site's day, 0 to 1439.</summary>
        public int MinuteOfDay(short siteOffsetMinutes)
        {
            long minutes = _clock.RtcMilliseconds / 60000 + siteOffsetMinutes;
            return (int)((minutes % 1440 + 1440) % 1440);
        }

        bool Keep(uint epoch, byte source)
        {
            byte[] value = new byte[5];
            LittleEndian.WriteUInt32(value, 0, epoch);
            value[4] = source;
            Epoch = epoch;
            Source = source;
            return _settings.Set(SettingKeys.Clock, value);
        }
    }
}
