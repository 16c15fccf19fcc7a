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
                return untilSlot;
            }

            if (now < _nextAt)
            {
                return (int)(_nextAt - now);
            }

            byte trigger = _waiting[0];
            byte burstCount = _policy.InForce.BurstCount;
            _burstIndex++;
            Take(trigger, _burstIndex, burstCount, false);
            if (_burstIndex < burstCount)
            {
                _nextAt = now + _policy.InForce.BurstGapMilliseconds;
                return _policy.InForce.BurstGapMilliseconds;
            }

            _burstIndex = 0;
            _waitingCount--;
            System.Array.Copy(_waiting, 1, _waiting, 0, _waitingCount);
            return 0;
        }

        /// <summary>Takes one picture at once and keeps it in the spool; returns a value of RefusalCodes.</summary>
        public ushort Take(byte trigger, byte burstIndex, byte burstCount, bool isTestPattern)
        {
            ISensor sensor = _ports.Sensor;
            // The shutter first, then the room for the picture and its facts: the animal does not wait.
            long at = _clock.Milliseconds;
            int bytesMost = sensor.Start(_policy.InForce.Resolution, _policy.InForce.JpegQuality, isTestPattern);
            if (bytesMost <= 0)
            {
                sensor.Stop();
                FailedCount++;
                return RefusalCodes.Sensor;
            }

            _facts.Trigger = trigger;
            _facts.BurstIndex = burstIndex;
            _facts.BurstCount = burstCount;
            _facts.Flags = sensor.Flags;
            _facts.ClockEpoch = _clock.Epoch;
            _facts.ClockSeconds = (uint)(at / 1000);
            _facts.ClockMilliseconds = (ushort)(at % 1000);
            _facts.DeviceUnixSeconds = at / 1000;
            _facts.BatteryMillivolts = _ports.Power.BatteryMillivolts;
            _facts.Temperature = _ports.Power.Temperature;
            int expected = bytesMost > _profile.PictureBytesUsual ? bytesMost : _profile.PictureBytesUsual;
            ushort code = _spool.Keep(sensor, _facts, expected);
            sensor.Stop();
            TakenCount += code == RefusalCodes.None ? 1u : 0u;
            FailedCount += code == RefusalCodes.None ? 0u : 1u;
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
