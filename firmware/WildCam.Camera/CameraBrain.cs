using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// The camera without its hardware: one object, driven by one thread. Call <see cref="Step"/> when the time that
    /// it returned has passed, and at once after <see cref="Triggered"/>, <see cref="Received"/>,
    /// <see cref="Acknowledged"/> or a change of the link's state.
    /// </summary>
    public sealed class CameraBrain
    {
        readonly CameraPorts _ports;
        readonly CameraProfile _profile;
        readonly CaptureIds _ids;
        readonly Shutter _shutter;
        readonly Telemetry _telemetry;
        readonly Orders _orders;
        readonly Delivery _delivery;
        readonly Bedtime _bedtime;
        readonly Updates _updates;
        readonly StatusLight _light;
        readonly Restart _restart;
        readonly uint _boot;
        uint _takenBefore;
        bool _mustReport;
        bool _wasReady;
        long _reopenAt;
        long _now;

        /// <summary>
        /// A brain after power-up: counts the boot, begins a clock epoch if the clock was lost, finds its place in
        /// the spool. Nothing moves before the first step.
        /// </summary>
        public CameraBrain(CameraProfile profile, CameraPorts ports)
        {
            _profile = profile;
            _ports = ports;
            _boot = NextBoot(ports.Settings);
            Clock = new CameraClock(ports);
            Policy = new Policy(ports.Settings);
            _ids = new CaptureIds(ports, profile, _boot);
            Spool = new Spool(ports, profile, _ids);
            Spool.Open();
            _shutter = new Shutter(ports, profile, Policy, Clock, Spool);
            Session = new Session(ports, profile, Clock, _ids, Policy, Spool, _boot);
            _telemetry = new Telemetry(ports, profile, Clock, Policy, Spool, _boot);
            Preview = new Preview(ports, profile.ChunkBytes);
            _light = new StatusLight(ports, _shutter, Session, Spool);
            _orders = new Orders(ports, Session, _shutter, Spool, Preview, _light);
            _updates = new Updates(ports, profile, Session, _shutter, Spool);
            _restart = new Restart(ports, _orders, _updates, _shutter, Session);
            _delivery = new Delivery(ports, profile, Clock, Spool);
            _bedtime = new Bedtime(
                ports, profile, Clock, Policy, Session, _shutter, Spool, _telemetry, _delivery, _light);
        }

        /// <summary>Boots of this board since its first flash.</summary>
        public uint Boot
        {
            get { return _boot; }
        }

        /// <summary>The camera's clock.</summary>
        public CameraClock Clock { get; }

        /// <summary>The configuration in force.</summary>
        public Policy Policy { get; }

        /// <summary>The pictures that wait.</summary>
        public Spool Spool { get; }

        /// <summary>The connection.</summary>
        public Session Session { get; }

        /// <summary>The spool id that new pictures get.</summary>
        public ulong SpoolId
        {
            get { return _ids.SpoolId; }
        }

        /// <summary>Pictures taken since the start.</summary>
        public uint TakenCount
        {
            get { return _shutter.TakenCount; }
        }

        /// <summary>Small stand-ins taken since the start.</summary>
        public uint StandInCount
        {
            get { return _shutter.StandInCount; }
        }

        /// <summary>Pictures that sensor or store failed since the start.</summary>
        public uint FailedCount
        {
            get { return _shutter.FailedCount; }
        }

        /// <summary>Triggers that led to no picture since the start: merged, quiet hours, switched off.</summary>
        public uint IgnoredCount
        {
            get { return _shutter.IgnoredCount; }
        }

        /// <summary>Begins sent since the start.</summary>
        public uint OfferCount
        {
            get { return _delivery.OfferCount; }
        }

        /// <summary>Chunks sent since the start.</summary>
        public uint ChunkCount
        {
            get { return _delivery.ChunkCount; }
        }

        /// <summary>Heartbeats sent since the start.</summary>
        public uint HeartbeatCount
        {
            get { return _telemetry.SentCount; }
        }

        /// <summary>The live preview.</summary>
        public Preview Preview { get; }

        /// <summary>How the last update stands, a value of BundleStates.</summary>
        public byte UpdateState
        {
            get { return _updates.State; }
        }

        /// <summary>Whether the camera sleeps.</summary>
        public bool IsAsleep
        {
            get { return _bedtime.IsAsleep; }
        }

        /// <summary>The shutter should fire: a value of Triggers. Wakes a sleeping camera.</summary>
        public void Triggered(byte trigger)
        {
            if (_shutter.Trigger(trigger))
            {
                _bedtime.WakeUp();
            }
        }

        /// <summary>The link saw the acknowledgement of a message by its id.</summary>
        public void Acknowledged(int id)
        {
            _delivery.Acknowledged(id);
            _bedtime.Acknowledged(id);
            _restart.Acknowledged(id);
        }

        /// <summary>A message came on <c>down/&lt;word&gt;</c>. What cannot be read is ignored.</summary>
        public void Received(string word, byte[] source, int offset, int count)
        {
            switch (word)
            {
                case Topics.Time:
                    HubTime time;
                    if (HubTime.TryRead(source, offset, count, out time))
                    {
                        Session.TimeTold(time, _now);
                    }

                    break;
                case Topics.Credential:
                    Session.CredentialTold(source, offset, count, _now);
                    break;
                case Topics.Want:
                    Want want;
                    if (Want.TryRead(source, offset, count, out want))
                    {
                        _delivery.Wanted(want);
                    }

                    break;
                case Topics.Receipt:
                    Receipt receipt;
                    if (Receipt.TryRead(source, offset, count, out receipt))
                    {
                        _delivery.Receipted(receipt);
                    }

                    break;
                case Topics.Later:
                    Later later;
                    if (Later.TryRead(source, offset, count, out later))
                    {
                        _delivery.Postponed(later);
                    }

                    break;
                case Topics.Config:
                    CameraConfig config;
                    if (CameraConfig.TryRead(source, offset, count, out config))
                    {
                        Configure(config);
                    }

                    break;
                case Topics.Command:
                    Command command;
                    if (Command.TryRead(source, offset, count, out command))
                    {
                        _orders.Received(command);
                    }

                    break;
                case Topics.Bundle:
                    BundleOffer bundle;
                    if (BundleOffer.TryRead(source, offset, count, out bundle))
                    {
                        _updates.Offered(bundle);
                    }

                    break;
                case Topics.BundleChunk:
                    _updates.Took(source, offset, count, _now);
                    break;
                default:
                    break;
            }
        }

        /// <summary>
        /// Does what is due at this monotonic time and nothing that waits. Returns ms until the next step, at most
        /// <see cref="Limits.IdleMilliseconds"/>; 0 is at once.
        /// </summary>
        public int Step(long nowMilliseconds)
        {
            _now = nowMilliseconds;
            if (_bedtime.IsAsleep && !_bedtime.IsOver(_now))
            {
                return _bedtime.Left(_now);
            }

            if (!_shutter.IsIdle)
            {
                Preview.GiveUpFrame();
            }

            int wait = _shutter.Step(_now);
            if (_shutter.TakenCount != _takenBefore)
            {
                // The newest picture is what people wait for.
                _takenBefore = _shutter.TakenCount;
                _delivery.Restart();
            }

            wait = Sooner(wait, StepSpool());

            if (_bedtime.NeedsHub(_now) || _updates.IsOnTrial || _ports.Link.State != LinkStates.Down)
            {
                wait = Sooner(wait, Session.Step(_now));
                wait = Sooner(wait, StepConnected());
            }

            wait = Sooner(wait, _updates.Step(_now, IsQuiet()));
            wait = Sooner(wait, _restart.Step(_now));
            wait = Sooner(wait, _light.Step(_now));
            // What needs the hub is no reason to stay awake without it.
            bool isTalking = !_orders.IsIdle || _mustReport || Preview.IsOn(_now);
            bool isBusy = !_shutter.IsIdle || (Session.IsReady && isTalking) || _light.IsIdentifying(_now)
                || _updates.IsBusy(_now);
            return isBusy ? wait : Sooner(wait, _bedtime.Step(_now));
        }

        int StepConnected()
        {
            if (!Session.IsReady)
            {
                if (_wasReady || _ports.Link.State != LinkStates.Up)
                {
                    _delivery.LinkLost();
                    _updates.LinkLost();
                    _wasReady = false;
                }

                return Limits.IdleMilliseconds;
            }

            if (!_wasReady)
            {
                _wasReady = true;
                _mustReport = true;
                _telemetry.Hurry();
                _updates.LinkReady();
            }

            int wait = _telemetry.Step(_now);
            wait = Sooner(wait, SendReports());
            wait = Sooner(wait, _orders.Step(_now));
            if (Preview.IsOn(_now))
            {
                wait = Sooner(wait, Preview.Step(_now));
            }

            _bedtime.IsBacklogOrdered |= _orders.IsBacklogOrdered;
            if (_orders.IsBacklogOrdered)
            {
                _orders.IsBacklogOrdered = false;
                _delivery.Hurry();
            }

            if (_bedtime.IsBacklogOrdered && Spool.IsRecovered && Spool.Count == 0 && Spool.HeldCount > 0)
            {
                // One at a time, so that a full card has room for the copy.
                _bedtime.IsBacklogOrdered = Spool.ReleaseOldest();
                wait = 0;
            }

            if (Spool.IsRecovered && MayUpload() && !_bedtime.IsLeaving)
            {
                wait = Sooner(wait, _delivery.Step(_now));
            }

            return wait;
        }

        int SendReports()
        {
            if (_mustReport && _ports.Link.Publish(Topics.Config, "", Policy.Report(), 1) != 0)
            {
                _mustReport = false;
            }

            return _mustReport ? Limits.RetryMilliseconds : Limits.IdleMilliseconds;
        }

        bool MayUpload()
        {
            bool isOrdered = _bedtime.IsBacklogOrdered || _updates.IsOnTrial;
            return isOrdered || !_delivery.IsIdle || Policy.IsUploadHour(Clock);
        }

        bool IsQuiet()
        {
            // Pictures that may not be delivered now do not keep an update waiting.
            bool hasUploads = Spool.Count > 0 && MayUpload() && _now >= _delivery.PausedUntil;
            return _shutter.IsIdle && Spool.IsRecovered && _delivery.IsIdle && !hasUploads && !Preview.IsOn(_now);
        }

        int StepSpool()
        {
            bool isUnwell = Spool.IsSuspect || Spool.HasUndeleted;
            if (isUnwell && _now >= _reopenAt)
            {
                _reopenAt = _now + Limits.StoreRetryMilliseconds;
                if (Spool.IsSuspect)
                {
                    Spool.Open();
                }
                else
                {
                    Spool.DropReceipted();
                }
            }

            if (!Spool.IsRecovered)
            {
                Spool.RecoverStep();
                return 0;
            }

            return isUnwell ? (int)(_reopenAt - _now) : Limits.IdleMilliseconds;
        }

        void Configure(CameraConfig config)
        {
            uint before = Policy.InForce.HeartbeatSeconds;
            Policy.Desire(config);
            _mustReport = true;
            if (Policy.InForce.HeartbeatSeconds != before)
            {
                _telemetry.Hurry();
            }
        }

        static uint NextBoot(ISettings settings)
        {
            byte[] value = settings.Get(SettingKeys.Boot);
            uint boot = (value != null && value.Length == 4 ? LittleEndian.ReadUInt32(value, 0) : 0) + 1;
            byte[] next = new byte[4];
            LittleEndian.WriteUInt32(next, 0, boot);
            settings.Set(SettingKeys.Boot, next);
            return boot;
        }

        static int Sooner(int one, int other)
        {
            return one < other ? one : other;
        }
    }
}
