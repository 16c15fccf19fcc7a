using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// A new version on trial: it stays awake, connects and has a picture of its own stored, or it restarts, which
    /// costs an attempt. It takes one itself, since a quiet forest must not end a trial, and pictures that waited say
    /// nothing of its sensor.
    /// </summary>
    public sealed class Trial
    {
        readonly Session _session;
        readonly Shutter _shutter;
        readonly Spool _spool;
        long _endsAt;
        long _pictureAt;

        internal Trial(Session session, Shutter shutter, Spool spool)
        {
            _session = session;
            _shutter = shutter;
            _spool = spool;
        }

        /// <summary>Whether the hub was reached and stored a picture that this version took.</summary>
        public bool IsPassed
        {
            get { return _session.IsReady && _spool.StoredCount > 0; }
        }

        /// <summary>Whether the time for it is over.</summary>
        public bool IsOver(long now)
        {
            if (_endsAt == 0)
            {
                _endsAt = now + Limits.TrialMilliseconds;
            }

            return now >= _endsAt;
        }

        /// <summary>Sees to it that a picture is there; returns ms until the next step.</summary>
        public int Step(long now)
        {
            bool mayTake = _session.IsReady && _spool.IsRecovered && _shutter.IsIdle;
            bool mustTake = mayTake && (_spool.Count == 0 || _shutter.TakenCount == 0);
            if (mustTake && now >= _pictureAt)
            {
                _pictureAt = now + Limits.TrialPictureMilliseconds;
                _shutter.Trigger(Triggers.Test);
                return 0;
            }

            long left = (mustTake && _pictureAt < _endsAt ? _pictureAt : _endsAt) - now;
            return left < Limits.IdleMilliseconds ? (int)left : Limits.IdleMilliseconds;
        }
    }
}
