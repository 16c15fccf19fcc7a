using WildCam.Camera.Ports;

namespace WildCam.Camera
{
    /// <summary>
    /// When a camera that runs on batteries needs the hub, and when it sleeps. A camera on mains never sleeps and
    /// always wants its connection.
    /// </summary>
    public sealed class Bedtime
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CameraClock _clock;
        readonly Policy _policy;
        readonly Session _session;
        readonly Shutter _shutter;
        readonly Spool _spool;
        readonly Telemetry _telemetry;
        readonly Delivery _delivery;
        readonly StatusLight _light;
        int _goodNightId;
        long _leaveBy;
        long _asleepUntil;
        uint _seconds;

        internal Bedtime(CameraPorts ports, CameraProfile profile, CameraClock clock, Policy policy, Session session,
            Shutter shutter, Spool spool, Telemetry telemetry, Delivery delivery, StatusLight light)
        {
            _ports = ports;
            _profile = profile;
            _clock = clock;
            _policy = policy;
            _session = session;
            _shutter = shutter;
            _spool = spool;
            _telemetry = telemetry;
            _delivery = delivery;
            _light = light;
        }

        /// <summary>Whether an order has the backlog uploaded outside the upload hours.</summary>
        public bool IsBacklogOrdered { get; set; }

        /// <summary>Whether the camera sleeps.</summary>
        public bool IsAsleep { get; set; }

        /// <summary>Whether it has said that it will sleep.</summary>
        public bool IsLeaving { get; set; }

        /// <summary>Ends a sleep, or the way to it.</summary>
        public void WakeUp()
        {
            if (IsAsleep || IsLeaving)
            {
                IsAsleep = false;
                IsLeaving = false;
                _session.FailuresInARow = 0;
                _session.Hurry();
            }
        }

        /// <summary>The link saw an acknowledgement.</summary>
        public void Acknowledged(int id)
        {
            if (IsLeaving && id == _goodNightId)
            {
                _leaveBy = 0;
            }
        }

        /// <summary>Whether a sleep is over; ends it.</summary>
        public bool IsOver(long now)
        {
            if (now >= _asleepUntil)
            {
                WakeUp();
            }

            return !IsAsleep;
        }

        /// <summary>Milliseconds that are left of a sleep, at most the longest pause between steps.</summary>
        public int Left(long now)
        {
            long left = _asleepUntil - now;
            return left < Limits.IdleMilliseconds ? (int)left : Limits.IdleMilliseconds;
        }

        /// <summary>Whether the camera has something to tell.</summary>
        public bool NeedsHub(long now)
        {
            return !_profile.SleepsWhenIdle || _telemetry.IsDue(now) || HasUploads(now);
        }

        /// <summary>Goes to sleep if nothing is left to do; returns ms until the next step.</summary>
        public int Step(long now)
        {
            if (_spool.Count == 0 && _spool.HeldCount == 0 && _delivery.IsIdle)
            {
                IsBacklogOrdered = false;
            }

            if (IsLeaving)
            {
                return now < _leaveBy ? (int)(_leaveBy - now) : FallAsleep(now);
            }

            bool hasFailed = _session.FailuresInARow >= Limits.ConnectionsPerWake;
            if (!_profile.SleepsWhenIdle || IsAsleep || !_spool.IsRecovered || (NeedsHub(now) && !hasFailed))
            {
                return Limits.IdleMilliseconds;
            }

            _seconds = SecondsToSleep(now);
            if (_seconds < Limits.SleepSecondsMin)
            {
                return (int)_seconds * 1000 + Limits.RetryMilliseconds;
            }

            IsLeaving = true;
            _goodNightId = _session.IsReady ? _session.SayGoodNight(_seconds) : 0;
            _leaveBy = _goodNightId == 0 ? now : now + Limits.FarewellMilliseconds;
            return 0;
        }

        int FallAsleep(long now)
        {
            IsLeaving = false;
            _session.Close(now);
            IsAsleep = true;
            _asleepUntil = now + (long)_seconds * 1000;
            _light.Dark();
            _ports.Power.Sleep(_seconds);
            return Left(now);
        }

        bool HasUploads(long now)
        {
            bool isTime = IsBacklogOrdered || _policy.IsUploadHour(_clock);
            bool hasSome = _spool.Count > 0 || (IsBacklogOrdered && _spool.HeldCount > 0);
            return hasSome && isTime && now >= _delivery.PausedUntil;
        }

        uint SecondsToSleep(long now)
        {
            // Where it is due and could not be sent, it is tried again after a whole interval.
            uint untilBeat = _telemetry.SecondsLeft(now);
            uint seconds = untilBeat > 0 ? untilBeat : _policy.InForce.HeartbeatSeconds;
            uint timelapse = _shutter.SecondsUntilTimelapse();
            if (timelapse > 0 && timelapse < seconds)
            {
                seconds = timelapse;
            }

            long paused = (_delivery.PausedUntil - now) / 1000;
            if (_spool.Count > 0 && paused > 0 && paused < seconds)
            {
                seconds = (uint)paused;
            }

            // In batched mode the next full hour may be an upload hour; a wake that finds it is not costs little.
            uint untilHour = 3600 - _clock.Seconds % 3600;
            return _spool.Count > 0 && untilHour < seconds ? untilHour : seconds;
        }
    }
}
