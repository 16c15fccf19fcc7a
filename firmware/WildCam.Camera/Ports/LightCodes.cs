namespace WildCam.Camera.Ports
{
    /// <summary>
    /// What the status light says. In the field it is dark: it speaks for some minutes after power came on, and when
    /// it is asked to.
    /// </summary>
    public static class LightCodes
    {
        /// <summary>Dark: asleep, or at work in the field.</summary>
        public const byte Off = 0;

        /// <summary>Burns: the camera starts and looks at its card.</summary>
        public const byte Starting = 1;

        /// <summary>Half a second on, half a second off: it connects.</summary>
        public const byte Connecting = 2;

        /// <summary>One flash every 3 s: connected, the hub answers, all is well.</summary>
        public const byte Ready = 3;

        /// <summary>Burns for half a second, then dark: a picture was taken.</summary>
        public const byte Picture = 4;

        /// <summary>Two flashes, then a pause: no Wi-Fi, or no hub there.</summary>
        public const byte NoHub = 5;

        /// <summary>Three flashes, then a pause: the card is missing, full or broken.</summary>
        public const byte NoCard = 6;

        /// <summary>Four flashes, then a pause: the image sensor gives no picture.</summary>
        public const byte NoSensor = 7;

        /// <summary>Quick flicker: somebody asked the camera to show itself.</summary>
        public const byte Identify = 8;

        /// <summary>Five flashes, then a pause: the camera was never set up, its set-up file is missing.</summary>
        public const byte NotSetUp = 9;

        /// <summary>A board asks <see cref="IsLit"/> again after this, in ms.</summary>
        public const int TickMilliseconds = 100;

        // Ticks after which a code begins anew.
        const int ReadyTicks = 30;
        const int FaultTicks = 24;

        /// <summary>Whether the light burns so long after the code was first shown, in ms.</summary>
        public static bool IsLit(byte code, long milliseconds)
        {
            long tick = milliseconds / TickMilliseconds;
            switch (code)
            {
                case Starting: return true;
                case Connecting: return tick % 10 < 5;
                case Ready: return tick % ReadyTicks == 0;
                case Picture: return tick < 5;
                case NoHub: return IsFlash(tick, 2);
                case NoCard: return IsFlash(tick, 3);
                case NoSensor: return IsFlash(tick, 4);
                case NotSetUp: return IsFlash(tick, 5);
                case Identify: return tick % 2 == 0;
                default: return false;
            }
        }

        static bool IsFlash(long tick, int flashes)
        {
            long inRound = tick % FaultTicks;
            return inRound / 4 < flashes && inRound % 4 < 2;
        }
    }
}
