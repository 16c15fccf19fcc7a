using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// The connection: connect, say hello, be told the time; reconnect with doubling pauses and jitter. Ready is a
    /// session whose hello was answered and whose clock epoch the hub knows.
    /// </summary>
    public sealed class Session
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CameraClock _clock;
        readonly CaptureIds _ids;
        readonly Policy _policy;
        readonly Spool _spool;
        readonly uint _boot;
        bool _wasUp;
        bool _isConnecting;
        bool _mustHello;
        bool _hasSetClock;
        int _hellos;
        uint _helloSeconds;
        uint _helloEpoch;
        long _helloAt;
        long _deadline;
        long _hubMilliseconds;
        long _hubAt;

        internal Session(CameraPorts ports, CameraProfile profile, CameraClock clock, CaptureIds ids, Policy policy,
            Spool spool, uint boot)
        {
            _ports = ports;
            _profile = profile;
            _clock = clock;
            _ids = ids;
            _policy = policy;
            _spool = spool;
            _boot = boot;
        }

        /// <summary>Connections since this boot.</summary>
        public uint Number { get; set; }

        /// <summary>Whether the hub answered the hello of this connection.</summary>
        public bool IsReady { get; set; }

        /// <summary>Connections in a row that did not become ready.</summary>
        public int FailuresInARow { get; set; }

        /// <summary>Connects and greets; returns ms until the next step. Sets <see cref="IsReady"/>.</summary>
        public int Step(long now)
        {
            byte state = _ports.Link.State;
            if (_wasUp && state != LinkStates.Up)
            {
                End(now);
            }

            switch (state)
            {
                case LinkStates.Up:
                    return Greet(now);
                case LinkStates.Connecting:
                    if (now < _deadline)
                    {
                        return (int)(_deadline - now);
                    }

                    _ports.Link.Disconnect(false);
                    PauseBeforeNext(now);
                    return 0;
                default:
                    if (_isConnecting)
                    {
                        PauseBeforeNext(now);
                    }

                    return Connect(now);
            }
        }

        /// <summary>The hub told the time; false where this answers no hello of ours.</summary>
        public bool TimeTold(HubTime time, long now)
        {
            if (!_wasUp || _hellos == 0 || time.ClockEpoch != _helloEpoch || time.ClockSeconds != _helloSeconds)
            {
                return false;
            }

            _hubMilliseconds = time.UnixMilliseconds;
            _hubAt = _helloAt;
            _ids.Issue(time.IssuedSpoolId);
            IsReady = true;
            FailuresInARow = 0;
            // Once a session, so that a slow link does not set the clock to and fro.
            if (!_hasSetClock && _clock.SetTo(HubNow(now)))
            {
                _hasSetClock = true;
                _hellos = 0;
                _mustHello = true;
            }

            return true;
        }

        /// <summary>Hub time in ms since 1970; the camera's own where no hub has told it since the start.</summary>
        public long HubNow(long now)
        {
            return _hubMilliseconds == 0 ? _clock.Milliseconds : _hubMilliseconds + now - _hubAt;
        }

        /// <summary>Whether any hub time or a set clock is known, so that expiry can be judged.</summary>
        public bool KnowsTime
        {
            get { return _hubMilliseconds != 0 || _clock.IsSet; }
        }

        /// <summary>Says when the camera will be heard again; returns the message's id, 0 if it could not.</summary>
        public int SayGoodNight(uint nextContactSeconds)
        {
            Sleep sleep = new Sleep();
            sleep.Boot = _boot;
            sleep.Session = Number;
            sleep.NextContactSeconds = nextContactSeconds;
            byte[] message = new byte[Sleep.Bytes];
            sleep.Write(message, 0);
            return _ports.Link.Publish(Topics.Sleep, "", message, 1);
        }

        /// <summary>Ends the connection on purpose.</summary>
        public void Close(long now)
        {
            _ports.Link.Disconnect(true);
            if (_wasUp)
            {
                End(now);
            }
        }

        /// <summary>The hub told the board its credential: it comes back as the camera that it now is.</summary>
        public void CredentialTold(byte[] source, int offset, int count, long now)
        {
            Credential credential;
            if (_profile.Identity == null || !Credential.TryRead(source, offset, count, out credential)
                || !_profile.Identity.Take(credential))
            {
                return;
            }

            _profile.UpdateKey = credential.UpdateKey;
            Close(now);
            FailuresInARow = 0;
            _deadline = now;
        }

        /// <summary>Connects at the next step, whatever the pause.</summary>
        public void Hurry()
        {
            if (_ports.Link.State == LinkStates.Down)
            {
                _deadline = 0;
            }
        }

        int Connect(long now)
        {
            if (now < _deadline)
            {
                return (int)(_deadline - now);
            }

            Number++;
            LastWill will = new LastWill();
            will.Boot = _boot;
            will.Session = Number;
            _deadline = now + Limits.ConnectTimeoutMilliseconds;
            _wasUp = false;
            _isConnecting = true;
            _ports.Link.Connect(will.Text());
            return Limits.RetryMilliseconds;
        }

        int Greet(long now)
        {
            if (!_wasUp)
            {
                _wasUp = true;
                _isConnecting = false;
                _mustHello = true;
                _hellos = 0;
                _hasSetClock = false;
            }

            if (_profile.Identity != null && !_profile.Identity.IsEnrolled)
            {
                return AskForCredential(now);
            }

            if (!_mustHello && (IsReady || now < _deadline))
            {
                return IsReady ? Limits.IdleMilliseconds : (int)(_deadline - now);
            }

            if (!_mustHello && _hellos >= Limits.HellosMax)
            {
                _ports.Link.Disconnect(false);
                return 0;
            }

            _helloAt = now;
            if (_ports.Link.Publish(Topics.Hello, "", Hello(), 1) == 0)
            {
                return Limits.RetryMilliseconds;
            }

            _mustHello = false;
            _hellos++;
            _deadline = now + Limits.TimeTimeoutMilliseconds;
            return Limits.TimeTimeoutMilliseconds;
        }

        int AskForCredential(long now)
        {
            if (_mustHello)
            {
                EnrolRequest request = new EnrolRequest();
                request.Board = _profile.Board;
                request.FirmwareMajor = _profile.FirmwareMajor;
                request.FirmwareMinor = _profile.FirmwareMinor;
                request.FirmwarePatch = _profile.FirmwarePatch;
                if (_profile.HardwareAddress.Length == EnrolRequest.AddressBytes)
                {
                    request.HardwareAddress = _profile.HardwareAddress;
                }

                byte[] message = new byte[EnrolRequest.Bytes];
                request.Write(message, 0);
                if (_ports.Link.Publish(Topics.Enrol, "", message, 1) == 0)
                {
                    return Limits.RetryMilliseconds;
                }

                _mustHello = false;
                _deadline = now + Limits.EnrolTimeoutMilliseconds;
            }

            if (now < _deadline)
            {
                return (int)(_deadline - now);
            }

            // Nobody accepted it yet, or an answer was lost: again after a pause.
            _ports.Link.Disconnect(false);
            return 0;
        }

        byte[] Hello()
        {
            _helloEpoch = _clock.Epoch;
            _helloSeconds = _clock.Seconds;
            Hello hello = new Hello();
            hello.Boot = _boot;
            hello.Session = Number;
            hello.FirmwareMajor = _profile.FirmwareMajor;
            hello.FirmwareMinor = _profile.FirmwareMinor;
            hello.FirmwarePatch = _profile.FirmwarePatch;
            hello.Board = _profile.Board;
            hello.WakeCause = _ports.Power.WakeCause;
            hello.ClockEpoch = _helloEpoch;
            hello.ClockSeconds = _helloSeconds;
            hello.ClockSource = _clock.Source;
            hello.SpoolId = _ids.IsIssued ? _ids.SpoolId : 0;
            hello.SpoolCount = _spool.Count;
            hello.ConfigVersion = _policy.InForce.ConfigVersion;
            hello.ChunkBytes = (ushort)_profile.ChunkBytes;
            byte[] message = new byte[WildCam.Wire.Hello.Bytes];
            hello.Write(message, 0);
            return message;
        }

        void End(long now)
        {
            _wasUp = false;
            _mustHello = false;
            PauseBeforeNext(now);
            IsReady = false;
        }

        void PauseBeforeNext(long now)
        {
            // A session that was ready starts the row anew; the jitter is half of the pause.
            _isConnecting = false;
            int shift = FailuresInARow < 16 ? FailuresInARow : 16;
            long pause = (long)Limits.BackoffMillisecondsMin << shift;
            pause = pause < Limits.BackoffMillisecondsMax ? pause : Limits.BackoffMillisecondsMax;
            int half = (int)(pause / 2);
            _deadline = now + half + _ports.Random.Next(half + 1);
            FailuresInARow++;
        }
    }
}
