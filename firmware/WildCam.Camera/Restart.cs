using WildCam.Camera.Ports;

namespace WildCam.Camera
{
    /// <summary>
    /// Restarts: an ordered one after its result is with the hub or had its time to get there, an update's between two
    /// pictures.
    /// </summary>
    public sealed class Restart
    {
        readonly CameraPorts _ports;
        readonly Orders _orders;
        readonly Updates _updates;
        readonly Shutter _shutter;
        readonly Session _session;
        long _by;
        bool _isTold;

        internal Restart(CameraPorts ports, Orders orders, Updates updates, Shutter shutter, Session session)
        {
            _ports = ports;
            _orders = orders;
            _updates = updates;
            _shutter = shutter;
            _session = session;
        }

        /// <summary>The link saw an acknowledgement.</summary>
        public void Acknowledged(int id)
        {
            _isTold |= _orders.MustReboot && id == _orders.RebootResultId;
        }

        /// <summary>Restarts if that is due; returns ms until the next step.</summary>
        public int Step(long now)
        {
            if (_updates.MustReboot && _shutter.IsIdle)
            {
                _updates.MustReboot = false;
                _session.Close(now);
                _ports.Power.Reboot();
                return 0;
            }

            if (!_orders.MustReboot)
            {
                return Limits.IdleMilliseconds;
            }

            if (_by == 0)
            {
                _by = now + Limits.FarewellMilliseconds;
            }

            if (!_isTold && now < _by)
            {
                return (int)(_by - now);
            }

            _orders.MustReboot = false;
            _by = 0;
            _session.Close(now);
            _ports.Power.Reboot();
            return 0;
        }
    }
}
