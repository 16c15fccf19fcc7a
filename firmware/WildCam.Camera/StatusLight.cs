using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// What the status light says: how the camera is, for <see cref="Limits.LightSeconds"/> after power came on, so
    /// that whoever hangs it sees that it works; later only that it was asked to show itself.
    /// </summary>
    public sealed class StatusLight
    {
        readonly CameraPorts _ports;
        readonly Shutter _shutter;
        readonly Session _session;
        readonly Spool _spool;
        byte _shown = LightCodes.Off;
        long _speaksUntil = -1;
        long _identifyUntil;
        long _pictureUntil;
        uint _taken;

        internal StatusLight(CameraPorts ports, Shutter shutter, Session session, Spool spool)
        {
            _ports = ports;
            _shutter = shutter;
            _session = session;
            _spool = spool;
        }

        /// <summary>Shows the camera to people for <see cref="Limits.IdentifySeconds"/>.</summary>
        public void Identify(long now)
        {
            _identifyUntil = now + (long)Limits.IdentifySeconds * 1000;
        }

        /// <summary>Whether it shows the camera to people.</summary>
        public bool IsIdentifying(long now)
        {
            return now < _identifyUntil;
        }

        /// <summary>Whether it speaks since power came on.</summary>
        public bool IsSpeaking(long now)
        {
            return now < _speaksUntil;
        }

        /// <summary>Nothing shows while the camera sleeps.</summary>
        public void Dark()
        {
            Show(LightCodes.Off);
        }

        /// <summary>Shows what is right now; returns ms until that changes by itself, at most.</summary>
        public int Step(long now)
        {
            if (_ports.Light == null)
            {
                return Limits.IdleMilliseconds;
            }

            if (_speaksUntil < 0)
            {
                bool isSetUp = _ports.Power.WakeCause == WakeCauses.PowerOn;
                _speaksUntil = isSetUp ? now + (long)Limits.LightSeconds * 1000 : 0;
            }

            if (_shutter.TakenCount != _taken)
            {
                _taken = _shutter.TakenCount;
                _pictureUntil = now + Limits.LightPictureMilliseconds;
            }

            if (now < _identifyUntil)
            {
                Show(LightCodes.Identify);
                return Left(_identifyUntil - now);
            }

            if (now >= _speaksUntil)
            {
                Show(LightCodes.Off);
                return Limits.IdleMilliseconds;
            }

            bool isPicture = now < _pictureUntil;
            Show(isPicture ? LightCodes.Picture : Condition());
            return Left((isPicture ? _pictureUntil : _speaksUntil) - now);
        }

        byte Condition()
        {
            if (_shutter.LastCode == RefusalCodes.Sensor) { return LightCodes.NoSensor; }
            if (_shutter.LastCode == RefusalCodes.Store || _spool.IsSuspect) { return LightCodes.NoCard; }
            if (!_spool.IsRecovered) { return LightCodes.Starting; }
            if (_session.IsReady) { return LightCodes.Ready; }
            return _session.FailuresInARow >= Limits.ConnectionsPerWake ? LightCodes.NoHub : LightCodes.Connecting;
        }

        void Show(byte code)
        {
            if (_ports.Light != null && code != _shown)
            {
                _shown = code;
                _ports.Light.Show(code);
            }
        }

        static int Left(long left)
        {
            return left < Limits.IdleMilliseconds ? (int)left : Limits.IdleMilliseconds;
        }
    }
}
