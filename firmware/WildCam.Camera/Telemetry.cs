using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>Heartbeats: one when a session is ready, then at the configured interval.</summary>
    public sealed class Telemetry
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CameraClock _clock;
        readonly Policy _policy;
        readonly Spool _spool;
        readonly uint _boot;
        long _nextAt;
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
            return now >= _nextAt;
        }

        /// <summary>The interval has changed: the next heartbeat is due now.</summary>
        public void Hurry()
        {
            _nextAt = 0;
        }

        /// <summary>Sends a heartbeat if one is due; returns ms until the next.</summary>
        public int Step(long now)
        {
            if (now < _nextAt)
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
            _nextAt = now + (long)_policy.InForce.HeartbeatSeconds * 1000;
            return Limits.IdleMilliseconds;
        }
    }
}
