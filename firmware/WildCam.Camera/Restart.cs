using WildCam.Camera.Ports;

namespace WildCam.Camera
{
    /// <summary>An ordered reboot: its result is with the hub first, or had its time to get there.</summary>
    public sealed class Restart
    {
        readonly CameraPorts _ports;
        readonly Orders _orders;
        readonly Session _session;
        long _by;
        bool _isTold;

        internal Restart(CameraPorts ports, Orders orders, Session session)
        {
            _ports = ports;
            _orders = orders;
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
