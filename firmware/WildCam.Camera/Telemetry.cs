using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Heartbeats: one when a session is ready, then at the configured interval, which goes on over deep sleep: a
    /// camera that wakes for a picture does not connect for a heartbeat that is not due.
    /// </summary>
    public sealed class Telemetry
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CameraClock _clock;
        readonly Policy _policy;
        readonly Spool _spool;
        readonly uint _boot;
        long _nextAt;
        bool _isFirstLook = true;
        uint _sequence;

        internal Telemetry(CameraPorts ports, CameraProfile profile, CameraClock clock, Policy policy, Spool spool,
            uint boot)
        {
            _ports = ports;
            _profile = profile;
            _clock = clock;
            _policy = policy;
            _spool = spool;
            _boot = boot;
        }

        /// <summary>Heartbeats sent since the start.</summary>
        public uint SentCount
        {
            get { return _sequence; }
        }

        /// <summary>Whether a heartbeat is due.</summary>
        public bool IsDue(long now)
        {
            if (_isFirstLook)
            {
                _isFirstLook = false;
                _nextAt = now + (long)SecondsLeftFromBefore() * 1000;
            }

            return now >= _nextAt;
        }

        /// <summary>Seconds until a heartbeat is due, rounded up.</summary>
        public uint SecondsLeft(long now)
        {
            return IsDue(now) ? 0 : (uint)((_nextAt - now + 999) / 1000);
        }

        /// <summary>The interval has changed: the next heartbeat is due now.</summary>
        public void Hurry()
        {
            _isFirstLook = false;
            _nextAt = 0;
        }

        /// <summary>Sends a heartbeat if one is due; returns ms until the next.</summary>
        public int Step(long now)
        {
            if (!IsDue(now))
            {
                long left = _nextAt - now;
                return left < Limits.IdleMilliseconds ? (int)left : Limits.IdleMilliseconds;
            }

            Heartbeat beat = new Heartbeat();
            beat.Boot = _boot;
            beat.Sequence = _sequence + 1;
            beat.ClockEpoch = _clock.Epoch;
            beat.ClockSeconds = _clock.Seconds;
            beat.BatteryMillivolts = _ports.Power.BatteryMillivolts;
            beat.BatteryPercent = _ports.Power.BatteryPercent;
            beat.Temperature = _ports.Power.Temperature;
            beat.SignalDbm = _ports.Link.SignalDbm;
            beat.SpoolCount = _spool.Count;
            beat.SpoolBytes = _spool.Bytes > 0 ? (ulong)_spool.Bytes : 0;
            beat.SpoolCapacityBytes = (ulong)_profile.SpoolCapacityBytes;
            beat.DeadCount = _spool.DeadCount;
            beat.DroppedCount = _spool.DroppedCount;
            beat.FreeMemoryBytes = _ports.Power.FreeMemoryBytes;
            beat.ResetCause = _ports.Power.ResetCause;
            beat.NextContactSeconds = _policy.InForce.HeartbeatSeconds;
            byte[] message = new byte[Heartbeat.Bytes];
            beat.Write(message, 0);
            if (_ports.Link.Publish(Topics.Heartbeat, "", message, 1) == 0)
            {
                return Limits.RetryMilliseconds;
            }

            _sequence++;
            Remember();
            _nextAt = now + (long)_policy.InForce.HeartbeatSeconds * 1000;
            return Limits.IdleMilliseconds;
        }

        uint SecondsLeftFromBefore()
        {
            // Only a board that slept goes on where it was; one that got power or was restarted says so at once.
            byte[] last = _profile.SleepsWhenIdle ? _ports.Settings.Get(SettingKeys.Heartbeat) : null;
            if (last == null || last.Length != 8 || LittleEndian.ReadUInt32(last, 0) != _clock.Epoch)
            {
                return 0;
            }

            uint interval = _policy.InForce.HeartbeatSeconds;
            uint passed = _clock.Seconds - LittleEndian.ReadUInt32(last, 4);
            return passed < interval ? interval - passed : 0;
        }

        void Remember()
        {
            if (_profile.SleepsWhenIdle)
            {
                byte[] value = new byte[8];
                LittleEndian.WriteUInt32(value, 0, _clock.Epoch);
                LittleEndian.WriteUInt32(value, 4, _clock.Seconds);
                _ports.Settings.Set(SettingKeys.Heartbeat, value);
            }
        }
    }
}
