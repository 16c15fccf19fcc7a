using System.Security.Cryptography;
using System.Text;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>A camera on a PC: the firmware's brain over simulated ports; one thread calls <see cref="Turn"/>.</summary>
sealed class SimulatedCamera : IDisposable
{
    /// <summary>A trigger that the brain does not take (quiet hours, switched off) is tried again after this.</summary>
    const int IgnoredRetryMilliseconds = 5000;
    /// <summary>With triggers as fast as the hub takes them, so many pictures may wait in the spool.</summary>
    const int WaitingMax = 4;

    /// <summary>Reads and messages from a trigger to its power cut: so many, and one more for each 2 KB.</summary>
    const int PowerCutEventsMax = 20;

    const int PowerCutEventBytes = 2048;
    const int BootMilliseconds = 700;
    const int FirstMinuteMilliseconds = 60_000;
    const int HistoryStepsMax = 2000;

    readonly SimulationOptions _options;
    readonly ulong _seed;
    readonly CameraProfile _profile;
    readonly CameraPorts _ports;
    readonly SimulatedClock _clock;
    readonly SimulatedPower _power;
    readonly SimulatedSensor _sensor;
    readonly SimulatedLink _link;
    readonly MemorySpool? _memory;
    readonly FolderSpool? _folder;
    readonly SimulatedLoader _loader;
    readonly CaptureLedger _ledger;
    readonly TimeProvider _time;
    SeededRandom _random;
    CameraBrain? _brain;
    long _bootAt;
    long _triggerAt;
    long _liveSince;
    ulong _trigger;
    bool _isExhausted;
    int _cutIn = -1;
    uint _failedBefore;
    CaptureRecord? _lastTaken;

    public SimulatedCamera(
        SimulationOptions options, CameraAccount account, int index, IPictureSource source, SceneView view,
        CaptureLedger ledger, TimeProvider time, Action wake)
    {
        _options = options;
        _ledger = ledger;
        _time = time;
        _seed = SeededRandom.For(options.Seed, 71, (ulong)index).NextUInt64();
        _random = new SeededRandom(_seed);
        _clock = new SimulatedClock(time);
        _power = new SimulatedPower(
            _clock, _seed, () => SceneStudio.Celsius(TimeZoneInfo.ConvertTime(_clock.Now, view.Zone).DateTime, view));
        _sensor = new SimulatedSensor(source, _clock, options.PictureWidth, Taken) { Reading = CountDownToPowerCut };
        Code = account.Code;
        ISettings settings;
        if (options.StateFolder is { } state)
        {
            var root = Path.Combine(state, account.Code);
            _folder = new FolderSpool(root);
            settings = new FolderSettings(Path.Combine(root, "settings"));
        }
        else
        {
            _memory = new MemorySpool();
            settings = new MemorySettings();
        }

        var identity = new Identity(settings, account.Code, account.Password, account.Fingerprint);
        _link = new SimulatedLink(options.Hub, identity, options.Faults, _seed, wake) { Publishing = Publishing };
        _profile = new CameraProfile
        {
            Board = Boards.Simulator,
            Identity = identity,
            Password = Encoding.UTF8.GetBytes(identity.Password),
            UpdateKey = account.UpdateKey ?? identity.UpdateKey,
            HardwareAddress = [2, 0, (byte)(index >> 24), (byte)(index >> 16), (byte)(index >> 8), (byte)index],
            ChunkBytes = options.ChunkBytes,
            SleepsWhenIdle = options.SleepsWhenIdle,
        };
        var slots = new SimulatedSlots(
            _folder is null ? null : Path.Combine(options.StateFolder!, account.Code, "slots"));
        _loader = new SimulatedLoader(slots, options.BundleFaults, _seed);
        _ports = new CameraPorts
        {
            Sensor = _sensor,
            Store = (ISpoolStore?)_memory ?? _folder!,
            Link = _link,
            Clock = _clock,
            Power = _power,
            Settings = settings,
            Slots = slots,
            Random = new SeededChance(_seed),
            Crc = new SoftwareCrc32(),
        };
    }

    public string Code { get; }

    /// <summary>The version that runs, as its hello says it.</summary>
    public Version Firmware => new(_profile.FirmwareMajor, _profile.FirmwareMinor, _profile.FirmwarePatch);

    public bool IsConnected => _link.State == LinkStates.Up;

    public string? Problem => IsConnected ? null : _link.Problem;

    public long BytesSent => _link.BytesSent;

    public int LinkCuts => _link.Cuts;

    public int PowerCuts { get; private set; }

