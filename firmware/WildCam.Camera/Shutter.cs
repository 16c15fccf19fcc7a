using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>Takes pictures: bursts of waiting triggers, and the time-lapse. Needs no hub.</summary>
    public sealed class Shutter
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly Policy _policy;
        readonly CameraClock _clock;
        readonly Spool _spool;
        readonly Lamp _lamp;
        readonly byte[] _waiting = new byte[Limits.TriggersMax];
        readonly SpoolFooter _facts = new SpoolFooter();
        int _waitingCount;
        byte _burstIndex;
        long _nextAt;
        uint _slot;
        bool _hasSlot;

        internal Shutter(CameraPorts ports, CameraProfile profile, Policy policy, CameraClock clock, Spool spool)
        {
            _ports = ports;
            _profile = profile;
            _policy = policy;
            _clock = clock;
            _spool = spool;
            _lamp = new Lamp(ports, profile);
            byte[] slot = ports.Settings.Get(SettingKeys.TimelapseSlot);
            _hasSlot = slot != null && slot.Length == 4;
            _slot = _hasSlot ? LittleEndian.ReadUInt32(slot, 0) : 0;
        }

        /// <summary>Pictures taken since the start.</summary>
        public uint TakenCount { get; set; }

        /// <summary>Pictures that sensor or store failed since the start.</summary>
        public uint FailedCount { get; set; }

        /// <summary>Triggers that were merged into waiting ones, or came when no pictures are wanted.</summary>
        public uint IgnoredCount { get; set; }

        /// <summary>What became of the last picture, a value of RefusalCodes.</summary>
        public ushort LastCode { get; set; }

        /// <summary>Small stand-ins taken since the start.</summary>
        public uint StandInCount { get; set; }

        /// <summary>Whether no picture is due.</summary>
        public bool IsIdle
        {
            get { return _waitingCount == 0; }
        }

        /// <summary>Puts a burst in the queue; false where it is not wanted now or the queue is full.</summary>
        public bool Trigger(byte trigger)
        {
            byte mode = _policy.InForce.CaptureMode;
            bool isMotion = trigger == Triggers.Motion;
            bool isUnwanted = isMotion && (mode == CaptureModes.Timelapse || mode == CaptureModes.Off);
            bool isQuiet = (isMotion || trigger == Triggers.Timelapse) && _policy.IsQuiet(_clock);
            if (isUnwanted || isQuiet || _waitingCount == _waiting.Length)
            {
                IgnoredCount++;
                return false;
            }

            _waiting[_waitingCount++] = trigger;
            return true;
        }

        /// <summary>Takes the next due picture; returns ms until the next one, at most.</summary>
        public int Step(long now)
        {
            int untilSlot = StepTimelapse();
            if (_waitingCount == 0)
            {
                int untilDark = _lamp.Watch(now);
                return untilSlot < untilDark ? untilSlot : untilDark;
            }

            if (now < _nextAt)
            {
                return (int)(_nextAt - now);
            }

            int warmUp = _lamp.WarmUp(now);
            if (warmUp > 0)
            {
                return warmUp;
            }

            byte trigger = _waiting[0];
            byte burstCount = _policy.InForce.BurstCount;
            _burstIndex++;
            Take(trigger, _burstIndex, burstCount, false);
            if (_burstIndex < burstCount)
            {
                if (_policy.InForce.BurstGapMilliseconds > Limits.LampKeepMilliseconds)
                {
                    _lamp.Dim();
                }

                _nextAt = now + _policy.InForce.BurstGapMilliseconds;
                return _policy.InForce.BurstGapMilliseconds;
            }

            _lamp.Dim();
            _burstIndex = 0;
            _waitingCount--;
            System.Array.Copy(_waiting, 1, _waiting, 0, _waitingCount);
            return 0;
        }

        /// <summary>
        /// Takes the one picture that was ordered, after the lamp is warm: false is not yet, and
        /// <paramref name="wait"/> says how many ms. Then code is a value of RefusalCodes.
        /// </summary>
        public bool TryTakeOrdered(long now, bool isTestPattern, out int wait, out ushort code)
        {
            code = RefusalCodes.None;
            wait = isTestPattern ? 0 : _lamp.WarmUp(now);
            if (wait > 0)
            {
                return false;
            }

            code = Take(isTestPattern ? Triggers.Test : Triggers.Command, 1, 1, isTestPattern);
            _lamp.Dim();
            return true;
        }

        ushort Take(byte trigger, byte burstIndex, byte burstCount, bool isTestPattern)
        {
            // What a person ordered goes up whole.
            CameraConfig config = _policy.InForce;
            bool isPair = config.UploadMode == UploadModes.LowResolutionFirst
                && (trigger == Triggers.Motion || trigger == Triggers.Timelapse);
            _facts.Trigger = trigger;
            _facts.BurstIndex = burstIndex;
            _facts.BurstCount = burstCount;
            // The shutter first, then the room for the picture and its facts: the animal does not wait.
            long at = _clock.Milliseconds;
            int bytesMost = _ports.Sensor.Start(config.Resolution, config.JpegQuality, isTestPattern);
            _facts.ClockEpoch = _clock.Epoch;
            _facts.ClockSeconds = (uint)(at / 1000);
            _facts.ClockMilliseconds = (ushort)(at % 1000);
            _facts.DeviceUnixSeconds = at / 1000;
            LastCode = Keep(bytesMost, isPair, 0);
            if (LastCode != RefusalCodes.None)
            {
                FailedCount++;
                return LastCode;
            }

            TakenCount++;
            if (isPair)
            {
                TakeStandIn(_facts.SpoolId, _facts.Counter);
            }

            return RefusalCodes.None;
        }

        // The sensor can reduce no picture that it gave, so the stand-in is the next one that it sees.
        void TakeStandIn(ulong spoolId, ulong counter)
        {
            int bytesMost = _ports.Sensor.Start(Resolutions.Vga640, Limits.StandInQuality, false);
            if (Keep(bytesMost, false, BeginFlags.LowResolution) == RefusalCodes.None)
            {
                StandInCount++;
            }
            else
            {
                // Nobody would ever hear of the full frame, so it goes up itself.
                _spool.Release(spoolId, counter);
            }
        }

        ushort Keep(int bytesMost, bool isHeld, byte flags)
        {
            ISensor sensor = _ports.Sensor;
            if (bytesMost <= 0)
            {
                sensor.Stop();
                return RefusalCodes.Sensor;
            }

            _facts.Flags = (byte)(sensor.Flags | flags | (_lamp.IsLit ? BeginFlags.Infrared : 0));
            _facts.BatteryMillivolts = _ports.Power.BatteryMillivolts;
            _facts.Temperature = _ports.Power.Temperature;
            int usual = flags == 0 ? _profile.PictureBytesUsual : 0;
            ushort code = _spool.Keep(sensor, _facts, bytesMost > usual ? bytesMost : usual, isHeld);
            sensor.Stop();
            return code;
        }

        /// <summary>Seconds until the next time-lapse picture; 0 without a time-lapse.</summary>
        public uint SecondsUntilTimelapse()
        {
            uint period = Period();
            return period == 0 ? 0 : period - _clock.Seconds % period;
        }

        int StepTimelapse()
        {
            uint period = Period();
            if (period == 0)
            {
                return Limits.IdleMilliseconds;
            }

            // Slots are multiples of the period on the clock, so a sleep or a reboot keeps the rhythm.
            uint slot = _clock.Seconds / period;
            if (!_hasSlot || slot != _slot)
            {
                bool isFirst = !_hasSlot;
                _hasSlot = true;
                _slot = slot;
                byte[] value = new byte[4];
                LittleEndian.WriteUInt32(value, 0, slot);
                _ports.Settings.Set(SettingKeys.TimelapseSlot, value);
                if (!isFirst)
                {
                    Trigger(Triggers.Timelapse);
                }
            }

            long until = (long)SecondsUntilTimelapse() * 1000;
            return until < Limits.IdleMilliseconds ? (int)until : Limits.IdleMilliseconds;
        }

        uint Period()
        {
            byte mode = _policy.InForce.CaptureMode;
            bool isOn = mode == CaptureModes.Timelapse || mode == CaptureModes.MotionAndTimelapse;
            return isOn ? _policy.InForce.TimelapseSeconds : 0;
        }
    }
}
