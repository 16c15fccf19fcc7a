using WildCam.Camera.Ports;

namespace WildCam.Camera
{
    /// <summary>
    /// The infrared lamp around a picture: lit in the dark, warm before the shutter, never left burning.
    /// </summary>
    public sealed class Lamp
    {
        readonly ILamp _lamp;
        readonly int _warmUpMilliseconds;
        long _litAt;

        internal Lamp(CameraPorts ports, CameraProfile profile)
        {
            _lamp = ports.Lamp;
            _warmUpMilliseconds = profile.LampWarmUpMilliseconds;
        }

        /// <summary>Whether it burns.</summary>
        public bool IsLit { get; set; }

        /// <summary>Lights it if it is dark; returns ms until the shutter may fire, 0 is now.</summary>
        public int WarmUp(long now)
        {
            // Asked while the lamp is out: its own light would say that it is day.
            if (!IsLit && _lamp != null && _lamp.IsDark)
            {
                _lamp.On();
                IsLit = true;
                _litAt = now;
            }

            long left = IsLit ? _litAt + _warmUpMilliseconds - now : 0;
            return left > 0 ? (int)left : 0;
        }

        /// <summary>Puts it out.</summary>
        public void Dim()
        {
            if (IsLit)
            {
                _lamp.Off();
                IsLit = false;
            }
        }

        /// <summary>Puts it out if whoever lit it did not come back; returns ms until it is asked again.</summary>
        public int Watch(long now)
        {
            if (!IsLit)
            {
                return Limits.IdleMilliseconds;
            }

            long left = _litAt + Limits.LampMillisecondsMax - now;
            if (left <= 0)
            {
                Dim();
                return Limits.IdleMilliseconds;
            }

            return (int)left;
        }
    }
}