    public long Offered { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Takes no more pictures; what waits is still delivered.</summary>
    public bool IsStopping { get; set; }

    /// <summary>All pictures are taken and receipted.</summary>
    public bool IsDone => (_isExhausted || IsStopping) && _sensor.FramesLeft == 0 && _ledger.WaitingOf(Code) == 0;

    /// <summary>Does what is due; returns ms until the next turn, at most.</summary>
    public int Turn()
    {
        try
        {
            if (_brain is null)
            {
                if (_clock.Monotonic < _bootAt)
                {
                    return (int)(_bootAt - _clock.Monotonic);
                }

                if (!_loader.Start(_profile))
                {
                    Restart(WakeCauses.PowerOn, isClockKept: true);
                    return BootMilliseconds;
                }

                Boot();
                _link.IsOffline = _loader.IsMute;
            }

            if (_loader.IsLost)
            {
                return int.MaxValue;
            }

            return Step(_brain!);
        }
        catch (PowerCutException)
        {
            CutPower();
            return BootMilliseconds;
        }
    }

    /// <summary>Drops the connection; as pulling the plug of the simulator.</summary>
    public void Stop(bool isClean) => _link.Disconnect(isClean);

    public void Dispose() => _folder?.Dispose();

    int Step(CameraBrain brain)
    {
        while (_link.TryTake(out var happened))
        {
            if (happened.Word is { } word)
            {
                Receiving(word, happened.Message!);
                brain.Received(word, happened.Message!, 0, happened.Message!.Length);
            }
            else
            {
                brain.Acknowledged(happened.AcknowledgedId);
            }
        }

        var untilTrigger = Trigger(brain);
        var before = _lastTaken;
        var wait = brain.Step(_clock.Monotonic);
        if (brain.FailedCount != _failedBefore)
        {
            Failed += brain.FailedCount - _failedBefore;
            _failedBefore = brain.FailedCount;
            if (_lastTaken is { } lost && lost != before)
            {
                // The sensor gave it, and the spool could not keep it.
                _ledger.Remove(lost);
            }
        }

        if (_power.MustReboot)
        {
            _power.MustReboot = false;
            Restart(
                brain.UpdateState == BundleStates.Pending ? WakeCauses.Update : WakeCauses.Command, isClockKept: true);
            return 0;
        }

        return Math.Min(wait, untilTrigger);
    }

    /// <summary>Fires the shutter when it is time; returns ms until the next time, at most.</summary>
    int Trigger(CameraBrain brain)
    {
        if (_sensor.FramesLeft > 0 || _isExhausted || IsStopping)
        {
            return int.MaxValue;
        }

        var now = _clock.Monotonic;
        if (now < _triggerAt)
        {
            return (int)(_triggerAt - now);
        }

        if (_options.TriggerSeconds <= 0 && _ledger.WaitingOf(Code) >= WaitingMax)
        {
            // A receipt wakes the camera.
            return int.MaxValue;
        }

        var left = _options.PicturesPerCamera is { } most
            ? most + _options.HistoryPictures - _ledger.CapturedOf(Code)
            : int.MaxValue;
        if (left <= 0 || !_sensor.Prepare(++_trigger))
        {
            _isExhausted = true;
            return int.MaxValue;
        }

        _sensor.Limit(left);
        Fire(brain);
        var seconds = now - _liveSince < FirstMinuteMilliseconds && _options.FirstMinuteTriggerSeconds is { } first
            ? first
            : _options.TriggerSeconds;
        _triggerAt = now + (long)(seconds * 1000 * _random.Between(0.5f, 1.5f));
        if (_random.Chance(_options.Faults.PowerCut))
        {
            _cutIn = _random.Below(PowerCutEventsMax + ((_lastTaken?.SizeBytes ?? 0) / PowerCutEventBytes));
        }

        return 0;
    }

    void Fire(CameraBrain brain)
    {
        var ignored = brain.IgnoredCount;
        if (brain.Policy.InForce.ConfigVersion == 0)
        {
            // Until the hub configures it, this board's bursts are as long as its source's.
            brain.Policy.InForce.BurstCount = (byte)Math.Clamp(_sensor.FramesLeft, 1, 10);
            brain.Policy.InForce.BurstGapMilliseconds = (ushort)(SceneTrigger.BurstGapSeconds * 1000);
        }
        else
        {
            _sensor.Limit(brain.Policy.InForce.BurstCount);
        }

        brain.Triggered(Triggers.Motion);
        if (brain.IgnoredCount != ignored)
        {
            _sensor.Forget();
            _triggerAt = _clock.Monotonic + IgnoredRetryMilliseconds;
        }
    }

    void Boot()
    {
        var isFirst = _ports.Settings.Get(SettingKeys.Boot) is null;
        if (isFirst && _options.HistoryPictures > 0)
        {
            MakeHistory();
        }
        else if (isFirst && _random.Chance(_options.Faults.Clock1970))
        {
            _clock.Set(0);
        }

        _brain = new CameraBrain(_profile, _ports);
        _sensor.IsPreviewing = () => _brain is { Preview.HasSensor: true };
        // Numbers go on over restarts of the program, so that a seed's pictures do not come again.
        _trigger = Math.Max(_trigger, (ulong)_brain.Boot * 1_000_000);
        _failedBefore = 0;
        _liveSince = _clock.Monotonic;
        _triggerAt = _liveSince + (long)(1000 * _random.Next() * Math.Min(4, Math.Max(0, _options.TriggerSeconds)));
        _clock.IsKept = true;
    }

    /// <summary>Days without a hub: the clock runs ahead from one trigger to the next.</summary>
    void MakeHistory()
    {
        var span = (long)TimeSpan.FromDays(_options.HistoryDays).TotalMilliseconds;
        _clock.Set(_clock.RtcMilliseconds - span);
        _clock.IsKept = true;
        _link.IsOffline = true;
        var brain = new CameraBrain(_profile, _ports);
        var end = _clock.Monotonic + span;
        var gap = span / Math.Max(1, _options.HistoryPictures);
        for (var steps = 0; steps < HistoryStepsMax && _ledger.CapturedOf(Code) < _options.HistoryPictures; steps++)
        {
            _clock.Skip(Math.Min((long)(gap * _random.Between(0.4f, 1.5f)),
                Math.Max(0, end - _clock.Monotonic - 60_000)));
            _sensor.Prepare(++_trigger);
            Fire(brain);
            while (_sensor.FramesLeft > 0)
            {
                _clock.Skip(Math.Min(1000, brain.Step(_clock.Monotonic)));
            }
        }

        brain.Step(_clock.Monotonic);
        _clock.Skip(Math.Max(0, end - _clock.Monotonic));
        _link.IsOffline = false;
    }

    void CutPower()
    {
        PowerCuts++;
        _cutIn = -1;
        _memory?.Cut(ref _random);
        _folder?.Cut(ref _random);
        Restart(WakeCauses.PowerOn, isClockKept: !_random.Chance(_options.Faults.Clock1970));
    }

    void Restart(byte cause, bool isClockKept)
    {
        _link.Disconnect(isClean: false);
        _sensor.Forget();
        _brain = null;
        _bootAt = _clock.Monotonic + BootMilliseconds;
        _power.WakeCause = cause;
        _power.ResetCause = cause;
        _clock.IsKept = isClockKept;
        if (!isClockKept)
        {
            _clock.Set(0);
        }
    }

    void CountDownToPowerCut()
    {
        if (_cutIn >= 0 && _cutIn-- == 0)
        {
            throw new PowerCutException($"{Code} loses power.");
        }
    }

    void Taken(SensorPicture picture)
    {
        _power.Pictures++;
        var chain = new DigestChain();
        for (var at = 0; at < picture.Jpeg.Length; at += Protocol.BlockBytes)
        {
            chain.Append(picture.Jpeg[at..Math.Min(at + Protocol.BlockBytes, picture.Jpeg.Length)]);
        }

        // Real time: while history is made it is the camera's clock that is ahead of the story, not the story.
        var at_ = _link.IsOffline ? _clock.Now : _time.GetUtcNow();
        _lastTaken = new CaptureRecord
        {
            Camera = Code,
            Digest = Convert.ToHexStringLower(chain.Finish()),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture.Jpeg)),
            SizeBytes = picture.Jpeg.Length,
            CapturedAt = at_,
            Truth = picture.Truth,
            Source = picture.Source,
        };
        _ledger.Add(_lastTaken);
    }

    void Publishing(string word, byte[] message)
    {
        if (word == Topics.Begin && Begin.TryRead(message, 0, message.Length, out var begin))
        {
            Offered++;
            _ledger.Offered(Code, Convert.ToHexStringLower(begin.Digest), begin.SpoolId, begin.Counter);
        }

        CountDownToPowerCut();
    }

    void Receiving(string word, byte[] message)
    {
        if (word == Topics.Receipt && Receipt.TryRead(message, 0, message.Length, out var receipt))
        {
            _ledger.Receipted(Code, receipt, _time.GetUtcNow());
        }
    }
}
